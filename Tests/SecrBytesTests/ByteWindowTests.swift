import SecrBytes
import SecrTestSupport
import Testing

@Suite struct ByteWindowTests {
    static let bytes: [UInt8] = {
        var random = Seeded(1)
        // Few values, so that what is searched for stands close together and across borders.
        return (0..<4_000).map { _ in [0xFF, 0x00, 0xD0, 0x41].randomElement(using: &random)! }
    }()

    /// Every window size finds what a look at the whole finds.
    @Test(arguments: [1, 2, 3, 7, 64, 4_096]) func searchesAcrossItsBorders(capacity: Int) throws {
        let bytes = Self.bytes
        for start in stride(from: 0, to: bytes.count, by: 37) {
            var window = ByteWindow(MemorySource(bytes), capacity: capacity)
            let range = start..<bytes.count
            #expect(try window.firstOffset(of: 0xD0, in: range) == bytes[range].firstIndex(of: 0xD0))
            let expected = range.first { bytes[$0] == 0xFF && ($0 + 1 == bytes.count || bytes[$0 + 1] != 0) }
            #expect(try window.firstOffset(of: 0xFF, notBefore: 0, in: range) == firstUnstuffed(in: range) ?? expected)
            let runEnd = bytes[range].firstIndex { $0 != bytes[start] } ?? bytes.count
            #expect(try window.endOfRun(of: bytes[start], from: start) == runEnd)
        }
    }

    /// Pairs are skipped as pairs: an 0xFF consumed as the second of a pair can't begin one.
    private func firstUnstuffed(in range: Range<Int>) -> Int? {
        var at = range.lowerBound
        while at < range.upperBound {
            if Self.bytes[at] == 0xFF {
                if at + 1 == range.upperBound || Self.bytes[at + 1] != 0 { return at }
                at += 2
            } else {
                at += 1
            }
        }
        return nil
    }

    @Test(arguments: [1, 5, 4_096]) func copiesRangesOfAnyLength(capacity: Int) throws {
        var window = ByteWindow(MemorySource(Self.bytes), capacity: capacity)
        for range in [0..<0, 0..<1, 3..<9, 100..<3_900, 3_999..<4_000, 4_000..<4_000] {
            #expect(try window.bytes(in: range) == Array(Self.bytes[range]))
        }
    }

    @Test func comparesRanges() throws {
        let left = MemorySource(Self.bytes)
        var changed = Self.bytes
        changed[2_000] ^= 1
        let right = MemorySource(changed)
        #expect(try left.holdsSameBytes(in: 0..<2_000, as: right, in: 0..<2_000))
        #expect(try !left.holdsSameBytes(in: 0..<2_001, as: right, in: 0..<2_001))
        #expect(try !left.holdsSameBytes(in: 0..<10, as: right, in: 0..<11))
        #expect(try left.holdsSameBytes(in: 5..<5, as: right, in: 9..<9))
    }

    @Test func sourceRefusesToReadPastItsEnd() {
        var buffer = [UInt8](repeating: 0, count: 8)
        #expect(throws: ByteSourceError.self) { try MemorySource([1, 2]).read(1..<3, into: &buffer) }
    }
}
