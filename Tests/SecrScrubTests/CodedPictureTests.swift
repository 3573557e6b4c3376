import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// What lies between the parts of coded pictures goes, and the pictures stay.
@Suite struct CodedPictureTests {
    static let secret = Array("geheim 48.2082 N 16.3738 E".utf8)

    /// A sample, and what is to become of it.
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var input: [UInt8]
        var output: [UInt8]
        var parts: [CodedPart]

        init(_ name: String, _ input: [UInt8], _ output: [UInt8]? = nil, _ parts: [CodedPart] = []) {
            (testDescription, self.input, self.output, self.parts) = (name, input, output ?? input, parts)
        }
    }

    func check(_ item: Case, _ cleaner: some SampleCleaner) throws {
        #expect(try cleaned(item.input, cleaner) == item.output)
        let sample = try CodedSample(item.input, cleaner)
        #expect(sample.parts == item.parts)
        #expect(try CodedSample(sample.output, cleaner).ranges.isEmpty)
        #expect(!sample.output.contains(canary: Self.secret))
        try CodedSample.expectSturdy(item.input, cleaner, "\(item.testDescription)")
    }

    // MARK: AV1

    static func unit(_ type: UInt8, _ payload: [UInt8], layer: UInt8? = nil, isSized: Bool = true) -> [UInt8] {
        [type << 3 | (layer == nil ? 0 : 4) | (isSized ? 2 : 0)] + (layer.map { [$0] } ?? [])
            + (isSized ? [UInt8(payload.count)] : []) + payload
    }

    static func padding(_ count: Int) -> [UInt8] { count == 0 ? [] : [UInt8](repeating: 0, count: count - 1) + [0x80] }

    static let picture: [UInt8] = [0x11, 0x22, 0x33, 0x80]
    static let t35: [UInt8] = [0xB5, 0x12, 0x34] + secret + [0x80]

    static let av1: [Case] = [
        Case(
            "all that stays",
            unit(2, []) + unit(1, picture) + unit(5, [1, 0, 9, 0, 5, 0x80]) + unit(5, [2] + picture)
                + unit(5, [3] + picture) + unit(3, picture) + unit(4, picture) + unit(7, picture) + unit(8, picture)
                + unit(15, padding(9)) + unit(15, []) + unit(6, picture, isSized: false)),
        Case(
            "captions, brightness, grain",
            [
                [0x00, 0x31] + Array("GA94".utf8) + [3, 0x41], [0x00, 0x3C, 0, 1, 4], [0x00, 0x3B, 0, 0, 8, 0],
                [0x58, 0x90, 1],
            ]
            .flatMap { unit(5, [4, 0xB5] + $0 + [0x77, 0x80]) } + unit(6, picture)),
        Case(
            "a maker's own", unit(2, []) + unit(5, [4] + t35) + unit(6, picture),
            unit(2, []) + unit(15, padding(1 + t35.count)) + unit(6, picture), [.userData]),
        Case(
            "times", unit(5, [5, 1, 2, 3, 4, 0x80]) + unit(6, picture), unit(15, padding(6)) + unit(6, picture),
            [.clock]),
        Case(
            "private and unknown",
            unit(5, [6] + secret) + unit(5, [0x80, 0x01] + secret) + unit(5, []) + unit(6, picture),
            unit(15, padding(1 + secret.count)) + unit(15, padding(2 + secret.count)) + unit(15, []) + unit(6, picture),
            [.userData]),
        Case(
            "reserved", unit(9, secret, layer: 0x28) + unit(14, secret) + unit(0, [1]) + unit(6, picture, layer: 0),
            unit(15, padding(secret.count), layer: 0x28) + unit(15, padding(secret.count)) + unit(15, [0x80])
                + unit(6, picture, layer: 0), [.userData]),
        Case(
            "padding with something in it, to the end", unit(6, picture) + unit(15, secret, isSized: false),
            unit(6, picture) + unit(15, padding(secret.count), isSized: false), [.fill]),
    ]

    @Test(arguments: av1) func unitsOfAV1(item: Case) throws { try check(item, AV1Cleaner(limits: Limits())) }

    @Test func whatComesFirstIsFoundThoughTheRestMakesNoSense() throws {
        let first = Self.unit(5, [6] + Self.secret)
        for rest: [UInt8] in [[0x92, 0x00], [0x32, 0x7F, 1], [0x36], [0x32] + [UInt8](repeating: 0xFF, count: 12)] {
            let sample = try CodedSample(first + rest, AV1Cleaner(limits: Limits()))
            #expect(sample.error != nil && sample.output.suffix(rest.count).elementsEqual(rest))
            #expect(sample.output.starts(with: Self.unit(15, Self.padding(1 + Self.secret.count))))
        }
        var limits = Limits()
        limits.codedPartBytes = 20
        #expect(try CodedSample(first, AV1Cleaner(limits: limits)).error?.code == .limit)
    }

    // MARK: VP9

    static func superframe(_ pictures: [[UInt8]], gap: [UInt8], width: Int) -> [UInt8] {
        let marker = 0xC0 | UInt8(width - 1) << 3 | UInt8(pictures.count - 1)
        let sizes = pictures.flatMap { picture in
            (0..<width).map { UInt8(truncatingIfNeeded: picture.count >> (8 * $0)) }
        }
        return pictures.flatMap { $0 } + gap + [marker] + sizes + [marker]
    }

    static let vp9: [Case] = [
        Case("one picture", picture), Case("nothing", []),
        Case("pictures", superframe([picture, [7], picture], gap: [], width: 1)),
        Case("no list, only its mark", [0x55, 0x66, 0xC1]),
        Case(
            "something between", superframe([picture, [7]], gap: secret, width: 2),
            superframe([picture, [7]], gap: [UInt8](repeating: 0, count: secret.count), width: 2), [.fill]),
    ]

    @Test(arguments: vp9) func picturesOfVP9(item: Case) throws { try check(item, VP9Cleaner(limits: Limits())) }

    @Test func picturesOfVP9ThatEndEarly() throws {
        let sample = Array(Self.superframe([Self.picture, Self.picture], gap: [], width: 1).dropFirst())
        #expect(try CodedSample(sample, VP9Cleaner(limits: Limits())).error?.code == .truncated)
    }

    // MARK: MPEG-4 part 2

    static func code(_ name: UInt8, _ content: [UInt8]) -> [UInt8] { [0, 0, 1, name] + content }
    static let volume = code(0x00, []) + code(0x20, [0xC8, 0x88, 0x80, 0x0F])
    static let plane = code(0xB6, [0x10, 0xB2, 0, 0, 1, 0xB2] + Array("coded".utf8))

    /// A text, and what is left of it.
    static let visualTexts: [(String, String)] = [
        ("Lavc58.134.100", ""), ("Lavc59.37.100 geheim", ""), ("made by geheim", ""), ("XviD", ""), ("XviD-5", ""),
        ("XviD0050", "XviD0050"), ("XviD0050 geheim", "XviD0050"), ("XviD 12", "XviD12"),
        ("XviD0000000000000050", "XviD50"), ("XviD000000000000", "XviD0"),
        ("DivX503b1393p", "DivX503b1393p"), ("DivX501b413geheim", "DivX501b413"),
        ("DivX999Build000p007", "DivX999Build000p"),
        ("DivX500Bu", ""), ("DivX503Build -7", "DivX503Build-1"), ("DivX501b-1p", "DivX501b-1p"),
        ("Lavc56.60.100 (geheim)", "Lavc56.60.100"),
        ("Lavc57.64.101", ""), ("Lavc0.18.10", "Lavc0.18.10"), ("Lavc312.60.100", "Lavc312.60.100"),
        ("FFmpeg0.4.9-pre1b4718", ""), ("FFmpeg0.4.9-pre1b4712", "FFmpegb4712"),
        ("FFmpeg geheim b4600geheim", "FFmpegb4600"), ("FFmpegb5000000", ""),
        ("FFmpeg v0.4.5 / libavcodec build: 4600", "FFmpegb4600"), ("ffmpeg", "ffmpeg"), ("ffmpeg\0geheim", "ffmpeg\0"),
        ("ffmpeg geheim", ""),
    ]

    static let visual: [Case] =
        visualTexts.map { text, left in
            let fill = [UInt8](repeating: 0xFF, count: text.utf8.count - left.utf8.count)
            let (old, new) = (Array(text.utf8), Array(left.utf8) + fill)
            return Case(
                text, volume + code(0xB2, old) + plane, volume + code(0xB2, new) + plane, old == new ? [] : [.message])
        } + [
            Case("a time stays", volume + code(0xB3, [0x5A, 0x3B, 0x40]) + plane), Case("no picture", [0x7F]),
            Case(
                "several, and zeros", code(0xB2, secret + [0, 0]) + volume + code(0xB2, secret) + plane,
                code(0xB2, secret.map { _ in 0xFF } + [0, 0]) + volume + code(0xB2, secret.map { _ in 0xFF }) + plane,
                [.message]),
        ]

    @Test(arguments: visual) func textsOfMPEG4(item: Case) throws {
        try check(item, MPEGVideoCleaner(.visual, limits: Limits()))
    }

    @Test(arguments: visualTexts) func textsInTheSetUp(text: String, left: String) {
        let rest = Self.code(0xB5, [9])
        let kept = left.isEmpty ? [] : Self.code(0xB2, left.utf8.filter { $0 != 0 })
        let bytes = Self.volume + Self.code(0xB2, Array(text.utf8)) + rest
        let clean = MPEGVideoCleaner.withoutTexts(bytes, .visual)
        // A text ends where the next start code begins: with zeros.
        #expect(clean == Self.volume + kept + rest)
        #expect(MPEGVideoCleaner.withoutTexts(clean, .visual) == clean)
        for count in bytes.indices { _ = MPEGVideoCleaner.withoutTexts(Array(bytes[..<count]), .visual) }
    }

    /// Of two start codes, the second can begin in what the first one says.
    @Test func aTextThatBeginsInAStartCode() {
        let captions = Self.code(0xB2, Array("DTG1".utf8) + [0x41, 0x68])
        let bytes = captions + [0, 0, 1] + Self.code(0xB2, Self.secret)
        let clean = MPEGVideoCleaner.withoutTexts(bytes, .video)
        #expect(clean == captions + [0, 0, 1, 0])
        #expect(MPEGVideoCleaner.withoutTexts(clean, .video) == clean)
    }

    // MARK: MPEG-1 and MPEG-2

    static let sequence = code(0xB3, [0x16, 0x01, 0x20, 0x13]) + code(0xB5, [0x14, 0x8A])
    static let slice = code(0x01, [0x1A, 0xB2, 0xB8] + Array("coded".utf8)) + code(0xB2, Array("later".utf8))

    /// The head of a picture: both fields together, or one.
    static func field(_ structure: UInt8) -> [UInt8] {
        code(0x00, [0, 8]) + code(0xB5, [0x8F, 0xFF, 0xF4 | structure, 0x41, 0x80])
    }
    static let slices = code(0x01, [0x1A, 0xB2]) + code(0x02, [0x1A, 0xB8])

    /// The same, as bytes.
    static let videoData: [(String, [UInt8], [UInt8])] = [
        (
            "captions", Array("GA94".utf8) + [3, 0x41, 0xFF, 0xFC, 0x80, 0x80],
            Array("GA94".utf8) + [3, 0x41, 0xFF, 0xFC, 0x80, 0x80]
        ),
        ("bars", Array("GA94".utf8) + [6, 1, 2], Array("GA94".utf8) + [6, 1, 2]),
        ("other", Array("GA94".utf8) + [4, 1], []),
        ("captions of SCTE 20", [3, 0x81, 0x11], [3, 0x81, 0x11]),
        ("captions of a DVD", [0x43, 0x43, 1, 0xF8, 0x9E], [0x43, 0x43, 1, 0xF8, 0x9E]),
        ("format", Array("DTG1".utf8) + [0x41, 0xF8] + secret, Array("DTG1".utf8) + [0x41, 0xF8]),
        ("two pictures", Array("JP3D".utf8) + [3, 0x83, 4, 0xFF] + secret, Array("JP3D".utf8) + [3, 0x83, 4, 0xFF]),
        ("an encoder", secret, []),
        ("exact pictures", [0x41, 0] + Array("TMPGEXS".utf8) + [0] + secret, [0] + Array("TMPGEXS".utf8) + [0]),
        ("too far behind", Array(secret.prefix(20)) + [0] + Array("TMPGEXS".utf8) + [0, 1], []),
    ]

    static let video: [Case] =
        videoData.map { name, old, left in
            let new = left + [UInt8](repeating: 0xFF, count: old.count - left.count)
            return Case(
                name, sequence + code(0x00, [0, 8]) + code(0xB2, old) + slice,
                sequence + code(0x00, [0, 8]) + code(0xB2, new) + slice, old == new ? [] : [.message])
        } + [
            Case(
                "a clock", sequence + code(0xB8, [0xDA, 0xFB, 0xF7, 0xC0]) + code(0x00, [0, 8]) + slice,
                sequence + code(0xB8, [0, 8, 0, 0x40]) + code(0x00, [0, 8]) + slice, [.clock]),
            Case(
                "two fields", field(1) + code(0xB2, secret) + slices + field(2) + code(0xB2, secret) + slices,
                field(1) + code(0xB2, secret.map { _ in 0xFF }) + slices + field(2)
                    + code(0xB2, secret.map { _ in 0xFF }) + slices, [.message]),
            Case("whole pictures are not searched", field(3) + slices + code(0xB2, [9])),
            Case("a clock at its start", sequence + code(0xB8, [0, 8, 0, 0x40]) + slice),
            Case("another", sequence + code(0xB8, [0, 0, 0, 0x60]) + slice),
        ]

    @Test(arguments: video) func dataOfMPEG2(item: Case) throws {
        try check(item, MPEGVideoCleaner(.video, limits: Limits()))
    }

    @Test func noStartCodeArises() throws {
        for tail: [UInt8] in [[1], [0, 1]] {
            let bytes = Self.code(0xB8, [0xDA, 0xFB, 0xF7, 0x80] + tail + [0xB2]) + Self.slice
            let sample = try CodedSample(bytes, MPEGVideoCleaner(.video, limits: Limits()))
            #expect(sample.error != nil && sample.output == bytes)
        }
    }

    @Test func aPictureThatDoesNotCome() throws {
        var limits = Limits()
        limits.codedPartBytes = 40
        let bytes = Self.code(0xB2, Self.secret) + Self.code(0xB2, Self.secret) + Self.slice
        let sample = try CodedSample(bytes, MPEGVideoCleaner(.video, limits: limits))
        #expect(sample.error?.code == .limit && sample.ranges == [4..<4 + Self.secret.count])
    }

    // MARK: Motion JPEG

    static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
    static let scan: [UInt8] = [0xFF, 0xDA, 0x00, 0x04, 1, 2, 0x55, 0xFF, 0x00, 0xFE, 0x66, 0xFF, 0xD9]
    static func field(_ parts: [UInt8]) -> [UInt8] {
        [0xFF, 0xD8] + parts + Segments.segment(0xDB, [0, 1, 2]) + scan
    }

    static func appleField(_ next: Int, _ comment: [UInt8]) -> [UInt8] {
        var content = zeros(4) + Array("mjpg".utf8) + zeros(8)
        content.appendBigEndian32(next)
        return field(Segments.segment(0xE1, content + zeros(20)) + Segments.segment(0xFE, comment))
    }

    /// The marker, what is in the segment, and how much of it stays.
    static let jpegParts: [(UInt8, [UInt8], Int)] = [
        (0xE0, Array("JFIF\0".utf8) + [1, 2, 0, 0, 1, 0, 1, 1, 1, 9, 9, 9], 17),
        (0xE0, Array("JFXX\0".utf8) + secret, 0),
        (0xE0, Array("AVI1".utf8) + [1] + zeros(9) + secret, 14),
        (0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 1] + secret, 12),
        (0xE2, Array("ICC_PROFILE\0".utf8) + [1, 1, 7], 15), (0xE1, Array("Exif\0\0".utf8) + secret, 0),
        (0xEF, secret, 0),
        (0xED, Array("Photoshop 3.0\0".utf8), 0), (0xE5, Array("JFIF\0".utf8) + secret, 0),
        (0xE9, Array("xfrm".utf8) + [1] + secret, 5),
        (0xFE, Array("Lavc58.134.100".utf8), 0), (0xFE, secret, 0), (0xFE, [], 0), (0xFE, Array("CS=ITU601".utf8), 9),
        (0xFE, Array("CS=ITU601\n".utf8), 9), (0xFE, Array("CS=ITU601\0".utf8) + secret, 9),
        (0xFE, Array("CS=ITU601 ".utf8) + secret, 0),
        (0xFE, Array("Intel(R) JPEG Library, version 1.51".utf8), 32),
        (0xFE, Array("Intel(R) JPEG Library".utf8) + secret, 21),
        (0xFE, Array("Metasoft MJPEG Codec II".utf8), 20), (0xFE, Array("AVID".utf8) + zeros(7) + secret, 4),
    ]

    static let motionJPEG: [Case] =
        jpegParts.map { marker, content, size in
            let new = Array(content.prefix(size)) + zeros(content.count - size)
            return Case(
                "\(marker) \(String(decoding: content.prefix(24), as: UTF8.self))",
                field(Segments.segment(marker, content)),
                field(Segments.segment(marker, new)), new == content ? [] : [.message])
        } + [
            Case(
                "AVID, and which field is first",
                field(Segments.segment(0xFE, Array("AVID".utf8) + zeros(8) + [1, 7, 7])),
                field(Segments.segment(0xFE, Array("AVID".utf8) + zeros(8) + [1, 0, 0])), [.message]),
            Case(
                "two fields", appleField(appleField(0, secret).count, secret) + appleField(0, secret),
                appleField(appleField(0, secret).count, zeros(secret.count)) + appleField(0, zeros(secret.count)),
                [.message]),
            Case(
                "a second field that nothing tells of", field([]) + zeros(3) + field(Segments.segment(0xFE, [9])),
                field([]) + zeros(3) + field(Segments.segment(0xFE, [0])), [.message]),
            Case(
                "between fields and behind them", field([]) + secret + field([]) + [0xFF, 0xD9] + secret,
                field([]) + zeros(secret.count) + field([]) + [0xFF, 0xD9] + zeros(secret.count), [.fill]),
            Case("filled up", field([]) + [0xFF, 0xFF, 0xFF] + field([]) + zeros(700)),
            Case(
                "between scans", field([]).dropLast(2) + Segments.segment(0xFE, secret) + scan,
                field([]).dropLast(2) + Segments.segment(0xFE, zeros(secret.count)) + scan, [.message]),
            Case(
                "restarts, fill, and no end", field([]).dropLast(2) + [0xFF, 0xD3, 7, 0xFF, 0xFF, 0x00, 8, 0xFF, 0x7E]),
            Case("Motion-JPEG B", zeros(4) + Array("mjpg".utf8) + [9]),
        ]

    @Test(arguments: motionJPEG) func partsOfMotionJPEG(item: Case) throws { try check(item, MotionJPEGCleaner()) }

    @Test func whatIsBehindAJPEGAndNoneIsSaid() throws {
        let bytes = Self.field([]) + Segments.segment(0xE1, Self.secret)
        let sample = try CodedSample(bytes, MotionJPEGCleaner())
        #expect(sample.error?.code == .unsupported && sample.ranges.isEmpty)
    }

    /// A size, or where the other field is, would not be right any more.
    @Test func segmentsStayWhereFieldsAreMeasured() throws {
        let note = Segments.segment(0xFE, Self.secret)
        let sized = Segments.segment(0xE0, Array("AVI1".utf8) + Self.zeros(10))
        for (bytes, count) in [
            (Self.field(note), 1), (Self.field(note) + Self.field(note), 2), (Self.field(note + sized), 0),
            (Self.field(note) + Self.field(sized), 0), (Self.appleField(0, Self.secret), 0),
        ] {
            var (window, found) = (ByteWindow(MemorySource(bytes)), CodedFindings(limits: Limits()))
            var cleaner = MotionJPEGCleaner()
            try cleaner.clean(0..<bytes.count, &window, &found)
            #expect(found.empty.count == count)
        }
    }

    // MARK: ProRes

    /// - Parameter pictures: of how many bytes each, over a head.
    static func proRes(_ name: String, size: UInt8? = nil, _ pictures: [UInt8] = [12]) -> [UInt8] {
        let kind: UInt8 = pictures.count == 2 ? 0x84 : 0x80
        let head = [0, 28, 0, 0] + Array(name.utf8) + [7, 0x80, 4, 0x38, kind] + zeros(15)
        let content = head + pictures.flatMap { [0x40, 0, 0, 0, 8 + $0, 0, 1, 0] + (0..<$0).map { $0 + 1 } }
        return [0, 0, 0, size ?? UInt8(8 + content.count)] + Array("icpf".utf8) + content
    }

    static let proResCases: [Case] = [
        Case("Apple", proRes("apl0")), Case("another", proRes("fmpg"), proRes("apl0"), [.message]),
        Case("two fields", proRes("apl0", [12, 9])), Case("zeros", proRes("apl0") + zeros(300)),
        Case(
            "something behind", proRes("apl0", [12, 9]) + secret, proRes("apl0", [12, 9]) + zeros(secret.count),
            [.fill]),
        Case("a size that is too small", proRes("apl0", size: 40, [200])),
    ]

    @Test(arguments: proResCases) func programsOfProRes(item: Case) throws { try check(item, ProResCleaner()) }

    @Test func noProRes() throws {
        for bytes in [Self.proRes("fmpg", size: 99), Self.proRes("fmpg").map { $0 == 0x69 ? 0x68 : $0 }, [1, 2]] {
            let sample = try CodedSample(bytes, ProResCleaner())
            #expect(sample.error != nil && sample.ranges.isEmpty)
        }
        // What is in the frame and in none of its pictures is not known.
        let padded = Self.proRes("fmpg", size: 60) + [1, 2, 3, 4]
        let sample = try CodedSample(padded, ProResCleaner())
        #expect(sample.error?.code == .unsupported && sample.ranges == [12..<16])
    }

    // MARK: DV

    /// A sequence without most of its pictures.
    static func sequenceOfDV(_ subcode: [[UInt8]], _ auxiliary: [[UInt8]], _ sound: [UInt8]) -> [UInt8] {
        let nothing: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
        func block(_ kind: UInt8, _ number: UInt8, _ content: [UInt8]) -> [UInt8] {
            [kind << 5 | 0x1F, 0x07, number] + content + [UInt8](repeating: 0xFF, count: 77 - content.count)
        }
        let parts = (0..<6).map { [UInt8($0), 0x80, 0xFF] + ($0 < subcode.count ? subcode[$0] : nothing) }
        return block(0, 0, [0x3F, 0x78, 0x78, 0x78]) + block(1, 0, parts.flatMap { $0 })
            + block(2, 0, auxiliary.flatMap { $0 })
            + block(3, 0, sound + [9, 8, 7]) + block(4, 0, [0x62, 1, 2, 3, 4, 0x13, 5, 6, 7, 8])
    }

    static let dateOfDV: [[UInt8]] = [[0x62, 0xFF, 0xC4, 0xE7, 0x05], [0x63, 0xFF, 0x92, 0x21, 0x12]]
    static let stays: [[UInt8]] = [
        [0x60, 0xFF, 0xFF, 0x20, 0xFF], [0x61, 0x03, 0xC8, 0xFC, 0xFF], [0x65, 1, 2, 3, 4], [0, 0, 0, 0, 0],
        [0x81, 1, 2, 3, 4],
    ]
    static let nothings = [[UInt8]](repeating: [0xFF, 0xFF, 0xFF, 0xFF, 0xFF], count: 4)

    static let dv: [Case] = [
        Case("all that stays", sequenceOfDV([], stays, [0x50, 0xD8, 0x30, 0xC0, 0xD0])),
        Case(
            "dates, cameras, times, tapes",
            sequenceOfDV(
                [[0x13, 1, 2, 3, 4]] + dateOfDV, stays + dateOfDV + [[0x70, 1, 2, 3, 4], [0xF0, 1, 2, 3, 4]],
                [0x52, 1, 2, 3, 4]),
            sequenceOfDV([], stays + nothings, nothings[0]), [.recording]),
        Case(
            "two sequences, nothing that is not nothing",
            sequenceOfDV([], [], [0x50, 1, 2, 3, 4]) + sequenceOfDV([[0xFF, 1, 2, 3, 4]], [], [0x53, 1, 2, 3, 4]),
            sequenceOfDV([], [], [0x50, 1, 2, 3, 4]) + sequenceOfDV([], [], nothings[0]), [.recording]),
    ]

    @Test(arguments: dv) func packsOfDV(item: Case) throws { try check(item, DVCleaner()) }

    /// Decoders take the format from there, whatever the pack is called.
    @Test func formatOfDV() throws {
        let block: [UInt8] = [0x5F, 7, 2] + Self.zeros(45) + [0x62, 1, 2, 3, 4] + Self.dateOfDV[0] + Self.zeros(22)
        let bytes = [0x1F, 7, 0] + Self.zeros(77) + [0x3F, 7, 0] + Self.zeros(77) + Self.zeros(240) + block
        let sample = try CodedSample(bytes, DVCleaner())
        #expect(sample.error == nil && sample.ranges == [453..<458])
    }

    /// A file without pictures is not held in memory as a whole.
    @Test func changesOfDVAreShort() throws {
        let subcode = [0x3F, 7, 0] + [UInt8](repeating: 0x13, count: 77)
        let bytes = [0x1F, 7, 0] + Self.zeros(77) + [[UInt8]](repeating: subcode, count: 100).flatMap { $0 }
        // The same bytes are held once.
        var limits = Limits()
        limits.codedChangedBytes = 1_000
        let sample = try CodedSample(bytes, DVCleaner(), limits: limits)
        #expect(sample.error == nil)
        #expect(sample.ranges.count == 20 && sample.ranges.allSatisfy { $0.count <= 400 })
        #expect(try CodedSample(sample.output, DVCleaner()).ranges.isEmpty)
    }

    @Test func noDV() throws {
        let bytes = Self.sequenceOfDV(Self.dateOfDV, [], [])
        for bytes in [Array(bytes.dropLast()), Array(bytes.dropFirst(80)), Array(bytes.prefix(80)), []] {
            #expect(try CodedSample(bytes, DVCleaner()).error != nil)
        }
    }

    // MARK: Registered user data

    @Test(
        arguments: [
            ([0xB5, 0x00, 0x31, 0x47, 0x41, 0x39, 0x34, 0x03], true),
            ([0xB5, 0x00, 0x31, 0x47, 0x41, 0x39, 0x34, 0x04], false),
            ([0xB5, 0x00, 0x31, 0x44, 0x54, 0x47, 0x31, 0x41], true),
            ([0xB5, 0x00, 0x31, 0x47, 0x41, 0x39, 0x34], false),
            ([0xB5, 0x00, 0x2F, 0x03], true), ([0xB5, 0x00, 0x3A], true), ([0xB5, 0x00, 0x3B, 0, 0, 8, 0], true),
            ([0xB5, 0x00, 0x3C, 0, 1, 4], true), ([0xB5, 0x00, 0x3C, 0, 2, 4], false),
            ([0xB5, 0x00, 0x90, 0, 1], true),
            ([0xB5, 0x58, 0x90, 1], true), ([0xB4, 0x00, 0x50, 0x00], true), ([0xB4, 0x50, 0x00], false),
            ([0x26, 0x00, 0x04, 0x00, 0x05], true), ([0x26, 0x00, 0x04, 0x00, 0x06], false), ([0xB5], false),
            ([], false),
            ([0xFF, 0xB5, 0x00, 0x3B], false),
        ] as [([UInt8], Bool)]) func registeredUserData(payload: [UInt8], isRendering: Bool) throws
    {
        let unit = Self.unit(5, [4] + payload)
        #expect(try (cleaned(unit, AV1Cleaner(limits: Limits())) == unit) == isRendering)
    }
}
