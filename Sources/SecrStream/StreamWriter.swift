public import SecrCrypto

/// Seals a stream of any length on all cores.
///
/// One writer makes one stream: sealing consumes it, since a second stream under the same salt would use the nonces of the
/// first one for other bytes.
public struct StreamWriter: ~Copyable, Sendable {
    private let cipher: StreamCipher

    /// - Parameter key: 32 bytes, fresh and random for this stream unless where `secr-vault-format(5)` says otherwise.
    public init(_ kind: StreamKind, _ shape: StreamShape = .standard, key: borrowing SecretBytes) {
        cipher = StreamCipher(sealing: kind, shape, key: key)
    }

    /// Reads plaintext to its end and writes the whole stream, head first.
    ///
    /// - Parameters:
    ///   - read: fills a buffer with what comes next; less than it holds means the end. Called by one thread at a time.
    ///   - write: takes the sealed bytes in their order. Called by one thread at a time.
    /// - Throws: what `read` and `write` throw, or ``StreamError/interrupted``.
    public consuming func seal(
        read: @escaping @Sendable (UnsafeMutableRawBufferPointer) throws -> Int,
        write: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let (shape, cipher) = (cipher.shape, cipher)
        let chunks = BlockPipeline.chunksPerBlock(shape)
        // Safe: the pointer does not leave the closure.
        try unsafe cipher.head.withUnsafeBytes { try unsafe write($0) }
        try unsafe BlockPipeline(inputSize: chunks * shape.chunkSize, outputSize: chunks * shape.sealedChunkSize).run(
            read: read,
            change: { block, plaintext, sealed in
                // Safe: the output has room for the tags of a whole block.
                unsafe cipher.sealChunks(
                    plaintext, first: block.index * chunks, endsStream: block.isLast, into: sealed)
            },
            write: write)
    }
}
