internal import SecrBytes

/// Reads numbers of any number of bits, most significant first, from a block in memory.
struct BitReader {
    let bytes: [UInt8]
    /// In bits from the start of the block.
    private(set) var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// How many bits are left.
    var left: Int { 8 * bytes.count - position }

    /// - Parameter bits: at most 32.
    mutating func next(_ bits: Int) throws(ParseError) -> Int {
        guard bits <= left else { throw ParseError(.truncated, at: position / 8, "a coded stream that ends early") }
        var value = 0
        for _ in 0..<bits {
            value = value << 1 | Int(bytes[position >> 3] >> UInt8(7 - position & 7) & 1)
            position += 1
        }
        return value
    }

    mutating func flag() throws(ParseError) -> Bool { try next(1) == 1 }

    mutating func skip(_ bits: Int) throws(ParseError) {
        guard bits >= 0, bits <= left else {
            throw ParseError(.truncated, at: position / 8, "a coded stream that ends early")
        }
        position += bits
    }

    /// Goes on at the next whole byte.
    mutating func align() { position = (position + 7) & ~7 }

    /// A number as Exp-Golomb code (ISO/IEC 14496-10, 9.1), at most 32 bits long.
    mutating func unsigned() throws(ParseError) -> Int {
        var zeros = 0
        while try !flag() {
            zeros += 1
            guard zeros <= 32 else { throw ParseError(.malformed, at: position / 8, "a number that is too long") }
        }
        return (1 << zeros) - 1 + (try next(zeros))
    }

    mutating func signed() throws(ParseError) -> Int {
        let value = try unsigned()
        return value & 1 == 1 ? (value + 1) / 2 : -(value / 2)
    }
}

extension [UInt8] {
    /// Writes a number over bits, most significant first.
    ///
    /// - Parameter position: in bits from the start.
    mutating func setBits(_ range: Range<Int>, to value: Int) {
        for (place, bit) in range.enumerated() {
            let mask = UInt8(1) << UInt8(7 - bit & 7)
            let isSet = value >> (range.count - 1 - place) & 1 == 1
            self[bit >> 3] = isSet ? self[bit >> 3] | mask : self[bit >> 3] & ~mask
        }
    }
}
