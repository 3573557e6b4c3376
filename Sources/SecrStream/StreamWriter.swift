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
        try BlockPipeline(sealing: shape).run(unsafe feed(read: read, write: write, finish: {}))
    }

    /// A stream that is sealed together with others.
    @safe public struct Stream: ~Copyable, Sendable {
        fileprivate let feed: BlockPipeline.Feed
        fileprivate let shape: StreamShape

        /// - Parameters:
        ///   - read, write: see ``StreamWriter/seal(read:write:)``.
        ///   - finish: comes when the whole stream was written.
        public init(
            _ writer: consuming StreamWriter, read: @escaping @Sendable (UnsafeMutableRawBufferPointer) throws -> Int,
            write: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void,
            finish: @escaping @Sendable () throws -> Void
        ) {
            shape = writer.shape
            feed = unsafe writer.feed(read: read, write: write, finish: finish)
        }
    }

    /// Seals one stream of chunks of 64 KiB after the other. The next one is begun while the last is still being written.
    ///
    /// - Parameter next: gives the streams, `nil` at the end. Called by one thread at a time, never while one is read.
    public static func sealAll(_ next: @escaping @Sendable () throws -> Stream?) throws {
        try BlockPipeline(sealing: .standard).run {
            guard let stream = try next() else { return nil }
            precondition(stream.shape == .standard)
            return stream.feed
        }
    }

    private var shape: StreamShape { cipher.shape }

    private consuming func feed(
        read: @escaping @Sendable (UnsafeMutableRawBufferPointer) throws -> Int,
        write: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void,
        finish: @escaping @Sendable () throws -> Void
    ) -> BlockPipeline.Feed {
        let cipher = cipher
        let chunks = BlockPipeline.chunksPerBlock(cipher.shape)
        return unsafe BlockPipeline.Feed(
            read: read,
            change: { block, plaintext, sealed in
                // Safe: the output has room for the tags of a whole block.
                unsafe cipher.sealChunks(
                    plaintext, first: block.index * chunks, endsStream: block.isLast, into: sealed)
            },
            write: { block, sealed in
                // Safe: the pointer does not leave the closure.
                if block.index == 0 { try unsafe cipher.head.withUnsafeBytes { try unsafe write($0) } }
                try unsafe write(sealed)
                if block.isLast { try finish() }
            })
    }
}

extension BlockPipeline {
    fileprivate init(sealing shape: StreamShape) {
        let chunks = Self.chunksPerBlock(shape)
        self.init(inputSize: chunks * shape.chunkSize, outputSize: chunks * shape.sealedChunkSize)
    }
}
