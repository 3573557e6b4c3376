/// The part of a source that is at hand.
///
/// Copied in pieces that stay in the processor's cache. To map files instead was measured, and costs more: each page has
/// to be put into the tables of the process, and taken out again.
struct HeldBytes {
    /// Bytes copied at once.
    static let defaultCapacity = 64 * 1024
    /// The same where nothing is done with the bytes but to compare them: fewer calls, measured.
    static let comparedCapacity = 128 * 1024

    /// Where in the source.
    private(set) var range: Range<Int> = 0..<0
    private var buffer: [UInt8] = []
    private let capacity: Int

    init(capacity: Int = defaultCapacity) {
        self.capacity = capacity
    }

    /// Holds as much as it can from `offset` on, at least one byte and nothing at or behind `end`.
    mutating func load(at offset: Int, before end: Int, of source: some ByteSource) throws(ByteSourceError) {
        let count = min(end - offset, capacity)
        range = 0..<0
        if buffer.count < count { buffer = [UInt8](repeating: 0, count: count) }
        try source.read(offset..<offset + count, into: &buffer)
        range = offset..<offset + count
    }

    /// The bytes of ``range``.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        // Safe: the buffer holds at least as many bytes as the range.
        try unsafe buffer.withUnsafeBytes { try unsafe body(UnsafeRawBufferPointer(rebasing: $0[..<range.count])) }
    }

    func byte(at offset: Int) -> UInt8 {
        precondition(range.contains(offset))
        return buffer[offset - range.lowerBound]
    }
}
