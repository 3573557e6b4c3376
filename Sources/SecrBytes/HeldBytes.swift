/// The part of a source that is at hand: lent by it where it can, else copied.
struct HeldBytes {
    /// Bytes copied at once; stays in the cache, so that what reads them next finds them there.
    static let copyCapacity = 64 * 1024
    /// Bytes borrowed at once.
    static let viewCapacity = 4 << 20
    /// For less a copy is cheaper than to borrow.
    static let viewThreshold = 128 * 1024

    /// Where in the source.
    private(set) var range: Range<Int> = 0..<0
    private var view: ByteView?
    private var buffer: [UInt8] = []
    private let copyCapacity: Int

    init(copyCapacity: Int = copyCapacity) {
        self.copyCapacity = copyCapacity
    }

    /// Holds as much as it can from `offset` on, at least one byte and nothing at or behind `end`.
    mutating func load(at offset: Int, before end: Int, of source: some ByteSource) throws(ByteSourceError) {
        let rest = end - offset
        range = 0..<0
        if rest >= Self.viewThreshold, let lent = source.view(offset..<offset + min(rest, Self.viewCapacity)) {
            view = lent
            range = offset..<offset + min(rest, Self.viewCapacity)
            return
        }
        view = nil
        let count = min(rest, copyCapacity)
        if buffer.count < count { buffer = [UInt8](repeating: 0, count: count) }
        try source.read(offset..<offset + count, into: &buffer)
        range = offset..<offset + count
    }

    /// The bytes of ``range``.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        if let view { return unsafe view.withBytes(body) }
        // Safe: the buffer holds at least as many bytes as the range.
        return unsafe buffer.withUnsafeBytes { unsafe body(UnsafeRawBufferPointer(rebasing: $0[..<range.count])) }
    }

    func byte(at offset: Int) -> UInt8 {
        precondition(range.contains(offset))
        // Safe: checked against the range.
        return unsafe withBytes { unsafe $0[offset - range.lowerBound] }
    }
}
