public import SecrCrypto
internal import SecrSystem
internal import Synchronization

/// Opens any part of a stream, whose end is authentic before the first byte leaves.
///
/// A read costs the chunks that it touches, no more.
public final class RandomAccessReader: Sendable {
    /// Bytes of plaintext.
    public let size: Int
    private let source: any SealedSource
    private let cipher: StreamCipher
    /// The chunk that was opened last: programs read in small steps.
    private let recent = Mutex<(index: Int, plaintext: [UInt8])?>(nil)

    /// - Parameters:
    ///   - size: bytes of plaintext, where an authentic place tells; otherwise the stream's last chunk is opened, which
    ///     proves where it ends.
    /// - Throws: ``StreamError``, or what the source throws.
    public init(
        _ source: any SealedSource, _ kind: StreamKind, _ shape: StreamShape = .standard,
        key: borrowing SecretBytes, size known: Int? = nil
    ) throws {
        guard let size = shape.plaintextSize(ofSealed: source.size), known == nil || known == size else {
            throw StreamError.damaged(chunk: 0)
        }
        var head = [UInt8](repeating: 0, count: StreamShape.headSize)
        // Safe: the pointer does not leave the closure.
        try unsafe head.withUnsafeMutableBytes { try unsafe source.read(at: 0, into: $0) }
        cipher = try StreamCipher(opening: head, kind, shape, key: key)
        self.source = source
        self.size = size
        if known == nil { _ = try chunk(shape.chunkCount(ofPlaintext: size) - 1) }
    }

    /// Copies the bytes of `range`, which lies within ``size``, to `buffer`, which has room for them.
    public func read(_ range: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws {
        precondition(range.lowerBound >= 0 && range.upperBound <= size && buffer.count >= range.count)
        let chunkSize = cipher.shape.chunkSize
        var position = range.lowerBound
        while position < range.upperBound {
            let index = position / chunkSize
            let start = position - index * chunkSize
            let room = unsafe UnsafeMutableRawBufferPointer(
                rebasing: buffer[(position - range.lowerBound)..<range.count])
            if start == 0, case let whole = wholeChunks(from: index, until: range.upperBound), whole.count > 1 {
                position += try unsafe open(whole, into: room)
                continue
            }
            let count = min(chunkSize - start, range.upperBound - position)
            let plaintext = try chunk(index)
            // Safe: both parts were bounded above.
            unsafe plaintext.withUnsafeBytes {
                unsafe room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<start + count]))
            }
            position += count
        }
    }

    /// Chunks that a read needs as a whole, as many as are opened at once.
    private func wholeChunks(from first: Int, until end: Int) -> Range<Int> {
        let shape = cipher.shape
        let last = end == size ? shape.chunkCount(ofPlaintext: size) : end / shape.chunkSize
        return first..<min(max(first, last), first + max(1, Self.atOnce / shape.chunkSize))
    }

    private static let atOnce = 256 << 10

    /// Opens chunks straight into a buffer, which has room for them. Returns how many bytes they have.
    private func open(_ chunks: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let shape = cipher.shape
        let start = shape.sealedRange(ofChunk: chunks.lowerBound, plaintextSize: size).lowerBound
        let end = shape.sealedRange(ofChunk: chunks.upperBound - 1, plaintextSize: size).upperBound
        let endsStream = chunks.upperBound == shape.chunkCount(ofPlaintext: size)
        return try unsafe withUnsafeTemporaryAllocation(byteCount: end - start, alignment: 16) { sealed in
            try unsafe source.read(at: start, into: sealed)
            return try unsafe cipher.openChunks(
                UnsafeRawBufferPointer(sealed), first: chunks.lowerBound, endsStream: endsStream, into: buffer)
        }
    }

    /// The same as ``read(_:into:)``, on all cores.
    public func readOnAllCores(_ range: Range<Int>, into buffer: UnsafeMutableRawBufferPointer) throws {
        precondition(range.lowerBound >= 0 && range.upperBound <= size && buffer.count >= range.count)
        let first = range.lowerBound / Self.atOnce
        let count = (range.upperBound + Self.atOnce - 1) / Self.atOnce - first
        let failure = Mutex<(any Error)?>(nil)
        // Safe: each thread writes to a part of its own, and all are waited for.
        nonisolated(unsafe) let room = unsafe buffer
        WorkerPool.forEach(count, width: WorkerPool.processors) { index in
            let part = range.clamped(to: (first + index) * Self.atOnce..<(first + index + 1) * Self.atOnce)
            do {
                let start = part.lowerBound - range.lowerBound
                try unsafe self.read(
                    part, into: UnsafeMutableRawBufferPointer(rebasing: room[start..<start + part.count]))
            } catch {
                failure.withLock { $0 = $0 ?? error }
            }
        }
        if let error = failure.withLock(\.self) { throw error }
    }

    /// Writes the bytes of `range`, which lies within ``size``, in their order, read ahead and opened on all cores.
    ///
    /// - Parameter write: called by one thread at a time.
    public func copy(_ range: Range<Int>, write: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void) throws {
        if range.isEmpty { return }
        try BlockPipeline(opening: cipher.shape).run(unsafe feed(range, write: write))
    }

    /// The same for one stream of chunks of 64 KiB after the other. The next one is read while the last is being written.
    ///
    /// - Parameter next: gives streams and ranges, which are not empty, and `nil` at the end. Called by one thread at a
    ///   time.
    public static func copyAll(
        _ next: @escaping @Sendable () throws -> (RandomAccessReader, Range<Int>)?,
        write: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try BlockPipeline(opening: .standard).run {
            guard let (reader, range) = try next() else { return nil }
            precondition(reader.cipher.shape == .standard)
            return unsafe reader.feed(range, write: write)
        }
    }

    private func feed(
        _ range: Range<Int>, write: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) -> BlockPipeline.Feed {
        precondition(!range.isEmpty && range.lowerBound >= 0 && range.upperBound <= size)
        let shape = cipher.shape
        let (first, last) = (range.lowerBound / shape.chunkSize, (range.upperBound - 1) / shape.chunkSize)
        let end = shape.sealedRange(ofChunk: last, plaintextSize: size).upperBound
        let input = Atomic<Int>(shape.sealedRange(ofChunk: first, plaintextSize: size).lowerBound)
        let output = Atomic<Int>(first * shape.chunkSize)
        return unsafe cipher.feed(
            fromChunk: first, endsStream: last == shape.chunkCount(ofPlaintext: size) - 1,
            read: { [source] buffer in
                let offset = input.load(ordering: .relaxed)
                let count = min(buffer.count, end - offset)
                // Safe: at most as many bytes as the buffer holds.
                try unsafe source.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
                input.store(offset + count, ordering: .relaxed)
                return count
            },
            write: { plaintext in
                let start = output.load(ordering: .relaxed)
                output.store(start + plaintext.count, ordering: .relaxed)
                let wanted = range.clamped(to: start..<start + plaintext.count)
                // Safe: clamped to what there is.
                try unsafe write(
                    UnsafeRawBufferPointer(
                        rebasing: plaintext[wanted.lowerBound - start..<wanted.upperBound - start]))
            })
    }

    /// Clears what was opened last out of memory.
    public func forgetChunk() { recent.withLock { $0 = nil } }

    private func chunk(_ index: Int) throws -> [UInt8] {
        if let held = recent.withLock({ $0?.index == index ? $0?.plaintext : nil }) { return held }
        let shape = cipher.shape
        let range = shape.sealedRange(ofChunk: index, plaintextSize: size)
        var plaintext = [UInt8](repeating: 0, count: range.count - StreamShape.tagSize)
        let isLast = index == shape.chunkCount(ofPlaintext: size) - 1
        try unsafe withUnsafeTemporaryAllocation(byteCount: range.count, alignment: 16) { sealed in
            // Safe: a chunk and its plaintext have room in the two buffers.
            try unsafe source.read(at: range.lowerBound, into: sealed)
            _ = try unsafe plaintext.withUnsafeMutableBytes {
                try unsafe cipher.openChunks(UnsafeRawBufferPointer(sealed), first: index, endsStream: isLast, into: $0)
            }
        }
        recent.withLock { $0 = (index, plaintext) }
        return plaintext
    }
}
