/// A moving window over a ``ByteSource``: parsing reads through it with a fixed amount of memory.
///
/// Offsets are absolute. Asking for bytes outside the source is the caller's bug and traps; a parser checks against
/// ``size`` first.
public struct ByteWindow {
    /// Bytes copied at once.
    public static let defaultCapacity = HeldBytes.defaultCapacity

    public let source: any ByteSource
    public let size: Int
    private var held: HeldBytes

    /// - Parameter capacity: bytes copied at once, unless the source is smaller.
    public init(_ source: any ByteSource, capacity: Int = defaultCapacity) {
        self.source = source
        self.size = source.size
        held = HeldBytes(capacity: max(1, capacity))
    }

    /// Makes the window hold the byte at `offset`.
    private mutating func load(_ offset: Int) throws(ByteSourceError) {
        precondition(offset >= 0 && offset < size)
        if !held.range.contains(offset) { try held.load(at: offset, before: size, of: source) }
    }

    public mutating func byte(at offset: Int) throws(ByteSourceError) -> UInt8 {
        try load(offset)
        return held.byte(at: offset)
    }

    /// Two bytes, most significant first.
    public mutating func bigEndian16(at offset: Int) throws(ByteSourceError) -> Int {
        try Int(byte(at: offset)) << 8 | Int(byte(at: offset + 1))
    }

    /// A copy of `range`, which the caller has bounded.
    public mutating func bytes(in range: Range<Int>) throws(ByteSourceError) -> [UInt8] {
        precondition(range.lowerBound >= 0 && range.upperBound <= size)
        if range.isEmpty { return [] }
        if !(held.range.contains(range.lowerBound) && range.upperBound <= held.range.upperBound) {
            try load(range.lowerBound)
        }
        if range.upperBound <= held.range.upperBound {
            let local = range.lowerBound - held.range.lowerBound..<range.upperBound - held.range.lowerBound
            // Safe: within what is held.
            return unsafe held.withBytes { unsafe Array($0[local]) }
        }
        var copy = [UInt8](repeating: 0, count: range.count)
        try source.read(range, into: &copy)
        return copy
    }

    /// Shows `range` to `body`, piece after piece, without copying what is held already.
    public mutating func forEachPiece(
        in range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        precondition(range.lowerBound >= 0 && range.upperBound <= size)
        var from = range.lowerBound
        while from < range.upperBound {
            try load(from)
            let start = held.range.lowerBound
            let end = min(range.upperBound, held.range.upperBound)
            // Safe: within what is held.
            try unsafe held.withBytes {
                try unsafe body(UnsafeRawBufferPointer(rebasing: $0[from - start..<end - start]))
            }
            from = end
        }
    }

    /// The offset of the first `byte` at or after the start of `range` and before its end.
    public mutating func firstOffset(of byte: UInt8, in range: Range<Int>) throws(ByteSourceError) -> Int? {
        try unsafe search(range) { unsafe $0.firstIndex(of: byte, within: $1) }
    }

    /// The same, leaving out each `byte` that `other` follows. A hit that is the last byte of the range counts.
    public mutating func firstOffset(
        of byte: UInt8, notBefore other: UInt8, in range: Range<Int>
    ) throws(ByteSourceError) -> Int? {
        var from = range.lowerBound
        while let hit = try unsafe search(
            from..<range.upperBound, { unsafe $0.firstIndex(of: byte, notBefore: other, within: $1) })
        {
            // Where the window ended between the two, the search did not see the second.
            guard hit + 1 < range.upperBound, try self.byte(at: hit + 1) == other else { return hit }
            from = hit + 2
        }
        return nil
    }

    /// The offset of the first byte at or after `start` that is not `byte`, or the end of the input.
    public mutating func endOfRun(of byte: UInt8, from start: Int) throws(ByteSourceError) -> Int {
        // Safe: the search stays within the part it is given.
        try unsafe search(start..<size) { bytes, part in part.first { unsafe bytes[$0] != byte } } ?? size
    }

    /// Runs `find` over window after window until it has a hit; returns that as an offset.
    private mutating func search(
        _ range: Range<Int>, _ find: (UnsafeRawBufferPointer, Range<Int>) -> Int?
    ) throws(ByteSourceError) -> Int? {
        precondition(range.upperBound <= size)
        var from = range.lowerBound
        while from < range.upperBound {
            try load(from)
            let start = held.range.lowerBound
            let end = min(range.upperBound, held.range.upperBound)
            if let hit = unsafe held.withBytes({ unsafe find($0, from - start..<end - start) }) { return hit + start }
            from = end
        }
        return nil
    }
}
