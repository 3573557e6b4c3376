import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// PNG files made to slip through, or to cost more than they should: each was once a way in.
@Suite struct CraftedPNGTests {
    private static func chunk(_ type: FourCC, _ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendBigEndian32(payload.count)
        bytes.append(type)
        bytes += payload
        var checksum: UInt32 = .max
        for byte in bytes[4...] {
            checksum ^= UInt32(byte)
            for _ in 0..<8 { checksum = checksum & 1 == 1 ? checksum >> 1 ^ 0xEDB8_8320 : checksum >> 1 }
        }
        bytes.appendBigEndian32(Int(~checksum))
        return bytes
    }

    /// A zlib stream of one stored block.
    private static func stored(_ content: [UInt8]) -> [UInt8] {
        let length = [UInt8(content.count & 0xFF), UInt8(content.count >> 8)]
        var (a, b) = (1, 0)
        for byte in content { (a, b) = ((a + Int(byte)) % 65_521, (a + b + Int(byte)) % 65_521) }
        var bytes: [UInt8] = [0x78, 0x01, 1] + length + length.map { ~$0 } + content
        bytes.appendBigEndian32(b << 16 | a)
        return bytes
    }

    private static func header(_ width: Int, _ height: Int, depth: UInt8 = 8, color: UInt8 = 0) -> [UInt8] {
        var fields: [UInt8] = []
        fields.appendBigEndian32(width)
        fields.appendBigEndian32(height)
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", fields + [depth, color, 0, 0, 0])
    }

    private static let end = chunk("IEND", [])
    /// Two by two grey pixels, and chunks around them.
    private static func picture(_ before: [UInt8] = [], behind: [UInt8] = []) -> [UInt8] {
        header(2, 2) + before + chunk("IDAT", stored([0, 10, 20, 0, 30, 40])) + behind + end
    }

    @Test func theBuildersAreSound() throws {
        #expect(try scrub(Self.picture()) == Self.picture())
    }

    @Test(arguments: [
        chunk("gAMA", [0, 0, 0xB1, 0x8F]), chunk("sRGB", [0]), chunk("tRNS", [0, 10]), chunk("sBIT", [8]),
        chunk("cICP", [1, 13, 0, 1]),
    ])
    func twoOfAKindAreRefused(chunk: [UInt8]) throws {
        #expect(try scrub(Self.picture(chunk)) == Self.picture(chunk))
        #expect(throws: ScrubError.self) { try scrub(Self.picture(chunk + chunk)) }
    }

    @Test(arguments: [
        chunk("gAMA", [0, 0, 0xB1, 0x8F]), chunk("tRNS", [0, 10]), chunk("sBIT", [8]), chunk("PLTE", [1, 2, 3]),
        chunk("cLLI", Array("SECRETS!".utf8)),
    ])
    func whatReadersIgnoreBehindThePictureIsRefused(chunk: [UInt8]) {
        #expect(throws: ScrubError.self) { try scrub(Self.picture(behind: chunk)) }
    }

    @Test(arguments: [
        chunk("tRNS", [1, 10]), chunk("sRGB", [90]), chunk("sBIT", [9]), chunk("sBIT", [0]),
        chunk("cICP", [1, 13, 0, 2]), chunk("mDCv", Array("short".utf8)),
    ])
    func valuesThatMeanNothingAreRefused(chunk: [UInt8]) {
        #expect(throws: ScrubError.self) { try scrub(Self.picture(chunk)) }
    }

    @Test func transparencyOfColoursThatAreNotThereIsRefused() {
        let text = Self.chunk("tRNS", Array("a name where transparency belongs".utf8))
        let file =
            Self.header(2, 2, color: 3) + text + Self.chunk("PLTE", [1, 2, 3])
            + Self.chunk("IDAT", Self.stored([0, 0, 0, 0, 0, 0])) + Self.end
        #expect(throws: ScrubError.self) { try scrub(file) }
    }

    /// 5,669 to 5,671 pixels per metre are the rounding of a scanner, 64 to 45 the shape of a pixel.
    @Test(arguments: [((5_669, 5_671), nil), ((64_000, 45_000), (64, 45)), ((0x5345_4352, 0x4554_5321), (247, 205))])
    func ratiosAreOfSmallNumbers(found: (Int, Int), kept: (Int, Int)?) throws {
        func resolution(_ numbers: (Int, Int), unit: UInt8) -> [UInt8] {
            var payload: [UInt8] = []
            payload.appendBigEndian32(numbers.0)
            payload.appendBigEndian32(numbers.1)
            return Self.chunk("pHYs", payload + [unit])
        }
        let output = try scrub(Self.picture(resolution(found, unit: 1)))
        let place = output.firstOffset(of: "pHYs")
        guard let place else {
            #expect(kept == nil)
            return
        }
        let reader = ByteReader(output)
        let ratio = try (reader.uint32(at: place + 4), reader.uint32(at: place + 8))
        #expect(ratio.0 <= 255 && ratio.1 <= 255)
        let (was, became) = (Double(found.0) / Double(found.1), Double(ratio.0) / Double(ratio.1))
        #expect(abs(was / became - 1) < 0.001)
        if kept?.0 == 64 { #expect(ratio == (64, 45)) }
    }

    @Test func primariesOfAScreenAreTold() throws {
        func limitations(_ values: [Int]) throws -> [Limitation] {
            var payload: [UInt8] = []
            for value in values { payload.appendBigEndian32(value) }
            return try Scrubber().inspect(MemorySource(Self.picture(Self.chunk("cHRM", payload)))).limitations
        }
        #expect(
            try !limitations([31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000]).contains(.ownPrimaries))
        #expect(
            try limitations([31_312, 32_871, 66_120, 32_411, 29_017, 63_410, 15_131, 5_871]).contains(.ownPrimaries))
    }

    /// A picture of fewer lines than it says is scrubbed on request, and then there is nothing more to do.
    @Test func aTruncatedPictureBecomesClean() throws {
        let tolerant = Scrubber(policy: Policy(tolerate: [.truncated]))
        let whole = Self.picture()
        let output = try scrub(Array(whole[..<(whole.count - 22)]), tolerant)
        #expect(try tolerant.inspect(MemorySource(output)).findings.isClean)
        #expect(try scrub(output, tolerant) == output)
    }

    // MARK: Cost

    /// Thousands of frames, each to be packed anew.
    @Test(.timeLimit(.minutes(1))) func manyFramesTakeLinearTime() throws {
        var file = Self.header(2, 2)
        var count: [UInt8] = []
        count.appendBigEndian32(8_000)
        file += Self.chunk("acTL", count + [0, 0, 0, 0])
        var sequence = 0
        func number() -> [UInt8] {
            var bytes: [UInt8] = []
            bytes.appendBigEndian32(sequence)
            sequence += 1
            return bytes
        }
        let data = Self.stored([0, 10, 20, 0, 30, 40, 99])
        for frame in 0..<8_000 {
            let control: [UInt8] = [0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0]
            file += Self.chunk("fcTL", number() + control)
            file += frame == 0 ? Self.chunk("IDAT", data) : Self.chunk("fdAT", number() + data)
        }
        let output = try scrub(file + Self.end)
        #expect(output.count < file.count)
    }

    /// Texts that unpack to thousands of values each.
    @Test(.timeLimit(.minutes(1))) func whatIsShownIsBounded() throws {
        var tiff: [UInt8] = Array("MM".utf8) + [0, 42, 0, 0, 0, 8, 3, 232]
        for _ in 0..<1_000 { tiff += [0x01, 0x0F, 0, 2, 0, 0, 0, 2, 65, 0, 0, 0] }
        let digits = (tiff + [0, 0, 0, 0]).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let profile = Array("\nexif\n   \(tiff.count + 4)\n\(digits)\n".utf8)
        let text = Self.chunk("zTXt", Array("Raw profile type exif\0\0".utf8) + Self.stored(profile))
        let file = Self.picture(Array(repeating: text, count: 400).flatMap(\.self))
        let findings = try Scrubber().inspect(MemorySource(file)).findings
        #expect(findings.count < 10_000)
    }
}
