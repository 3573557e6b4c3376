/// Reads fixed-size fields from a block held in memory, checking every bound.
///
/// `offset` is relative to the block; `base` is where the block lies in the input, for errors.
public struct ByteReader: Sendable {
    public enum Endianness: Sendable { case big, little }

    public let bytes: [UInt8]
    public let base: Int
    public let endianness: Endianness

    public init(_ bytes: [UInt8], base: Int = 0, endianness: Endianness = .big) {
        self.bytes = bytes
        self.base = base
        self.endianness = endianness
    }

    public var count: Int { bytes.count }

    public func uint8(at offset: Int) throws(ParseError) -> Int {
        try Int(integer(at: offset, width: 1))
    }

    public func uint16(at offset: Int) throws(ParseError) -> Int {
        try Int(integer(at: offset, width: 2))
    }

    /// 32 unsigned bits; fits `Int` on every platform this package builds for.
    public func uint32(at offset: Int) throws(ParseError) -> Int {
        try Int(integer(at: offset, width: 4))
    }

    public func fourCC(at offset: Int) throws(ParseError) -> FourCC {
        try FourCC(rawValue: UInt32(truncatingIfNeeded: integer(at: offset, width: 4)))
    }

    /// The bytes of a range given by untrusted numbers.
    public func slice(at offset: Int, count: Int) throws(ParseError) -> ArraySlice<UInt8> {
        guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else {
            throw ParseError(
                .truncated, at: base + max(0, min(offset, bytes.count)), "a range past the end of its block")
        }
        return bytes[offset..<offset + count]
    }

    private func integer(at offset: Int, width: Int) throws(ParseError) -> UInt64 {
        let field = try slice(at: offset, count: width)
        var value: UInt64 = 0
        switch endianness {
        case .big: for byte in field { value = value << 8 | UInt64(byte) }
        case .little: for byte in field.reversed() { value = value << 8 | UInt64(byte) }
        }
        return value
    }
}
