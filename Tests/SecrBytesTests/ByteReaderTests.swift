import SecrBytes
import Testing

@Suite struct ByteReaderTests {
    let bytes: [UInt8] = [0x01, 0x02, 0x03, 0x04, 0xFF, 0xFF, 0xFF, 0xFF]

    @Test func readsBothByteOrders() throws {
        let big = ByteReader(bytes)
        let little = ByteReader(bytes, endianness: .little)
        #expect(try big.uint16(at: 0) == 0x0102)
        #expect(try little.uint16(at: 0) == 0x0201)
        #expect(try big.uint32(at: 0) == 0x0102_0304)
        #expect(try little.uint32(at: 4) == 0xFFFF_FFFF)
        #expect(try big.uint8(at: 3) == 4)
    }

    @Test(arguments: [(-1, 1), (8, 1), (5, 4), (Int.max, 1), (0, Int.max), (4, Int.max), (Int.min, 0), (0, -1)])
    func refusesRangesOutside(offset: Int, count: Int) {
        #expect(throws: ParseError.self) { try ByteReader(bytes, base: 100).slice(at: offset, count: count) }
    }

    @Test func errorsNamePlacesInTheInput() {
        #expect(throws: ParseError(.truncated, at: 107, "a range past the end of its block")) {
            try ByteReader(bytes, base: 100).uint16(at: 7)
        }
    }

    @Test func namesOfFourBytes() throws {
        #expect(("desc" as FourCC).bytes == Array("desc".utf8))
        #expect(try ByteReader(Array("XYZ ".utf8)).fourCC(at: 0) == "XYZ ")
        #expect(FourCC(rawValue: 0x4100_1B7F).description == "A...")
    }

    @Test func writesWhatItReads() throws {
        var bytes: [UInt8] = []
        bytes.appendBigEndian16(0xABCD)
        bytes.appendBigEndian32(0x0102_0304)
        bytes.append("acsp" as FourCC)
        let reader = ByteReader(bytes)
        #expect(try reader.uint16(at: 0) == 0xABCD)
        #expect(try reader.uint32(at: 2) == 0x0102_0304)
        #expect(try reader.fourCC(at: 6) == "acsp")
    }

    @Test func findsPatterns() {
        let text = Array("abababac".utf8)
        #expect(text.firstOffset(of: "abac") == 4)
        #expect(text.firstOffset(of: Array("ab".utf8), from: 1) == 2)
        #expect(text.firstOffset(of: "abababacd") == nil)
        #expect(text.firstOffset(of: "") == nil)
        #expect([UInt8]().firstOffset(of: "a") == nil)
        #expect(text.hasPrefix("aba") && !text.hasPrefix("abc"))
    }
}
