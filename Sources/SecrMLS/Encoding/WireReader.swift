/// Reads the presentation language of TLS as MLS uses it (RFC 9420, section 2.1), checking every bound.
///
/// All that can be written in two ways has one that is right; others are refused. So what was read and is written again
/// gives the same bytes, and signatures can be checked on what was understood.
package struct WireReader {
    private let bytes: [UInt8]
    private var position: Int
    private let end: Int

    package init(_ bytes: [UInt8]) {
        self.init(bytes, 0, bytes.count)
    }

    private init(_ bytes: [UInt8], _ position: Int, _ end: Int) {
        self.bytes = bytes
        self.position = position
        self.end = end
    }

    package var isAtEnd: Bool { position == end }

    /// All bytes that are left.
    package var rest: ArraySlice<UInt8> { bytes[position..<end] }

    package mutating func uint8() throws(MLSError) -> UInt8 {
        try require(position < end, .malformed, "2.1", "a field past the end")
        position += 1
        return bytes[position - 1]
    }

    package mutating func uint16() throws(MLSError) -> UInt16 { UInt16(try integer(width: 2)) }

    package mutating func uint32() throws(MLSError) -> UInt32 { UInt32(try integer(width: 4)) }

    package mutating func uint64() throws(MLSError) -> UInt64 { try integer(width: 8) }

    private mutating func integer(width: Int) throws(MLSError) -> UInt64 {
        try require(width <= end - position, .malformed, "2.1", "a field past the end")
        var value: UInt64 = 0
        for byte in bytes[position..<position + width] { value = value << 8 | UInt64(byte) }
        position += width
        return value
    }

    /// Bytes of a fixed length.
    package mutating func raw(_ count: Int) throws(MLSError) -> [UInt8] {
        try require(count >= 0 && count <= end - position, .malformed, "2.1", "a field past the end")
        position += count
        return Array(bytes[position - count..<position])
    }

    /// How many bytes follow (section 2.1.2).
    package mutating func length() throws(MLSError) -> Int {
        let first = try uint8()
        let prefix = first >> 6
        try require(prefix < 3, .malformed, "2.1.2", "a length that begins with 11")
        var value = Int(first & 0x3F)
        for _ in 1..<(1 << prefix) { value = value << 8 | Int(try uint8()) }
        try require(prefix != 1 || value >= 64, .malformed, "2.1.2", "a length in more bytes than it needs")
        try require(prefix != 2 || value >= 16_384, .malformed, "2.1.2", "a length in more bytes than it needs")
        return value
    }

    /// `opaque value<V>`.
    package mutating func opaque() throws(MLSError) -> [UInt8] { try raw(try length()) }

    package mutating func opaqueSecret() throws(MLSError) -> Secret {
        let inner = try nested()
        return Secret(copying: inner.rest)
    }

    /// What lies within the next vector.
    package mutating func nested() throws(MLSError) -> WireReader {
        let count = try length()
        try require(count <= end - position, .malformed, "2.1.2", "a vector longer than what it is in")
        position += count
        return WireReader(bytes, position - count, position)
    }

    package mutating func value<Value: WireDecodable>() throws(MLSError) -> Value { try Value(from: &self) }

    /// `T values<V>`.
    package mutating func vector<Value: WireDecodable>(atMost most: Int = .max) throws(MLSError) -> [Value] {
        var inner = try nested()
        var values: [Value] = []
        while !inner.isAtEnd {
            try require(values.count < most, .limit, "", "more values than are allowed")
            values.append(try Value(from: &inner))
        }
        return values
    }

    package mutating func uint16s() throws(MLSError) -> [UInt16] {
        var inner = try nested()
        var values: [UInt16] = []
        while !inner.isAtEnd { values.append(try inner.uint16()) }
        return values
    }

    /// `optional<T>` (section 2.1.1).
    package mutating func optional<Value: WireDecodable>() throws(MLSError) -> Value? {
        try isPresent() ? try Value(from: &self) : nil
    }

    package mutating func isPresent() throws(MLSError) -> Bool {
        switch try uint8() {
        case 0: return false
        case 1: return true
        default: throw MLSError(.malformed, "2.1.1", "an optional that is neither there nor not there")
        }
    }

    package func finish() throws(MLSError) {
        try require(isAtEnd, .malformed, "2.1", "bytes behind the end")
    }
}

/// Something that can be read from the wire.
package protocol WireDecodable {
    init(from reader: inout WireReader) throws(MLSError)
}

package typealias WireCodable = WireDecodable & WireEncodable

extension WireDecodable {
    /// All of `bytes`.
    package init(decoding bytes: [UInt8]) throws(MLSError) {
        var reader = WireReader(bytes)
        try self.init(from: &reader)
        try reader.finish()
    }
}
