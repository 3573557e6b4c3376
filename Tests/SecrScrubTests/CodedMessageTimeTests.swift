import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// Times of day between the pictures of AVC and HEVC, and what says where they are.
@Suite struct CodedMessageTimeTests {
    /// A message about the time of a picture, and which bits of it are times.
    struct Times {
        private(set) var writer = BitWriter()
        private(set) var fields: [Range<Int>] = []

        private mutating func field(_ value: Int, _ count: Int) {
            fields.append(writer.bits.count..<writer.bits.count + count)
            writer.write(value, count)
        }

        private mutating func time(_ random: inout Seeded, frameBits: Int) {
            let isFull = random.below(3) > 0
            writer.write(random.below(64), 6)
            writer.write(isFull ? 1 : 0, 1)
            writer.write(random.below(4), 2)
            // Midnight is frequent.
            let most = [1, 2, 4, 60][random.below(4)]
            field(random.below(min(most, 30)), frameBits)
            for (bits, limit) in [(6, 60), (6, 60), (5, 24)] {
                if !isFull {
                    let isThere = random.below(2)
                    writer.write(isThere, 1)
                    if isThere == 0 { return }
                }
                field(random.below(min(most, limit)), bits)
            }
        }

        static func avc(_ random: inout Seeded, delays: [Int], offset: Int) -> Times {
            var times = Times()
            for bits in delays { times.writer.write(random.below(2) * random.below(1 << min(bits, 20)), bits) }
            let kind = random.below(9)
            times.writer.write(kind, 4)
            for _ in 0..<[1, 1, 1, 2, 2, 3, 3, 2, 3][kind] {
                let isThere = random.below(4) > 0
                times.writer.write(isThere ? 1 : 0, 1)
                if !isThere { continue }
                times.writer.write(random.below(3), 2)
                times.time(&random, frameBits: 8)
                if offset > 0 { times.field(random.below(4) == 0 ? random.below(1 << min(offset, 20)) : 0, offset) }
            }
            return times
        }

        static func hevc(_ random: inout Seeded) -> Times {
            var times = Times()
            let count = random.below(4)
            times.writer.write(count, 2)
            for _ in 0..<count {
                let isThere = random.below(4) > 0
                times.writer.write(isThere ? 1 : 0, 1)
                if !isThere { continue }
                times.time(&random, frameBits: 9)
                let offset = random.below(2) * random.below(32)
                times.writer.write(offset, 5)
                if offset > 0 { times.field(random.below(2) * random.below(1 << min(offset, 20)), offset) }
            }
            return times
        }
    }

    /// Returns whether the times were written over; all but them stays.
    private func check(_ times: Times, _ type: Int, _ coding: NALCleaner.Coding, _ parameters: [[UInt8]]) throws -> Bool
    {
        let payload = times.writer.bytes(isEnded: false)
        let unit = NALSample.messages([(type, payload), (6, [0x80])], coding)
        let cleaner = try NALSample.cleaner(coding, parameters)
        let sample = try CodedSample(NALSample.sample([unit, NALSample.slice(coding)]), cleaner)
        #expect(try CodedSample(sample.output, cleaner).output == sample.output)
        let output = Array(sample.output[4..<4 + unit.count])
        #expect(EscapedUnit.isEscaped(output))
        let (before, after) = (EscapedUnit(unit).content, EscapedUnit(output).content)
        guard sample.error == nil else {
            #expect(before == after)
            return false
        }
        let start = (coding == .avc ? 3 : 4) * 8
        let isTime = Set(times.fields.flatMap { $0 }.map { $0 + start })
        try #require(before.count == after.count)
        for bit in 0..<8 * before.count where !isTime.contains(bit) {
            #expect((before[bit >> 3] ^ after[bit >> 3]) << UInt8(bit & 7) & 0x80 == 0)
        }
        return true
    }

    typealias Buffer = (removal: Int, output: Int, offset: Int)

    @Test(arguments: [nil, (24, 24, 24), (13, 5, 0), (32, 32, 31), (1, 1, 5)] as [Buffer?])
    func timesOfAVC(buffer: Buffer?) throws {
        var (random, left) = (Seeded(3), 0)
        let parameters = [[buffer, nil], [nil, buffer], [buffer, buffer]].map { SequenceOfAVC(buffers: $0).unit }
        let delays = buffer.map { [$0.removal, $0.output] } ?? []
        for number in 0..<3_000 {
            let times = Times.avc(&random, delays: delays, offset: buffer?.offset ?? 24)
            if try !check(times, 1, .avc, [parameters[number % 3]]) { left += 1 }
        }
        #expect(left == 0)
    }

    @Test func timesOfHEVC() throws {
        var (random, left) = (Seeded(4), 0)
        for _ in 0..<3_000 where try !check(Times.hevc(&random), 136, .hevc, []) { left += 1 }
        #expect(left == 0)
    }

    private func output(_ payload: [UInt8], _ parameters: [[UInt8]], type: Int = 1) throws -> CodedSample {
        let units = parameters.dropFirst() + [NALSample.messages([(type, payload)], .avc)]
        return try CodedSample(NALSample.sample(Array(units)), NALSample.cleaner(.avc, [parameters[0]]))
    }

    /// 13:14:15 and frame 16, with nothing in front and an offset of 24 bits.
    private static let time: [UInt8] = [0x08, 0x04, 0x10, 0x3C, 0xE6, 0x80, 0x00, 0x00, 0x40]

    @Test func timesByteForByte() throws {
        let plain = SequenceOfAVC().unit
        let sample = try output(Self.time, [plain])
        // Frame, second, minute, hour and offset are all one: none would need escape bytes.
        let new: [UInt8] = [0x08, 0x04, 0x01, 0x04, 0x10, 0x80, 0x00, 0x00, 0xC0]
        #expect(sample.output == NALSample.sample([NALSample.messages([(1, new)], .avc)]) && sample.parts == [.clock])
        // Another candidate: the old one had an escape byte.
        let escaped: [UInt8] = [0x08, 0x04, 0x10, 0x3C, 0xE6, 0x00, 0x00, 0x00, 0x40]
        let second: [UInt8] = [0x08, 0x04, 0x02, 0x08, 0x21, 0x00, 0x00, 0x01, 0x40]
        #expect(try output(escaped, [plain]).output == NALSample.sample([NALSample.messages([(1, second)], .avc)]))
    }

    /// Nobody knows where the times are, so they stay, and it is said.
    @Test func timesOfUnknownPlaces() throws {
        let (plain, other) = (SequenceOfAVC().unit, SequenceOfAVC(buffers: [(24, 24, 24), nil]).unit)
        let without = SequenceOfAVC(hasClocks: false).unit
        let unknown: [[[UInt8]]] = [
            [plain, other], [plain, [0x67]], [plain, [0x67, 0x90] + plain.dropFirst(2)], [[0x67, 66]],
            [plain, without], [plain, Array(plain.dropLast(6))],
        ]
        for parameters in unknown {
            let sample = try output(Self.time, parameters)
            #expect(sample.error?.code == .unsupported && sample.ranges.isEmpty)
        }
        for parameters in [[plain, plain], [plain, SequenceOfAVC(profile: 100).unit]] {
            #expect(try output(Self.time, parameters).ranges.count == 1)
        }
        let nothing = try output(Self.time, [without])
        #expect(nothing.error == nil && nothing.ranges.isEmpty)
        #expect(try output([0x98, 0x04, 0x10], [plain]).error?.code == .unsupported)
        #expect(try output(Array(Self.time.prefix(5)), [plain]).error?.code == .unsupported)
        // In HEVC they are elsewhere.
        #expect(try output(Self.time, [plain], type: 136).parts == [.userData])
    }

    @Test func moreParametersThanAreRemembered() throws {
        let many = (1...32).map { SequenceOfAVC(buffers: [($0, 1, 24), nil]).unit }
        #expect(try output(Self.time, many + many).error?.code == .unsupported)
    }

    // MARK: Parameters

    /// As libx264 writes them; what ffmpeg's `trace_headers` says of them.
    private static let real: [(String, profile: Int, delayBits: Int, hasClocks: Bool, offsetBits: Int)] = [
        ("6742c00ada109b011000000300100000030320f1226a", 66, 0, false, 24),
        ("674d4015f4226c0440000003004000000c87c50aa8", 77, 0, true, 24),
        ("67f4000a91d68426c044000003000400000300c83c489a80", 244, 0, false, 24),
        ("676e000aa6cb42136022000003000200000300643e244d40", 110, 0, true, 24),
        ("677a000ab6cb42136022000003000200000300641e244d40", 122, 0, false, 24),
        ("677a100ab6cb884d80880000030008000003019020", 122, 0, false, 24),
        ("6742c00cda109b011000000300100000030326040030d40061aa4c200f8a1550", 66, 18, true, 0),
        ("6742c00cda109b01100000030010000003032e0200124f00186b830801e28554", 66, 18, false, 0),
        ("6764000aacb421360220000003002000000643e244d4", 100, 0, true, 24),
        ("67f4000a91968426ffc001c00169c040809000000300100000030321f1226a", 244, 0, true, 24),
    ]

    @Test func parametersOfRealFiles() throws {
        for (text, profile, delayBits, hasClocks, offsetBits) in Self.real {
            let digits = Array(text)
            let unit = stride(from: 0, to: digits.count, by: 2).compactMap {
                UInt8(String(digits[$0...$0 + 1]), radix: 16)
            }
            let found = try AVCParameters(EscapedUnit(unit).content)
            let layout = ClockTimes.Layout(delayBits: delayBits, hasClocks: hasClocks, offsetBits: offsetBits)
            #expect(found.profile == profile && found.layout == layout, "\(text)")
            for count in unit.indices { _ = try? AVCParameters(Array(unit[..<count])) }
        }
    }

    @Test func parametersOfAllKinds() throws {
        let lists = [
            [], [8, 8, 8, 0, 0, 8, 8, 0], [4, 12, 0, 30, 9, 7, 16, 20], [0, 0, 0, 0, 0, 0, 0, 0, 11, 8, 12, 13],
        ]
        for profile in [66, 77, 88, 100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135] {
            for (place, lists) in lists.enumerated() where profile >= 100 || place == 0 {
                for order in 0...2 {
                    let sequence = SequenceOfAVC(
                        profile: profile, format: lists.count == 12 ? 3 : 1, planes: place % 2, lists: lists,
                        order: order,
                        buffers: [nil, (9, 7, 13)], isInterlaced: order == 1)
                    let found = try AVCParameters(EscapedUnit(sequence.unit).content)
                    let layout = ClockTimes.Layout(delayBits: 16, hasClocks: true, offsetBits: 13)
                    #expect(found.profile == profile && found.layout == layout)
                }
            }
        }
    }
}
