import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// Messages between the pictures of AVC and HEVC: what no decoder needs is written over, and nothing else.
@Suite struct CodedMessageTests {
    typealias Coding = NALCleaner.Coding

    static let secret = Array("geheim 48.2082 N 16.3738 E".utf8)
    static let codings: [Coding] = [.avc, .hevc]
    static func slice(_ coding: Coding) -> [UInt8] { NALSample.slice(coding) }

    /// What becomes of the payload of a message, in a unit between others.
    private func result(
        _ type: Int, _ payload: [UInt8], _ coding: Coding, isSuffix: Bool = false, _ parameters: [[UInt8]] = []
    ) throws -> (payload: [UInt8], sample: CodedSample) {
        let (before, after) = ((type: 6, payload: [0x80] as [UInt8]), (type: 45, payload: [0x81, 0x20] as [UInt8]))
        let cleaner = try NALSample.cleaner(coding, parameters)
        let input = NALSample.sample([
            NALSample.messages([before, (type, payload), after], coding, isSuffix: isSuffix), Self.slice(coding),
        ])
        let sample = try CodedSample(input, cleaner)
        #expect(try CodedSample(sample.output, cleaner).output == sample.output)
        #expect(sample.output.suffix(Self.slice(coding).count).elementsEqual(Self.slice(coding)))
        let size = input.count - Self.slice(coding).count - 4
        let unit = Array(sample.output[4..<size])
        #expect(EscapedUnit.isEscaped(unit))
        let content = EscapedUnit(unit).content
        let head = coding == .avc ? 1 : 2
        let start = head + NALSample.message(6, [0x80]).count + NALSample.message(type, payload).count - payload.count
        #expect(content[start + payload.count..<content.count] == [45, 2, 0x81, 0x20, 0x80])
        return (Array(content[start..<start + payload.count]), sample)
    }

    // MARK: Kinds

    private static let keptOfAVC = Set([0, 2] + Array(6...29) + Array(31...36) + Array(38...47) + Array(49...54))
        .union([56, 137, 142, 144] + Array(147...156) + [200, 201])
    private static let keptOfHEVC = Set([0, 1, 2, 6, 9, 15, 16, 17, 19, 22, 23, 45, 47, 56] + Array(128...132))
        .union([134, 135] + Array(137...156) + [160, 161, 163, 164, 165, 167, 168] + Array(176...181) + [200, 201])
    private static let nesting: [Coding: Set<Int>] = [.avc: [30, 37, 48], .hevc: [133, 157, 158, 159, 162]]

    private static let parts: [Int: CodedPart] = [3: .fill, 5: .message]

    @Test(arguments: codings, [false, true]) func kindsOfMessages(coding: Coding, isSuffix: Bool) throws {
        let kept = coding == .avc ? Self.keptOfAVC : Self.keptOfHEVC
        for type in Array(0...300) + [510, 511, 65_000] where type != (coding == .avc ? 1 : 136) {
            let (payload, sample) = try result(type, Self.secret, coding, isSuffix: isSuffix)
            let isNested = Self.nesting[coding]?.contains(type) == true
            #expect((sample.error != nil) == isNested, "\(type)")
            let fill: UInt8 = type == 4 ? 0xFE : 0xFF
            let isKept = kept.contains(type) || isNested
            #expect(payload == (isKept ? Self.secret : Self.secret.map { _ in fill }), "\(type)")
            #expect(sample.parts == (isKept ? [] : [Self.parts[type] ?? .userData]), "\(type)")
        }
    }

    static let discNumber: [UInt8] = [
        0x17, 0xEE, 0x8C, 0x60, 0xF8, 0x4D, 0x11, 0xD9, 0x8C, 0xD6, 0x08, 0x00, 0x20, 0x0C, 0x9A, 0x66,
    ]

    /// The kind of a message, its payload, and how many bytes of it stay.
    static let data: [(Int, [UInt8], Int)] = [
        (4, [0xB5, 0, 0x31] + Array("GA94".utf8) + [3, 0xC1, 0xFF, 0xFC, 0x94, 0x20, 0xFF], 14),
        (4, [0xB5, 0, 0x31] + Array("GA94".utf8) + [6, 0x41], 9),
        (4, [0xB5, 0, 0x31] + Array("DTG1".utf8) + [0x41, 0xF8], 9),
        (4, [0xB5, 0, 0x3C, 0, 1, 4, 1, 0x40, 0, 0, 3], 11), (4, [0xB5, 0, 0x3C, 0, 1, 5] + secret, 0),
        (4, [0x26, 0, 4, 0, 5, 1, 2], 7), (4, [0xB4, 0, 0x50, 0, 1], 5), (4, [0xB5], 0), (4, [0xFF, 0xB5, 0], 0),
        (4, [0x8C, 0, 0x31] + Array("GA94".utf8) + [3] + secret, 0),
        (5, discNumber + Array("GA94".utf8) + [3, 0xC1, 0xFF, 0xFC, 0x94, 0x20], 26),
        (5, discNumber + Array("GA94".utf8) + [4] + secret, 0), (5, discNumber + Array("MDPM".utf8) + [3] + secret, 0),
        (5, discNumber, 0), (5, discNumber + Array("GA9".utf8), 0), (5, secret, 0), (5, [0xDC], 0), (5, [], 0),
        (3, [0xFF, 0xFF, 0xFF], 3), (3, [0xFF, 0x41, 0xFF], 0),
    ]

    @Test(arguments: codings, data) func dataOfUsers(coding: Coding, item: (Int, [UInt8], Int)) throws {
        let (type, payload, left) = item
        let fill: UInt8 = type == 4 ? 0xFE : 0xFF
        let sample = try result(type, payload, coding)
        #expect(sample.sample.error == nil)
        let expected =
            Array(payload.prefix(left)) + [UInt8](repeating: fill, count: payload.count - min(left, payload.count))
        #expect(sample.payload == expected)
    }

    private static let x264: [UInt8] = [
        0xDC, 0x45, 0xE9, 0xBD, 0xE6, 0xD9, 0x48, 0xB7, 0x96, 0x2C, 0xD8, 0x20, 0xD9, 0x23, 0xEE, 0xEF,
    ]

    @Test(arguments: [
        ("164 r3095", 0, 0), ("33", 2, 2), ("43 svn", 2, 2), ("44", 0, 2), ("00001", 5, 5), ("150 r2833", 0, 3),
        ("151", 0, 0), ("no", 0, 0), ("", 0, 0),
    ]) func encodersThatDecodersKnow(version: String, digits: Int, digitsOfLossless: Int) throws {
        let name = Array("x264 - core ".utf8)
        let payload = Self.x264 + name + Array(version.utf8) + Self.secret
        let lossless = SequenceOfAVC(profile: 244, format: 3).unit
        for (parameters, digits) in [([SequenceOfAVC().unit], digits), ([lossless], digitsOfLossless)] {
            let left = digits == 0 ? 0 : 16 + name.count + digits
            let expected = Array(payload.prefix(left)) + [UInt8](repeating: 0xFF, count: payload.count - left)
            #expect(try result(5, payload, .avc, parameters).payload == expected)
        }
        #expect(try result(5, payload, .hevc).payload == payload.map { _ in 0xFF })
    }

    // MARK: Units

    @Test(arguments: codings, [1, 2, 3, 4]) func unitsOfEachKind(coding: Coding, lengthSize: Int) throws {
        let head: (UInt8) -> [UInt8] = { coding == .avc ? [$0] : [$0 << 1, 1] }
        let filler = head(coding == .avc ? 12 : 38)
        let message = NALSample.messages([(5, Self.secret), (4, Self.secret)], coding)
        let clean = NALSample.messages(
            [(5, Self.secret.map { _ in 0xFF }), (4, Self.secret.map { _ in 0xFE })], coding)
        let full = [UInt8](repeating: 0xFF, count: 9) + [0x80]
        let input: [[UInt8]] = [
            [], head(9), message, filler, filler + Array(Self.secret.prefix(10)), filler + full,
            Array(message.prefix(1)),
            Self.slice(coding), message + [0, 0, 0], head(coding == .avc ? 6 : 39),
        ]
        let output: [[UInt8]] = [
            [], head(9), clean, filler, filler + full, filler + full, Array(message.prefix(1)), Self.slice(coding),
            clean + [0, 0, 0], head(coding == .avc ? 6 : 39),
        ]
        let cleaner = try NALSample.cleaner(coding, lengthSize: lengthSize)
        let sample = NALSample.sample(input, lengthSize: lengthSize)
        #expect(try cleaned(sample, cleaner) == NALSample.sample(output, lengthSize: lengthSize))
        try CodedSample.expectSturdy(sample, cleaner, "units of \(coding), \(lengthSize)")
    }

    /// The others are cleaned all the same, and it is said.
    @Test(arguments: codings) func unitsThatAreNotKnown(coding: Coding) throws {
        let message = NALSample.messages([(5, Self.secret)], coding)
        let clean = NALSample.messages([(5, Self.secret.map { _ in 0xFF })], coding)
        var early = NALSample.messages([(5, Self.secret), (19, [0x41, 0x42])], coding)
        early[early.count - 4] = 7
        var earlyClean = NALSample.messages([(5, Self.secret.map { _ in 0xFF }), (19, [0x41, 0x42])], coding)
        earlyClean[earlyClean.count - 4] = 7
        let head = Array(message.prefix(coding == .avc ? 1 : 2))
        let reserved: [UInt8] = coding == .avc ? [24, 1, 2] : [0x60, 1, 2]
        let unknown: [([UInt8], [UInt8])] = [
            (reserved, reserved), (early, earlyClean), (head + [5, 0xFF, 0xFF], head + [5, 0xFF, 0xFF]),
        ]
        for (unit, rest) in unknown {
            let sample = try CodedSample(NALSample.sample([message, unit, message]), NALSample.cleaner(coding))
            #expect(sample.error?.code == .unsupported)
            #expect(sample.output == NALSample.sample([clean, rest, clean]))
        }
        var limits = Limits()
        limits.codedPartBytes = 64
        let large = NALSample.messages([(5, Self.secret + Self.secret + Self.secret)], coding)
        let sample = try CodedSample(
            NALSample.sample([large, message]), NALSample.cleaner(coding, limits: limits))
        #expect(sample.error?.code == .unsupported && sample.output == NALSample.sample([large, clean]))
    }

    @Test(arguments: codings) func escapeBytesAnywhere(coding: Coding) throws {
        for zeros: [UInt8] in [[0, 0, 0], [0, 0, 1], [0, 0, 2, 0, 0, 3], [0, 0, 0, 0, 0], [0, 0], [0], [3, 0, 0]] {
            for place in 0...Self.secret.count {
                var payload = Self.secret
                payload.insert(contentsOf: zeros, at: place)
                let (left, sample) = try result(5, payload, coding)
                #expect(sample.error == nil && left.allSatisfy { [0, 1, 0xFF].contains($0) })
                #expect(left.filter { $0 < 0xFF }.count <= zeros.count)
            }
        }
        let unit = Array(NALSample.messages([(5, Self.secret + [0, 0])], coding).dropLast()) + [3]
        try CodedSample.expectSturdy(NALSample.sample([unit]), NALSample.cleaner(coding), "an escape at the end")
    }

    // MARK: Hostile bytes

    @Test(arguments: codings) func samplesChangedAtRandom(coding: Coding) throws {
        let parameters = SequenceOfAVC(buffers: [(24, 24, 24), nil]).unit
        var units = Self.data.map { NALSample.messages([($0.0, $0.1), (6, [0x80])], coding) }
        if coding == .avc { units.append(parameters) }
        var random = Seeded(7)
        units.append(NALSample.messages([(coding == .avc ? 1 : 136, random.bytes(30))], coding))
        let cleaner = try NALSample.cleaner(coding, [SequenceOfAVC().unit])
        for _ in 0..<6_000 {
            let bytes = NALSample.sample((0..<6).map { _ in units[random.below(units.count)] })
            let input = random.mutated(random.mutated(bytes, units), units)
            let first = try CodedSample(input, cleaner)
            let second = try CodedSample(first.output, cleaner)
            #expect(first.output.count == input.count && second.output == first.output, "\(input)")
            if second.output != first.output { return }
        }
    }

    /// One unit can have as many messages as it has bytes.
    @Test(.timeLimit(.minutes(1)), arguments: codings) func manyMessages(coding: Coding) throws {
        let time: [UInt8] =
            coding == .avc ? [0x08, 0x04, 7, 9, 9, 0, 0, 0, 0x40] : [0x60, 0x80, 0x41, 0x42, 0x43, 0x44]
        let cleaner = try NALSample.cleaner(coding, [SequenceOfAVC().unit])
        for message in [(5, [0x41] as [UInt8]), (coding == .avc ? 1 : 136, time)] {
            let count = (1 << 20) / (3 + message.1.count)
            let unit = NALSample.messages([(Int, [UInt8])](repeating: message, count: count), coding)
            var found = CodedFindings(limits: Limits())
            let bytes = NALSample.sample([unit])
            var (window, one) = (ByteWindow(MemorySource(bytes)), cleaner)
            try one.clean(0..<bytes.count, &window, &found)
            #expect(found.changes.count == count)
            _ = try CodedChanges(found.changes)
        }
    }

    @Test func whatIsWrittenIsBounded() throws {
        var limits = Limits()
        limits.codedChangedBytes = 100
        // What is written twice is held once.
        let bytes = NALSample.sample((0..<20).map { [12] + Self.secret + [UInt8](repeating: 7, count: $0) })
        let sample = try CodedSample(bytes, NALSample.cleaner(.avc), limits: limits)
        #expect(sample.error?.code == .limit && sample.ranges.count == 4)
    }
}
