/// A moving window over a ``ByteSource``: parsing reads through it with a fixed amount of memory.
///
/// Offsets are absolute. Asking for bytes outside the source is the caller's bug and traps; a parser checks against
/// ``size`` first.
public struct ByteWindow {
    /// Bytes held at once, unless the source is smaller. Stays in the cache, so that a scan reads from there.
    public static let defaultCapacity = 64 * 1024

    public let source: any ByteSource
    public let size: Int
    private let capacity: Int
    private var buffer: [UInt8]
    private var loaded: Range<Int> = 0..<0

    public init(_ source: any ByteSource, capacity: Int = defaultCapacity) {
        self.source = source
        self.size = source.size
        self.capacity = max(1, min(capacity, source.size))
        self.buffer = [UInt8](repeating: 0, count: self.capacity)
    }

    /// Makes the window hold the byte at `offset`.
    private mutating func load(_ offset: Int) throws(ByteSourceError) {
        precondition(offset >= 0 && offset < size)
        if loaded.contains(offset) { return }
        let range = offset..<min(size, offset + capacity)
        loaded = 0..<0
        try source.read(range, into: &buffer)
        loaded = range
    }

    public mutating func byte(at offset: Int) throws(ByteSourceError) -> UInt8 {
        try load(offset)
        return buffer[offset - loaded.lowerBound]
    }

    /// Two bytes, most significant first.
    public mutating func bigEndian16(at offset: Int) throws(ByteSourceError) -> Int {
        try Int(byte(at: offset)) << 8 | Int(byte(at: offset + 1))
    }

    /// A copy of `range`, which the caller has bounded.
    public mutating func bytes(in range: Range<Int>) throws(ByteSourceError) -> [UInt8] {
        precondition(range.lowerBound >= 0 && range.upperBound <= size)
        if range.isEmpty { return [] }
        if range.count <= capacity && !loaded.contains(range.upperBound - 1) { try load(range.lowerBound) }
        if loaded.contains(range.lowerBound) && range.upperBound <= loaded.upperBound {
            return Array(buffer[range.lowerBound - loaded.lowerBound..<range.upperBound - loaded.lowerBound])
        }
        var copy = [UInt8](repeating: 0, count: range.count)
        try source.read(range, into: &copy)
        return copy
    }

    /// The offset of the first `byte` at or after the start of `range` and before its end.
    public mutating func firstOffset(of byte: UInt8, in range: Range<Int>) throws(ByteSourceError) -> Int? {
        try search(range) { bytes, part in bytes.firstIndex(of: byte, within: part) }
    }

    /// The same, leaving out each `byte` that `other` follows. A hit that is the last byte of the range counts.
    public mutating func firstOffset(
        of byte: UInt8, notBefore other: UInt8, in range: Range<Int>
    ) throws(ByteSourceError) -> Int? {
        var from = range.lowerBound
        while let hit = try search(from..<range.upperBound, { $0.firstIndex(of: byte, notBefore: other, within: $1) }) {
            // Where the window ended between the two, the search did not see the second.
            guard hit + 1 < range.upperBound, try self.byte(at: hit + 1) == other else { return hit }
            from = hit + 2
        }
        return nil
    }

    /// Runs `find` over window after window until it has a hit; returns that as an offset.
    private mutating func search(
        _ range: Range<Int>, _ find: ([UInt8], Range<Int>) -> Int?
    ) throws(ByteSourceError) -> Int? {
        precondition(range.upperBound <= size)
        var from = range.lowerBound
        while from < range.upperBound {
            try load(from)
            let end = min(range.upperBound, loaded.upperBound)
            if let hit = find(buffer, from - loaded.lowerBound..<end - loaded.lowerBound) {
                return hit + loaded.lowerBound
            }
            from = end
        }
        return nil
    }

    /// The offset of the first byte at or after `start` that is not `byte`, or the end of the input.
    public mutating func endOfRun(of byte: UInt8, from start: Int) throws(ByteSourceError) -> Int {
        var at = start
        while at < size {
            try load(at)
            let local = buffer[at - loaded.lowerBound..<loaded.count]
            if let other = local.firstIndex(where: { $0 != byte }) { return other + loaded.lowerBound }
            at = loaded.upperBound
        }
        return size
    }
}
