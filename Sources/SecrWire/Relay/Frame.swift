/// Fixed places of a frame, big-endian.
enum Frame {
    static let version: UInt8 = 1
    /// Bytes of every command and every answer, without what follows.
    static let size = 512
}

/// Reads the fields of one frame, which is as long as it has to be.
struct FrameReader {
    private let bytes: [UInt8]

    /// - Parameter bytes: at least a frame.
    init(_ bytes: [UInt8]) throws(WireError) {
        guard bytes.count >= Frame.size else { throw WireError(.size, at: bytes.count) }
        self.bytes = bytes
        guard uint8(0) == Frame.version else { throw WireError(.version, at: 0) }
    }

    func uint8(_ offset: Int) -> UInt8 { bytes[offset] }
    func uint16(_ offset: Int) -> UInt16 { integer(offset) }
    func uint32(_ offset: Int) -> UInt32 { integer(offset) }
    func uint64(_ offset: Int) -> UInt64 { integer(offset) }

    func bytes(_ range: Range<Int>) -> [UInt8] { Array(bytes[range]) }

    func demandZeros(_ range: Range<Int>) throws(WireError) {
        for offset in range where uint8(offset) != 0 { throw WireError(.reserved, at: offset) }
    }

    /// 16 bits that have to lie within a range.
    func number(_ offset: Int, in range: ClosedRange<Int>) throws(WireError) -> Int {
        let value = Int(uint16(offset))
        guard range.contains(value) else { throw WireError(.range, at: offset) }
        return value
    }

    private func integer<Value: FixedWidthInteger>(_ offset: Int) -> Value {
        (0..<MemoryLayout<Value>.size).reduce(0) { $0 << 8 | Value(uint8(offset + $1)) }
    }
}

extension [UInt8] {
    mutating func write<Value: FixedWidthInteger & UnsignedInteger>(_ value: Value, at offset: Int) {
        var rest = value
        for place in stride(from: offset + MemoryLayout<Value>.size - 1, through: offset, by: -1) {
            self[place] = UInt8(truncatingIfNeeded: rest)
            rest = Value.bitWidth == 8 ? 0 : rest >> 8
        }
    }

    mutating func write(_ bytes: [UInt8], at offset: Int) {
        replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
}
