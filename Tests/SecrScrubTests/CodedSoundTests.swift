import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// What stands between coded sound is written over, and nothing else is.
@Suite struct CodedSoundTests {
    /// LC, 44,100 Hz, stereo.
    private static let lc: [UInt8] = [0x12, 0x10]
    private static let text = Array("CANARY-77".utf8)
    private static let zeros = [UInt8](repeating: 0, count: text.count)

    /// Bits, one after the other.
    struct Bits {
        private(set) var bytes: [UInt8] = []
        private(set) var count = 0

        mutating func append(_ value: Int, _ bits: Int) {
            for place in (0..<bits).reversed() {
                if count.isMultiple(of: 8) { bytes.append(0) }
                bytes[count / 8] |= UInt8(value >> place & 1) << UInt8(7 - count % 8)
                count += 1
            }
        }

        mutating func append(_ bytes: [UInt8]) { for byte in bytes { append(Int(byte), 8) } }

        mutating func align() { while !count.isMultiple(of: 8) { append(0, 1) } }

        /// With a type, and the bits behind it.
        mutating func appendFill(_ type: Int, _ nibble: Int, _ content: [UInt8]) {
            append(6, 3)
            let size = content.count + 1
            append(min(15, size), 4)
            if size >= 15 { append(size - 14, 8) }
            append(type << 4 | nibble, 8)
            append(content)
        }

        mutating func appendData(_ content: [UInt8], isAligned: Bool) {
            append(4, 3)
            append(9, 4)
            append(isAligned ? 1 : 0, 1)
            append(min(255, content.count), 8)
            if content.count >= 255 { append(content.count - 255, 8) }
            if isAligned { align() }
            append(content)
        }

        /// The end of three front channels, two back, a low one, and their comment.
        mutating func appendProgram(_ comment: [UInt8]) {
            append(0, 4)
            append(1, 2)
            append(4, 4)
            for (value, bits) in [(2, 4), (0, 4), (1, 4), (1, 2), (1, 3), (1, 4)] { append(value, bits) }
            append(1, 1)
            append(5, 4)
            append(0, 1)
            append(1, 1)
            append(3, 3)
            for (value, bits) in [(0, 5), (16, 5), (17, 5), (0, 4), (2, 4), (3, 5)] { append(value, bits) }
            align()
            append(comment.count, 8)
            append(comment)
        }

        /// What a decoder would take for sound.
        mutating func appendSound() {
            append(1, 3)
            append([UInt8](0x21...0x33))
            append(7, 3)
        }
    }

    private static func block(_ parts: (inout Bits) -> Void) -> [UInt8] {
        var bits = Bits()
        parts(&bits)
        bits.appendSound()
        return bits.bytes
    }

    /// One sample amid others.
    private func cleaned(
        _ sample: [UInt8], _ coding: SoundCoding = .aac, _ configuration: [UInt8] = lc
    ) throws -> SoundCoding.Cleaned {
        let (before, after) = (Self.text, Self.text)
        let range = before.count..<before.count + sample.count
        var cleaned = try #require(try coding.cleaned(range, in: before + sample + after, configuration: configuration))
        #expect(cleaned.bytes.count == before.count + sample.count + after.count)
        #expect(cleaned.bytes.starts(with: before) && cleaned.bytes.suffix(after.count) == after[...])
        #expect(cleaned.ranges.allSatisfy { range.lowerBound <= $0.lowerBound && $0.upperBound <= range.upperBound })
        cleaned.bytes = Array(cleaned.bytes[range])
        // Once is enough.
        let again = try coding.cleaned(0..<sample.count, in: cleaned.bytes, configuration: configuration)
        #expect(again?.bytes == cleaned.bytes && again?.ranges.isEmpty == true)
        return cleaned
    }

    // MARK: AAC

    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let before: [UInt8]
        let after: [UInt8]
        var testDescription: String { name }

        init(_ name: String, _ before: (inout Bits) -> Void, _ after: (inout Bits) -> Void) {
            (self.name, self.before, self.after) = (name, block(before), block(after))
        }

        init(same name: String, _ parts: (inout Bits) -> Void) { self.init(name, parts, parts) }
    }

    /// Behind a nibble of 6: channels left out, a level, and one band.
    private static let dynamicRange: [UInt8] = [0xA9, 0x54, 0x81]
    /// How to mix down, two clocks, an extension.
    private static let ancillary: [UInt8] = [
        0xBC, 0xC9, 0x1F, 0xAB, 0x01, 0x7E, 0x92, 0x34, 0x56, 0x78, 0x70, 0x5C, 0x12, 0x34, 0x70,
    ]
    private static let ancillaryWithoutClock: [UInt8] = [
        0xBC, 0xC9, 0x1F, 0xAB, 0x01, 0x7E, 0x80, 0x00, 0x40, 0x00, 0x70, 0x5C, 0x12, 0x34, 0x70,
    ]
    /// Of the program above, which has three elements that can hang high.
    private static let heights: [UInt8] = [0xAC, 0x10, 0x5A]

    static let cases = [
        Case("fill", { $0.appendFill(0, 5, text) }, { $0.appendFill(0, 0, zeros) }),
        Case("long fill", { $0.appendFill(0, 0, text + text) }, { $0.appendFill(0, 0, zeros + zeros) }),
        Case(
            "the longest fill", { $0.appendFill(0, 0, (0..<268).map { UInt8($0 & 0xFF) }) },
            { $0.appendFill(0, 0, [UInt8](repeating: 0, count: 268)) }),
        Case(
            "fill with bytes of its own", { $0.appendFill(1, 5, text) },
            { $0.appendFill(1, 0, zeros.map { _ in 0xA5 }) }),
        Case("reserved", { $0.appendFill(7, 5, text) }, { $0.appendFill(7, 0, zeros) }),
        Case(
            "data in a fill", { $0.appendFill(2, 0, [9] + text) }, { $0.appendFill(2, 0, [9] + zeros) }),
        Case(
            "data in a fill, and more of it", { $0.appendFill(2, 0, [9] + text + [0x20, 0x09] + text) },
            { $0.appendFill(2, 0, [9] + zeros + [0x20, 0x09] + zeros) }),
        Case("data of another kind", { $0.appendFill(2, 3, text) }, { $0.appendFill(2, 3, zeros) }),
        Case(
            "data behind loudness", { $0.appendFill(11, 6, dynamicRange + [0x20, 9] + text) },
            { $0.appendFill(11, 6, dynamicRange + [0x20, 9] + zeros) }),
        Case(
            "the name of libfaac", { $0.appendFill(0, 0, Array("\0\0libfaac 1.28 (CANARY)\0".utf8)) },
            { $0.appendFill(0, 0, [UInt8](repeating: 0, count: 24)) }),
        Case(same: "loudness") { $0.appendFill(11, 6, dynamicRange) },
        Case(same: "newer loudness") { $0.appendFill(4, 4, text) },
        Case(same: "spatial sound") { $0.appendFill(12, 4, text) },
        Case(same: "high frequencies") { $0.appendFill(13, 4, text) },
        Case(same: "high frequencies with a checksum") { $0.appendFill(14, 4, text) },
        Case(same: "nothing but sound") { _ in },
        Case("data", { $0.appendData(text, isAligned: false) }, { $0.appendData(zeros, isAligned: false) }),
        Case("aligned data", { $0.appendData(text, isAligned: true) }, { $0.appendData(zeros, isAligned: true) }),
        Case(
            "long data", { $0.appendData([UInt8](repeating: 0x43, count: 300), isAligned: true) },
            { $0.appendData([UInt8](repeating: 0, count: 300), isAligned: true) }),
        Case(
            "how to mix down", { $0.appendData(ancillary + text, isAligned: false) },
            { $0.appendData(ancillaryWithoutClock + zeros, isAligned: false) }),
        Case(
            "a program",
            {
                $0.append(5, 3)
                $0.appendProgram(text)
            },
            {
                $0.append(5, 3)
                $0.appendProgram(zeros)
            }),
        Case(
            "a program with heights",
            {
                $0.append(5, 3)
                $0.appendProgram(heights + text)
            },
            {
                $0.append(5, 3)
                $0.appendProgram(heights + zeros)
            }),
        Case(
            "one behind the other",
            {
                $0.append(5, 3)
                $0.appendProgram(text)
                $0.appendFill(0, 0, text)
                $0.appendData(text, isAligned: true)
                $0.appendFill(13, 3, text)
                $0.appendData(text, isAligned: false)
                $0.appendFill(1, 15, text)
            },
            {
                $0.append(5, 3)
                $0.appendProgram(zeros)
                $0.appendFill(0, 0, zeros)
                $0.appendData(zeros, isAligned: true)
                $0.appendFill(13, 3, text)
                $0.appendData(zeros, isAligned: false)
                $0.appendFill(1, 0, zeros.map { _ in 0xA5 })
            }),
    ]

    @Test(arguments: cases) func whatIsInFrontOfTheSoundIsWrittenOver(_ one: Case) throws {
        let cleaned = try cleaned(one.before)
        #expect(cleaned.bytes == one.after)
        #expect(cleaned.isWhole)
        #expect(cleaned.ranges.isEmpty == (one.before == one.after))
    }

    /// FFmpeg leaves out the first frame where it finds the name of libfaac at its place.
    @Test func nameThatDecodersGoByStaysWithoutItsNumbers() throws {
        func block(_ release: String) -> [UInt8] {
            Self.block { bits in
                bits.append(6, 3)
                bits.append(15, 4)
                bits.append(20, 8)
                bits.append(0, 4)
                bits.append(0, 13)
                bits.append(Array(release.utf8) + [UInt8](repeating: 0, count: 31 - release.utf8.count))
                bits.append(0, 7)
            }
        }
        #expect(try cleaned(block("libfaac 1.28 for CANARY")).bytes == block("libfaac 0.0"))
        #expect(try cleaned(block("libfaac for CANARY")).bytes == block(""))
        #expect(try cleaned(block("libfaad 1.28")).bytes == block(""))
    }

    @Test func textsAreShownAndKindsTold() throws {
        let message = try cleaned(
            Self.block { bits in
                bits.appendFill(0, 0, [0])
                bits.appendData(Self.text, isAligned: true)
            })
        #expect(message.texts == ["CANARY-77"] && message.parts == ["what the encoder wrote into the sound"])
        let fill = try cleaned(Self.block { $0.appendFill(0, 0, [1, 2, 3]) })
        #expect(fill.texts.isEmpty && fill.parts == ["bytes that fill up the coded stream"])
    }

    @Test(
        arguments: [
            ([0x12, 0x10], true), ([0x0A, 0x10], true), ([0x1A, 0x10], true), ([0x22, 0x10], true),
            // SBR and PS over LC, and a frequency of its own.
            ([0x2B, 0x92, 0x08, 0x00], true), ([0xEB, 0x8A, 0x08, 0x00], true), ([0x17, 0x80, 0x56, 0x22, 0x10], true),
            // ER LC, LD, ELD, USAC, SBR over ER LC; layer III; cut off.
            ([0x8A, 0x10], false), ([0xBA, 0x10], false), ([0xF8, 0xE6, 0x20, 0x00], false),
            ([0xF9, 0x46, 0x20, 0x00], false), ([0x2B, 0x92, 0x44, 0x00], false), ([0xF8, 0x46, 0x20], false),
            ([0x12], false), ([], false),
        ] as [([UInt8], Bool)])
    func kindsThatAreBuiltInAnotherWayAreNotLookedInto(configuration: [UInt8], isLooked: Bool) throws {
        #expect((try SoundCoding.aac.cleaned(0..<0, in: [], configuration: configuration) != nil) == isLooked)
    }

    // MARK: How decoders are set up

    private static func configuration(_ head: [(Int, Int)], _ comment: [UInt8], _ rest: [(Int, Int)]) -> [UInt8] {
        var bits = Bits()
        for (value, count) in head { bits.append(value, count) }
        bits.appendProgram(comment)
        for (value, count) in rest { bits.append(value, count) }
        return bits.bytes
    }

    @Test(arguments: [
        // LC; with a core coder; of another frequency; SBR over LC.
        [(2, 5), (4, 4), (0, 4), (0, 3)],
        [(2, 5), (4, 4), (0, 4), (0, 1), (1, 1), (999, 14), (0, 1)],
        [(1, 5), (15, 4), (44_100, 24), (0, 4), (0, 3)],
        [(5, 5), (7, 4), (0, 4), (4, 4), (2, 5), (0, 3)],
        [(29, 5), (7, 4), (0, 4), (15, 4), (44_100, 24), (2, 5), (0, 3)],
    ])
    func commentOfTheChannelsGoes(head: [(Int, Int)]) {
        // Behind it: that SBR and PS come, of another frequency.
        let sync = [(0x2B7, 11), (5, 5), (1, 1), (15, 4), (48_000, 24), (0x548, 11), (1, 1)]
        for rest in [[], sync] {
            let emptied = Self.configuration(head, [], rest)
            for comment in [Self.text, [UInt8](repeating: 0x41, count: 255)] {
                #expect(AudioConfiguration.withoutComment(Self.configuration(head, comment, rest)) == emptied)
                let heights = Self.configuration(head, Self.heights, rest)
                let both = Self.configuration(head, Self.heights + comment.dropLast(3), rest)
                #expect(AudioConfiguration.withoutComment(both) == heights)
                #expect(AudioConfiguration.withoutComment(heights) == heights)
            }
            #expect(AudioConfiguration.withoutComment(emptied) == emptied)
        }
    }

    @Test func otherWaysToSetUpStay() {
        let other = Self.configuration([(2, 5), (4, 4), (2, 4), (0, 3)], Self.text, [])
        #expect(AudioConfiguration.withoutComment(other) == other)
        let celp = Self.configuration([(8, 5), (4, 4), (0, 4), (0, 3)], Self.text, [])
        #expect(AudioConfiguration.withoutComment(celp) == celp)
        let whole = Self.configuration([(2, 5), (4, 4), (0, 4), (0, 3)], Self.text, [])
        for end in whole.indices {
            let cut = Array(whole[..<end])
            #expect(AudioConfiguration.withoutComment(cut) == cut)
        }
    }

    // MARK: Opus

    private static func opus(family: UInt8 = 0, _ more: [UInt8] = []) -> [UInt8] {
        [0, 2, 1, 0x38, 0, 0, 0xBB, 0x80, 0, 0, family] + more
    }

    private static func packet(_ head: [UInt8], padding: [UInt8]) -> [UInt8] { head + padding }

    private static let frames: [UInt8] = [1, 2, 3, 4, 5, 6]

    static let packets: [(before: [UInt8], after: [UInt8])] = [
        // Two frames alike; one; three of other sizes, all with padding.
        ([0x03, 0x42, 9] + frames + text, [0x03, 0x42, 9] + frames + zeros),
        ([0xFF, 0x41, 9] + frames + text, [0xFF, 0x41, 9] + frames + zeros),
        ([0x03, 0xC3, 9, 1, 2] + frames + text, [0x03, 0xC3, 9, 1, 2] + frames + zeros),
        (
            [0x03, 0x41, 255, 0] + frames + [UInt8](repeating: 7, count: 254),
            [0x03, 0x41, 255, 0] + frames + [UInt8](repeating: 0, count: 254)
        ),
        (
            [0x03, 0x41, 255, 9] + frames + [UInt8](repeating: 7, count: 263),
            [0x03, 0x41, 255, 9] + frames + [UInt8](repeating: 0, count: 263)
        ),
        // No padding; other codes; no more than the head.
        ([0x03, 0x02] + frames, [0x03, 0x02] + frames), ([0x00, 0x41] + text, [0x00, 0x41] + text),
        ([0x01, 0x41] + text + [0], [0x01, 0x41] + text + [0]), ([0x03], [0x03]), ([], []),
    ]

    @Test(arguments: packets) func paddingIsWrittenOver(before: [UInt8], after: [UInt8]) throws {
        let cleaned = try cleaned(before, .opus, Self.opus())
        #expect(cleaned.bytes == after && cleaned.isWhole)
        #expect(cleaned.parts == (before == after ? [] : ["bytes that fill up the coded stream"]))
    }

    /// Frames that do not fit; frames of other sizes that are to be alike; none; padding without an end; finer sound.
    @Test(
        arguments: [
            [0x03, 0xC2, 3, 9, 1, 1, 2, 3], [0x03, 0x42, 2, 1, 1, 1, 2, 3], [0x03, 0x40, 1, 7], [0x03, 0x41, 255, 255],
            [0x03, 0x41, 9, 7], [0x03, 0x41, 4, 1, 0xF8, 1, 2, 3], [0x03, 0x41, 5, 1, 0x47, 1, 0x41, 0xF8, 9],
        ] as [[UInt8]])
    func whatIsNoPaddingStays(packet: [UInt8]) throws {
        let cleaned = try cleaned(packet, .opus, Self.opus())
        #expect(cleaned.bytes == packet && !cleaned.isWhole)
    }

    @Test func packetsOfSeveralStreamsAreNotLookedInto() throws {
        for (configuration, isLooked) in [
            (Self.opus(), true), (Self.opus(family: 1, [2, 1, 0, 1, 2]), false),
            (Self.opus(family: 255, [1, 0, 0]), true),
            (Self.opus().dropLast(), false), ([], false),
        ] {
            let cleaned = try SoundCoding.opus.cleaned(0..<0, in: [], configuration: Array(configuration))
            #expect((cleaned != nil) == isLooked)
        }
    }

    // MARK: Damage

    private func clean(_ sample: [UInt8]) throws {
        for (coding, configuration) in [(SoundCoding.aac, Self.lc), (.opus, Self.opus())] {
            let cleaned = try #require(
                try coding.cleaned(0..<sample.count, in: sample, configuration: configuration))
            #expect(cleaned.bytes.count == sample.count)
            let again = try coding.cleaned(0..<sample.count, in: cleaned.bytes, configuration: configuration)
            #expect(again?.bytes == cleaned.bytes && again?.ranges.isEmpty == true)
        }
        let emptied = AudioConfiguration.withoutComment(sample)
        #expect(emptied.count <= sample.count && AudioConfiguration.withoutComment(emptied) == emptied)
    }

    private static let wholes =
        cases.map(\.before) + packets.map(\.before)
        + [configuration([(2, 5), (4, 4), (0, 4), (0, 3)], heights + text, [(0x2B7, 11)])]

    @Test func whatIsCutOffIsTaken() throws {
        for whole in Self.wholes {
            for end in whole.indices { try clean(Array(whole[..<end])) }
        }
    }

    @Test func whatIsDamagedIsTaken() throws {
        var random = Seeded(14_496)
        for round in 0..<2_000 { try clean(random.mutated(Self.wholes[round % Self.wholes.count], Self.wholes)) }
    }

    /// What was found in front of the damage is written over nevertheless.
    @Test func damageBehindATextChangesNothingOfIt() throws {
        let whole = Self.block { bits in
            bits.appendData(Self.text, isAligned: true)
            bits.append(6, 3)
            bits.append(15, 4)
            bits.append(255, 8)
        }
        let cleaned = try cleaned(whole)
        #expect(!cleaned.isWhole && cleaned.bytes.firstOffset(of: Self.text) == nil)
        #expect(cleaned.bytes.dropFirst(2 + Self.text.count) == whole.dropFirst(2 + Self.text.count))
    }

    // MARK: Sound of an encoder

    private static let hasEncoders = Run.isInstalled("ffmpeg")

    /// All samples of a real file, put back: its name is gone, and it sounds the same.
    @Test(
        .enabled(if: hasEncoders, "ffmpeg is not there"),
        arguments: [
            (["aac", "-ac", "1"], "Lavc"), (["aac", "-ac", "2"], "Lavc"),
            (["aac", "-af", "aformat=channel_layouts=5.1"], "Lavc"),
            (["aac", "-af", "aformat=channel_layouts=7.0"], "Lavc"),
            (["aac", "-af", "aformat=channel_layouts=hexagonal"], "Lavc"), (["libopus"], "Lavf"),
        ])
    func soundsTheSame(encoder: [String], name: String) throws {
        let folder = try TemporaryFolder(isInMemory: true)
        let source = ["-f", "lavfi", "-i", "anoisesrc=duration=0.5:amplitude=0.1:seed=1:sample_rate=48000"]
        let made = try Run.program(
            "ffmpeg", ["-v", "error"] + source + ["-c:a"] + encoder + ["in.mp4"], in: folder.path)
        try #require(made.status == 0, "\(made.errors)")
        let input = try scrub(folder.bytes("in.mp4"))
        let file = try MP4File(input)
        let track = try #require(file.tracks.first)
        let entry = try #require(track.entries.first)
        var output = input
        for sample in track.samples {
            let cleaned: SoundCoding.Cleaned?
            if let start = entry.firstOffset(of: "dOps") {
                cleaned = try SoundCoding.opus.cleaned(sample, in: input, configuration: Array(entry[(start + 4)...]))
            } else {
                let esds = try #require(entry.firstOffset(of: "esds"))
                // Behind the thirteen bytes of the decoder.
                let start = try #require(entry[esds...].firstIndex(of: 0x40)) + 13
                try #require(entry[start] == 5)
                cleaned = try SoundCoding.aac.cleaned(sample, in: input, configuration: Array(entry[(start + 2)...]))
            }
            let bytes = try #require(cleaned)
            #expect(bytes.isWhole && bytes.bytes.count == input.count)
            output.replaceSubrange(sample, with: bytes.bytes[sample])
        }
        #expect(output.firstOffset(of: Array(name.utf8)) == nil)
        try folder.write(output, to: "out.mp4")
        let sounds = try ["in.mp4", "out.mp4"].map { side in
            try Run.program("ffmpeg", ["-v", "warning", "-i", side, "-f", "framemd5", "-"], in: folder.path)
        }
        #expect(!sounds[0].output.isEmpty && sounds[0].output == sounds[1].output)
        #expect(sounds[1].errors.isEmpty == sounds[0].errors.isEmpty)
    }
}
