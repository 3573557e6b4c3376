import SecrBytes
import Testing

/// The first of three bytes is found wherever it is, also among bytes that differ from it by one bit.
@Suite struct FastSearchTests {
    private func firstIndex(_ bytes: [UInt8], _ marks: (UInt8, UInt8, UInt8), within range: Range<Int>) -> Int? {
        range.first { [marks.0, marks.1, marks.2].contains(bytes[$0]) }
    }

    @Test func oneOfThreeAtEachPlace() {
        let marks: (UInt8, UInt8, UInt8) = (0x28, 0x29, 0x5C)
        for filler: UInt8 in [0, 0x27, 0x2A, 0x5D, 0x80, 0xA8, 0xFF] {
            for place in 0..<40 {
                for mark in [marks.0, marks.1, marks.2] {
                    var bytes = [UInt8](repeating: filler, count: 40)
                    bytes[place] = mark
                    #expect(bytes.firstIndex(of: marks, within: 0..<40) == place)
                    #expect(bytes.firstIndex(of: marks, within: place..<40) == place)
                    #expect(bytes.firstIndex(of: marks, within: 0..<place) == nil)
                    #expect(bytes.firstIndex(of: marks, within: place + 1..<40) == nil)
                }
            }
        }
    }

    @Test func sameAsLookingAtEachByte() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0...70, using: &random)).map { _ in UInt8.random(in: 0...9) }
            let marks = (UInt8.random(in: 0...12), UInt8.random(in: 0...12), UInt8.random(in: 0...12))
            let start = Int.random(in: 0...bytes.count)
            let range = start..<Int.random(in: start...bytes.count)
            #expect(bytes.firstIndex(of: marks, within: range) == firstIndex(bytes, marks, within: range))
        }
    }

    @Test func oneByteMakesBytesDiffer() {
        for count in 0..<40 {
            let bytes = [UInt8](repeating: 7, count: count)
            #expect(bytes.holdsSameBytes(as: bytes))
            #expect(!bytes.holdsSameBytes(as: bytes + [7]) && !(bytes + [7]).holdsSameBytes(as: bytes))
            for place in 0..<count {
                var other = bytes
                other[place] = 6
                #expect(!bytes.holdsSameBytes(as: other))
            }
        }
    }
}
