import Foundation
import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// What real encoders make comes out without their names, decodes to the same, and keeps captions and brightness.
@Suite(.enabled(if: Run.isInstalled("ffmpeg") && Run.isInstalled("ffprobe"), "ffmpeg is not there"))
struct EncoderTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var name: String
        /// Behind the sources.
        var arguments: [String]
        var ending = "mp4"
        /// Names that have to stay, as decoders go by them.
        var kept: [String] = []
        /// What the file has before, or the test shows nothing.
        var planted: [String] = []
        var video = "testsrc2=size=64x48:rate=10:duration=1"

        var testDescription: String { "\(name) in \(ending)" }

        /// As ffmpeg calls them.
        var encoders: [String] {
            arguments.indices.filter { arguments[$0].hasPrefix("-c:") }.map { arguments[$0 + 1] }
        }

        init(
            _ name: String, _ arguments: [String], ending: String = "mp4", kept: [String] = [], planted: [String] = []
        ) {
            (self.name, self.arguments, self.ending) = (name, arguments, ending)
            (self.kept, self.planted) = (kept, planted)
        }

        /// Another picture than the small one.
        func of(_ video: String) -> Case {
            var other = self
            other.video = video
            return other
        }
    }

    private static let x264 = "x264 - core"
    private static let x265 = "x265 (build"
    private static let names = [x264, x265, "Lavc", "Lavf", "XviD", "DivX"]
    private static let text = "CANARY-text"
    private static let message = "sei_user_data=086f3693-b7b3-4f2c-9653-21492feee5b8+" + text

    /// x265 tells about itself on the screen otherwise.
    private static func hevc(_ parameters: String..., tag: String) -> [String] {
        ["-c:v", "libx265", "-tag:v", tag, "-x265-params", (["log-level=none"] + parameters).joined(separator: ":")]
    }

    private static let brightness =
        "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1):max-cll=1000,400"

    private static let all = [
        Case("H.264", ["-c:v", "libx264"], planted: [x264]),
        Case("H.264", ["-c:v", "libx264"], ending: "mov", planted: [x264]),
        Case(
            "H.264 in fragments", ["-c:v", "libx264", "-g", "5", "-movflags", "frag_keyframe+empty_moov"],
            planted: [x264]),
        Case(
            "H.264 with a text", ["-c:v", "libx264", "-bsf:v", "h264_metadata=" + message], planted: [x264, text]),
        Case(
            "H.264 with times and a buffer",
            [
                "-c:v", "libx264", "-b:v", "200k", "-maxrate", "200k", "-bufsize", "200k", "-x264-params",
                "pic-struct=1:nal-hrd=vbr",
            ], planted: [x264]),
        Case("H.264 with sound", ["-c:v", "libx264", "-c:a", "aac"], planted: [x264]),
        Case("HEVC as hvc1", hevc(tag: "hvc1"), planted: [x265]),
        Case("HEVC as hev1", hevc(tag: "hev1"), planted: [x265]),
        Case("HEVC as hvc1 with all heads", hevc("repeat-headers=1", "info=1", tag: "hvc1"), planted: [x265]),
        Case("HEVC as hev1 with all heads", hevc("repeat-headers=1", "info=1", tag: "hev1"), planted: [x265]),
        Case(
            "HEVC with HDR10",
            ["-pix_fmt", "yuv420p10le"]
                + hevc(
                    "hdr10=1", "colorprim=bt2020", "transfer=smpte2084", "colormatrix=bt2020nc", brightness, tag: "hvc1"
                ),
            planted: [x265]),
        Case("AV1 of libaom", ["-c:v", "libaom-av1", "-cpu-used", "8"]),
        Case("AV1 of SVT", ["-c:v", "libsvtav1", "-preset", "12"]).of("testsrc2=size=128x96:rate=10:duration=1"),
        Case("VP9", ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8"]),
        Case("MPEG-4", ["-c:v", "mpeg4"], planted: ["Lavc"]),
        Case("MPEG-4 with B frames", ["-c:v", "mpeg4", "-bf", "2"], planted: ["Lavc"]),
        Case("MPEG-4 of Xvid", ["-c:v", "libxvid"], kept: ["XviD"], planted: ["XviD"]),
        Case("Motion JPEG", ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"], ending: "mov", planted: ["Lavc"]),
        Case("ProRes", ["-c:v", "prores_ks"], ending: "mov", planted: ["Lavc"]),
        Case("DV", ["-c:v", "dvvideo", "-pix_fmt", "yuv420p"], ending: "mov")
            .of("testsrc2=size=720x576:rate=25:duration=0.2"),
        Case("AAC, mono", ["-c:a", "aac", "-ac", "1"], ending: "m4a", planted: ["Lavc"]),
        Case("AAC, stereo", ["-c:a", "aac", "-ac", "2"], ending: "m4a", planted: ["Lavc"]),
        Case("AAC, 5.1", ["-c:a", "aac", "-af", "aformat=channel_layouts=5.1"], ending: "m4a", planted: ["Lavc"]),
        Case("AAC, 7.0", ["-c:a", "aac", "-af", "aformat=channel_layouts=7.0"], ending: "m4a", planted: ["Lavc"]),
        Case("Opus", ["-c:a", "libopus"]),
        Case("FLAC", ["-c:a", "flac", "-strict", "-2"]),
    ]

    /// As this ffmpeg has them.
    private static let encoders: Set<String> = {
        let list = (try? Run.program("ffmpeg", ["-v", "quiet", "-encoders"]))?.text ?? ""
        return Set(
            list.split(separator: "\n").compactMap { $0.split(separator: " ").dropFirst().first.map(String.init) })
    }()

    private static let missing = Set(all.flatMap(\.encoders)).subtracting(encoders).sorted()
    static let cases = all.filter { encoders.isSuperset(of: $0.encoders) }

    @Test(.enabled(if: missing.isEmpty, "not in this ffmpeg: \(missing.joined(separator: ", "))"))
    func everyEncoderIsThere() {}

    // MARK: What is made

    @Test(arguments: cases) func namesGoAndPicturesAndSoundStay(_ one: Case) throws {
        let folder = try TemporaryFolder(isInMemory: true)
        let (before, after) = ("before." + one.ending, "after." + one.ending)
        var sources: [String] = []
        if one.arguments.contains("-c:v") { sources += ["-f", "lavfi", "-i", one.video] }
        if one.arguments.contains("-c:a") {
            sources += ["-f", "lavfi", "-i", "anoisesrc=duration=1:amplitude=0.1:seed=1:sample_rate=48000"]
        }
        try Self.ffmpeg(sources + one.arguments + [before], in: folder)
        let input = try folder.bytes(before)
        for name in one.planted + ["Lavf"] {
            #expect(input.firstOffset(of: Array(name.utf8)) != nil, "\(name) is not there")
        }
        let output = try scrub(input)
        try folder.write(output, to: after)
        for name in Self.names + [Self.text] where !one.kept.contains(name) {
            #expect(output.firstOffset(of: Array(name.utf8)) == nil, "\(name) survives")
        }
        for name in one.kept { #expect(output.firstOffset(of: Array(name.utf8)) != nil, "\(name) is gone") }
        #expect(try scrub(output) == output)
        #expect(try Scrubber().inspect(MemorySource(output)).findings.isClean)
        try Self.expectSame(before, after, in: folder)
        // Strictly, nothing says how long names were, whether they were written over before or not.
        let strict = Scrubber(policy: Policy(profile: .strict))
        let shortest = try scrub(input, strict)
        #expect(try shortest.count <= output.count && scrub(output, strict) == shortest && scrub(shortest) == shortest)
        let strictly = "strict." + one.ending
        try folder.write(shortest, to: strictly)
        try Self.expectSame(before, strictly, in: folder)
    }

    /// FFmpeg makes up for mistakes of releases of x264 before 34 and before 151, and knows them by their names. What is
    /// newer is made to look older here, so that it decodes to something else, which is to stay the same.
    @Test(
        .enabled(if: encoders.contains("libx264"), "not in this ffmpeg: libx264"),
        arguments: [("yuv420p", "033"), ("yuv444p", "150"), ("yuv444p", "033")])
    func oldReleasesDecodeToTheSame(pixels: String, release: String) throws {
        let folder = try TemporaryFolder(isInMemory: true)
        let picture = "mandelbrot=size=128x96:rate=10,noise=alls=12:allf=t:all_seed=1,trim=duration=1"
        try Self.ffmpeg(
            ["-f", "lavfi", "-i", picture, "-c:v", "libx264", "-pix_fmt", pixels, "new.mp4"], in: folder)
        var input = try folder.bytes("new.mp4")
        let start = try #require(input.firstOffset(of: Array(Self.x264.utf8))) + Self.x264.utf8.count + 1
        input.replaceSubrange(start..<start + 3, with: release.utf8)
        try folder.write(input, to: "before.mp4")
        #expect(try Self.frames("new.mp4", in: folder).frames != Self.frames("before.mp4", in: folder).frames)
        let output = try scrub(input)
        #expect(output.firstOffset(of: "options: ") == nil)
        try folder.write(output, to: "after.mp4")
        try Self.expectSame("before.mp4", "after.mp4", in: folder)
    }

    /// What HEIC readers decode with makes the same of HEVC, and finds the hashes of its pictures right.
    @Test(
        .enabled(
            if: encoders.contains("libx265") && Run.isInstalled("libde265-dec265"), "no libx265 or libde265"),
        arguments: Policy.Profile.allCases)
    func anotherDecoderAgrees(profile: Policy.Profile) throws {
        let folder = try TemporaryFolder(isInMemory: true)
        let pictures = ["-f", "lavfi", "-i", "testsrc2=size=128x96:rate=10:duration=1"]
        try Self.ffmpeg(
            pictures + Self.hevc("repeat-headers=1", "hash=1", Self.brightness, tag: "hvc1") + ["before.mp4"],
            in: folder)
        let output = try scrub(folder.bytes("before.mp4"), Scrubber(policy: Policy(profile: profile)))
        try folder.write(output, to: "after.mp4")
        let found = try ["before", "after"].map { name in
            try Self.ffmpeg(["-i", name + ".mp4", "-c", "copy", "-f", "hevc", name + ".265"], in: folder)
            let run = try Run.program("libde265-dec265", ["-q", "-c", "-o", name, name + ".265"], in: folder.path)
            #expect(run.status == 0)
            // But for how fast it was.
            return (
                try folder.bytes(name), (run.text + run.errors).split(separator: "\n").filter { !$0.contains("fps") }
            )
        }
        #expect(!found[0].0.isEmpty && found[0].0 == found[1].0 && found[0].1 == found[1].1)
    }

    /// Names as long as the one that Xvid writes into the set-up of its decoder.
    @Test(
        .enabled(if: encoders.contains("libxvid"), "not in this ffmpeg: libxvid"),
        arguments: [
            ("XviD0046", "XviD0046"), ("DivX5b1p", "DivX5b1p"), ("DivX5b1q", "DivX5b1"), ("XviD46by", "XviD46"),
            ("DivX of ", nil), ("XviD by ", nil), ("CANARY-7", nil),
        ] as [(String, String?)])
    func namesThatDecodersGoByStay(name: String, kept: String?) throws {
        let folder = try TemporaryFolder(isInMemory: true)
        let pictures = ["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=10:duration=1"]
        try Self.ffmpeg(pictures + ["-c:v", "libxvid", "before.mp4"], in: folder)
        var input = try folder.bytes("before.mp4")
        let start = try #require(input.firstOffset(of: "XviD"))
        input.replaceSubrange(start..<start + 8, with: name.utf8)
        let output = try scrub(input)
        let mark: [UInt8] = [0, 0, 1, 0xB2]
        // Behind it comes a descriptor.
        #expect((output.firstOffset(of: mark) != nil) == (kept != nil))
        if let kept { #expect(output.firstOffset(of: mark + Array(kept.utf8) + [6]) != nil) }
        #expect(try scrub(output) == output)
    }

    private static func ffmpeg(_ arguments: [String], in folder: TemporaryFolder) throws {
        let run = try Run.program(
            "ffmpeg", ["-v", "error", "-nostdin"] + arguments, in: folder.path, environment: ["SVT_LOG": "0"])
        try #require(run.status == 0, "\(run.errors)")
    }

    /// Every frame, decoded, and nothing that a decoder had no reason to say before.
    private static func expectSame(_ before: String, _ after: String, in folder: TemporaryFolder) throws {
        let (old, new) = (try frames(before, in: folder), try frames(after, in: folder))
        #expect(!old.frames.isEmpty && old.frames == new.frames)
        #expect(new.warnings.subtracting(old.warnings).isEmpty)
    }

    /// In one thread, as what decoders make of damage hangs on chance otherwise.
    private static func frames(
        _ file: String, in folder: TemporaryFolder
    ) throws -> (frames: [Substring], warnings: Set<String>) {
        let run = try Run.program(
            "ffmpeg",
            ["-v", "warning", "-nostdin", "-threads", "1", "-i", file]
                + ["-map", "0:v?", "-map", "0:a?", "-f", "framemd5", "-"], in: folder.path)
        #expect(run.status == 0)
        let frames = run.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        return (frames, Set(run.errors.split(separator: "\n").map(withoutAddress)))
    }

    /// Of a line like "[h264 @ 0x55e0c9584ec0] ...", and without the name of the file.
    private static func withoutAddress(_ line: Substring) -> String {
        let words = line.split(separator: " ").filter { !$0.hasPrefix("0x") }
        return words.joined(separator: " ").replacing("before.", with: "").replacing("after.", with: "")
    }

    // MARK: Captions and brightness

    enum Coding: String, CaseIterable, Sendable {
        case h264 = "libx264"
        case hevc = "libx265"

        var format: String { self == .h264 ? "h264" : "hevc" }

        /// Whether the unit holds a part of a picture.
        func isSlice(_ unit: ArraySlice<UInt8>) -> Bool {
            guard let head = unit.first else { return false }
            return self == .h264 ? [1, 5].contains(head & 0x1F) : head >> 1 & 0x3F < 32
        }

        /// Of supplemental information in front of a picture.
        var head: [UInt8] { self == .h264 ? [6] : [39 << 1, 1] }
    }

    private static let unregistered = [UInt8](0xA0...0xAF) + Array("CANARY-unregistered at 52.5163, 13.3777".utf8)

    /// Two characters of captions for a field, and two of another service (ATSC A/53, part 4, 6.2.3).
    private static func captions(_ number: Int) -> [UInt8] {
        let letter = UInt8(0x41 + number % 26)
        let triplets: [UInt8] = [0xFC, letter, letter | 0x80, 0xFD, 0x80, 0x80, 0xFE, 0x02, letter]
        return [0xB5, 0x00, 0x31] + Array("GA94".utf8) + [0x03, 0xC3, 0xFF] + triplets + [0xFF]
    }

    /// Of one window (SMPTE ST 2094-40), with a curve.
    private static func dynamicBrightness(_ number: Int) -> [UInt8] {
        var bits = CodedSoundTests.Bits()
        bits.append([0xB5, 0x00, 0x3C, 0x00, 0x01, 0x04, 0x01])
        bits.append(1, 2)
        bits.append(400, 27)
        bits.append(0, 1)
        for level in [4_000, 5_000, 6_000 + number, 1_234] { bits.append(level, 17) }
        let percentiles = [1, 5, 10, 25, 50, 75, 90, 95, 99]
        bits.append(percentiles.count, 4)
        for percentile in percentiles {
            bits.append(percentile, 7)
            bits.append(60 * percentile, 17)
        }
        bits.append(3, 10)
        bits.append(0, 1)
        bits.append(1, 1)
        for (value, count) in [(100, 12), (200, 12), (3, 4), (200, 10), (400, 10), (800, 10)] {
            bits.append(value, count)
        }
        bits.append(0, 1)
        bits.align()
        return bits.bytes
    }

    /// A unit with messages of a kind, as it lies in a stream.
    private static func unit(_ messages: [(kind: UInt8, content: [UInt8])], _ coding: Coding) -> [UInt8] {
        var content: [UInt8] = []
        for message in messages {
            content += [message.kind] + [UInt8](repeating: 255, count: message.content.count / 255)
            content += [UInt8(message.content.count % 255)] + message.content
        }
        var (written, zeros) = (coding.head, 0)
        for byte in content + [0x80] {
            if zeros >= 2, byte <= 3 {
                written.append(3)
                zeros = 0
            }
            written.append(byte)
            zeros = byte == 0 ? zeros + 1 : 0
        }
        return [0, 0, 0, 1] + written
    }

    /// Where units begin and end, start codes left out.
    private static func units(_ stream: [UInt8]) -> [Range<Int>] {
        var starts: [Int] = []
        for at in 0..<max(0, stream.count - 2) where stream[at] == 0 && stream[at + 1] == 0 && stream[at + 2] == 1 {
            starts.append(at + 3)
        }
        return starts.indices.map { place in
            var end = place + 1 < starts.count ? starts[place + 1] - 3 : stream.count
            while end > starts[place], stream[end - 1] == 0 { end -= 1 }
            return starts[place]..<end
        }
    }

    /// What ffprobe says about each picture, but for messages of an unknown maker.
    private static func sideData(_ file: String, in folder: TemporaryFolder) throws -> [[String]] {
        struct Report: Decodable {
            struct Frame: Decodable {
                var sideData: [[String: Value]]?

                private enum CodingKeys: String, CodingKey { case sideData = "side_data_list" }
            }
            var frames: [Frame]
        }
        let run = try Run.program(
            "ffprobe",
            [
                "-v", "error", "-select_streams", "v", "-show_frames", "-show_entries", "frame=side_data_list", "-of",
                "json",
                file,
            ], in: folder.path)
        return try JSONDecoder().decode(Report.self, from: Data(run.output)).frames.map { frame in
            (frame.sideData ?? []).map { data in
                data.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.text)" }.joined(separator: ", ")
            }.filter { !$0.contains("Unregistered") }.sorted()
        }
    }

    /// Whatever a report has.
    private struct Value: Decodable {
        var text: String

        init(from decoder: any Decoder) throws {
            let single = try decoder.singleValueContainer()
            if let number = try? single.decode(Double.self) {
                text = "\(number)"
            } else if let word = try? single.decode(String.self) {
                text = word
            } else if let list = try? single.decode([Value].self) {
                text = "[" + list.map(\.text).joined(separator: ", ") + "]"
            } else {
                let parts = try single.decode([String: Value].self)
                text =
                    "{" + parts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.text)" }.joined(separator: ", ")
                    + "}"
            }
        }
    }

    /// In one unit with a text, or with that in a unit of its own in front of them or behind them.
    enum Order: CaseIterable, Sendable { case together, first, last }

    private static let codings = Coding.allCases.filter { encoders.contains($0.rawValue) }

    @Test(arguments: codings, Order.allCases) func captionsAndBrightnessStay(_ coding: Coding, _ order: Order) throws {
        let folder = try TemporaryFolder(isInMemory: true)
        let quiet = coding == .hevc ? ["-x265-params", "log-level=none:bframes=0"] : ["-bf", "0"]
        try Self.ffmpeg(
            ["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=10:duration=1", "-c:v", coding.rawValue] + quiet
                + ["-f", coding.format, "plain"], in: folder)
        let plain = try folder.bytes("plain")
        var (stream, kept): ([UInt8], [[UInt8]]) = ([], [])
        for range in Self.units(plain) {
            if coding.isSlice(plain[range]) {
                let number = kept.count
                let registered = [Self.captions(number), Self.dynamicBrightness(number)].map {
                    (kind: UInt8(4), content: $0)
                }
                let text = (kind: UInt8(5), content: Self.unregistered)
                let written = Self.unit(registered, coding)
                kept.append(Self.captions(number))
                switch order {
                case .together: stream += Self.unit([registered[0], text, registered[1]], coding)
                case .first: stream += Self.unit([text], coding) + written
                case .last: stream += written + Self.unit([text], coding)
                }
            }
            stream += [0, 0, 0, 1] + plain[range]
        }
        #expect(kept.count == 10)
        try folder.write(stream, to: "stream")
        try Self.ffmpeg(["-f", coding.format, "-r", "10", "-i", "stream", "-c", "copy", "before.mp4"], in: folder)
        let input = try folder.bytes("before.mp4")
        let before = try Self.sideData("before.mp4", in: folder)
        #expect(before.count == 10 && before.allSatisfy { data in data.contains { $0.contains("Closed Captions") } })
        #expect(coding == .h264 || before.allSatisfy { data in data.contains { $0.contains("2094-40") } })
        #expect(input.firstOffset(of: "CANARY-unregistered") != nil)
        let output = try scrub(input)
        #expect(output.firstOffset(of: "CANARY") == nil && output.firstOffset(of: "52.5163") == nil)
        for captions in kept { #expect(output.firstOffset(of: captions) != nil) }
        try folder.write(output, to: "after.mp4")
        #expect(try Self.sideData("after.mp4", in: folder) == before)
        #expect(try scrub(output) == output)
        try Self.expectSame("before.mp4", "after.mp4", in: folder)
    }

    /// What every picture of an encoder says about brightness and colours.
    @Test(.enabled(if: encoders.contains("libx265"), "not in this ffmpeg: libx265"))
    func brightnessOfTheWholeStays() throws {
        let folder = try TemporaryFolder(isInMemory: true)
        let pictures = ["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=10:duration=1", "-pix_fmt", "yuv420p10le"]
        let arguments = Self.hevc("hdr10=1", "repeat-headers=1", Self.brightness, tag: "hvc1")
        try Self.ffmpeg(pictures + arguments + ["before.mp4"], in: folder)
        try folder.write(try scrub(folder.bytes("before.mp4")), to: "after.mp4")
        let before = try Self.sideData("before.mp4", in: folder)
        let first = try #require(before.first)
        #expect(first.contains { $0.contains("Mastering display") } && first.contains { $0.contains("Content light") })
        #expect(try Self.sideData("after.mp4", in: folder) == before)
    }
}
