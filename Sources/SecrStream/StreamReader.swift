public import SecrCrypto

/// Opens a stream of any length in order, on all cores. Only authentic bytes leave it.
public struct StreamReader: Sendable {
    private let cipher: StreamCipher

    /// For a stream that begins with `head`.
    ///
    /// - Parameter head: its first ``StreamShape/headSize`` bytes; fewer are damage.
    public init(
        _ head: [UInt8], _ kind: StreamKind, _ shape: StreamShape = .standard, key: borrowing SecretBytes
    ) throws(StreamError) {
        guard head.count == StreamShape.headSize else { throw .damaged(chunk: 0) }
        cipher = try StreamCipher(opening: head, kind, shape, key: key)
    }

    /// Opens everything behind the head, on all cores.
    ///
    /// What was written before an error is authentic, but not all.
    ///
    /// - Parameters:
    ///   - read: fills a buffer with what comes next; less than it holds means the end. Called by one thread at a time.
    ///   - write: takes plaintext in its order. Called by one thread at a time.
    /// - Throws: ``StreamError``, or what `read` and `write` throw.
    public func open(
        read: @escaping @Sendable (UnsafeMutableRawBufferPointer) throws -> Int,
        write: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try BlockPipeline(opening: cipher.shape).run(
            unsafe cipher.feed(fromChunk: 0, endsStream: true, read: read, write: write))
    }
}

extension StreamCipher {
    /// Opens what `read` gives: sealed chunks from `first` on, in order.
    ///
    /// - Parameter endsStream: whether the last of them is the stream's last.
    func feed(
        fromChunk first: Int, endsStream: Bool,
        read: @escaping @Sendable (UnsafeMutableRawBufferPointer) throws -> Int,
        write: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) -> BlockPipeline.Feed {
        let chunks = BlockPipeline.chunksPerBlock(shape)
        return unsafe BlockPipeline.Feed(
            read: read,
            change: { block, sealed, plaintext in
                // Safe: the output has room for the plaintext of a whole block.
                try unsafe self.openChunks(
                    sealed, first: first + block.index * chunks, endsStream: endsStream && block.isLast,
                    into: plaintext)
            },
            write: { _, plaintext in try unsafe write(plaintext) })
    }
}

extension BlockPipeline {
    init(opening shape: StreamShape) {
        let chunks = Self.chunksPerBlock(shape)
        self.init(inputSize: chunks * shape.sealedChunkSize, outputSize: chunks * shape.chunkSize)
    }
}
