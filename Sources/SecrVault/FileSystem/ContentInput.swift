public import SecrBytes
internal import Synchronization

/// A file's contents on their way into a vault.
@safe public struct ContentInput: Sendable {
    /// Bytes, as far as known before: decides only in which object they lie.
    public var expectedSize: Int?
    /// Fills a buffer with what comes next; less than it holds means the end. Called by one thread at a time.
    public var read: @Sendable (UnsafeMutableRawBufferPointer) throws -> Int

    public init(
        expectedSize: Int?, read: @escaping @Sendable (UnsafeMutableRawBufferPointer) throws -> Int
    ) {
        self.expectedSize = expectedSize
        unsafe self.read = unsafe read
    }
}

extension ContentInput {
    private static let pieceSize = 1 << 20

    /// All bytes of a source.
    public init(_ source: any ByteSource) {
        let state = Mutex((position: 0, piece: [UInt8]()))
        // Safe: no more is written than the target holds.
        unsafe self.init(expectedSize: source.size) { target in
            try state.withLock { state in
                var filled = 0
                while filled < target.count, state.position < source.size {
                    let count = min(target.count - filled, source.size - state.position, Self.pieceSize)
                    if state.piece.count < count { state.piece = [UInt8](repeating: 0, count: count) }
                    try source.read(state.position..<state.position + count, into: &state.piece)
                    // Safe: both have as many bytes.
                    unsafe state.piece.withUnsafeBytes { piece in
                        unsafe UnsafeMutableRawBufferPointer(rebasing: target[filled...])
                            .copyMemory(from: UnsafeRawBufferPointer(rebasing: piece[..<count]))
                    }
                    state.position += count
                    filled += count
                }
                return filled
            }
        }
    }
}
