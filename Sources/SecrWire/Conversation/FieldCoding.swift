/// Writes fields one after the other, big-endian.
struct FieldWriter {
    private(set) var bytes: [UInt8] = []

    mutating func integer<Value: FixedWidthInteger & UnsignedInteger>(_ value: Value) {
        let start = bytes.count
        bytes += repeatElement(0, count: MemoryLayout<Value>.size)
        bytes.write(value, at: start)
    }

    mutating func raw(_ more: [UInt8]) { bytes += more }

    /// Bytes behind their number.
    mutating func counted<Length: FixedWidthInteger & UnsignedInteger>(_ more: [UInt8], _: Length.Type) {
        integer(Length(more.count))
        bytes += more
    }
}

/// Reads fields one after the other from bytes that somebody else wrote.
struct FieldReader {
    private let bytes: [UInt8]
    private(set) var offset: Int

    init(_ bytes: [UInt8], at offset: Int = 0) {
        self.bytes = bytes
        self.offset = offset
    }

    mutating func raw(_ count: Int) throws(WireError) -> [UInt8] {
        guard count <= bytes.count - offset else { throw WireError(.size, at: offset) }
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    mutating func integer<Value: FixedWidthInteger & UnsignedInteger>(
        in range: ClosedRange<Value> = .min ... .max
    ) throws(WireError) -> Value {
        let start = offset
        let value = try raw(MemoryLayout<Value>.size).reduce(Value(0)) {
            (Value.bitWidth == 8 ? 0 : $0 << 8) | Value($1)
        }
        guard range.contains(value) else { throw WireError(.range, at: start) }
        return value
    }

    /// Bytes behind their number, which is in a range.
    mutating func counted<Length: FixedWidthInteger & UnsignedInteger>(
        in range: ClosedRange<Length>
    ) throws(WireError) -> [UInt8] {
        try raw(Int(try integer(in: range)))
    }

    /// The same as text.
    mutating func text<Length: FixedWidthInteger & UnsignedInteger>(
        in range: ClosedRange<Length>
    ) throws(WireError) -> String {
        let start = offset
        guard let text = String(validating: try counted(in: range), as: UTF8.self) else {
            throw WireError(.text, at: start)
        }
        return text
    }

    mutating func secret() throws(WireError) -> WireSecret { WireSecret(try raw(WireSecret.size)) }

    mutating func demandVersion(_ version: UInt8) throws(WireError) {
        let start = offset
        guard try integer() as UInt8 == version else { throw WireError(.version, at: start) }
    }

    mutating func demandZeros(_ count: Int) throws(WireError) {
        for _ in 0..<count {
            guard try integer() as UInt8 == 0 else { throw WireError(.reserved, at: offset - 1) }
        }
    }

    func demandEnd() throws(WireError) {
        guard offset == bytes.count else { throw WireError(.size, at: offset) }
    }
}
