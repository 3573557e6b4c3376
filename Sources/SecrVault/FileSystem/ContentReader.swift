internal import SecrCrypto
internal import SecrStream
internal import SecrSystem
internal import Synchronization

/// Reads contents of files out of objects. Keeps those that were used last open, since small files share one, and large
/// ones are read here and there.
final class ContentReader: Sendable {
    private let store: any ObjectStore
    private let keys: AreaKeys
    private let recent = Mutex(Recent())

    fileprivate struct Recent {
        var readers: [Int64: Known] = [:]
        /// The one that was used last.
        var last: Int64 = -1
    }

    fileprivate struct Known {
        /// Numbers are given again to other objects.
        var key: [UInt8]
        var reader: RandomAccessReader
        var used = Stopwatch()
    }

    fileprivate static let most = 128
    /// As long as an object is open, what `gc` cleared away still takes its place on the disk.
    private static let patience = 5.0

    /// Shorter parts are read by this thread alone.
    private static let short = 256 << 10

    init(_ store: any ObjectStore, _ keys: AreaKeys) {
        self.store = store
        self.keys = keys
    }

    /// Writes the bytes of `range` in their order; gaps between extents are zeros.
    ///
    /// - Parameters:
    ///   - path: for errors.
    ///   - write: called by one thread at a time.
    func copy(
        _ range: Range<Int>, of extents: [Extent], path: [UInt8],
        write: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var position = range.lowerBound
        var parts: [Part] = []
        for extent in extents where extent.start + extent.length > range.lowerBound {
            if extent.start >= range.upperBound { break }
            if extent.start > position {
                try unsafe copy(parts, path: path, write: write)
                parts = []
                try unsafe writeZeros(extent.start - position, write: write)
            }
            position = max(position, extent.start)
            let end = min(extent.start + extent.length, range.upperBound)
            if end <= position { continue }
            let start = extent.offset + position - extent.start
            parts.append(Part(object: extent.object, range: start..<start + end - position))
            position = end
        }
        try unsafe copy(parts, path: path, write: write)
        try unsafe writeZeros(range.upperBound - position, write: write)
    }

    /// Copies bytes of an object to a buffer that has room for them.
    ///
    /// - Parameter path: for errors.
    func read(
        _ range: Range<Int>, of object: StoredObject, path: [UInt8], into buffer: UnsafeMutableRawBufferPointer
    ) throws {
        try translatingErrors(path) {
            let reader = try reader(of: Part(object: object, range: range))
            if range.count <= Self.short {
                try unsafe reader.read(range, into: buffer)
            } else {
                try unsafe reader.readOnAllCores(range, into: buffer)
            }
        }
    }

    /// Bytes of an object that somebody is going to read soon.
    func announce(_ range: Range<Int>, of object: StoredObject) {
        // What can't be had, whoever reads it is told.
        guard let source = try? store.open(keys.name(.data, UInt64(object.number))) else { return }
        // In the object they stand a little further behind.
        let end = range.upperBound + range.upperBound / 1_024 + (64 << 10)
        source.announce(range.lowerBound..<min(end, max(range.lowerBound, source.size)))
    }

    private func translatingErrors(_ path: [UInt8], _ body: () throws -> Void) throws {
        do {
            try body()
        } catch StreamError.interrupted {
            throw VaultError.interrupted
        } catch is StreamError {
            throw VaultError.damaged(.object(path))
        }
    }

    /// Bytes of an object.
    private struct Part {
        var object: StoredObject
        var range: Range<Int>
    }

    private func copy(
        _ parts: [Part], path: [UInt8], write: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try translatingErrors(path) {
            if let part = parts.first, parts.count == 1, part.range.count <= Self.short {
                return try unsafe withUnsafeTemporaryAllocation(byteCount: part.range.count, alignment: 16) { buffer in
                    try unsafe reader(of: part).read(part.range, into: buffer)
                    try unsafe write(UnsafeRawBufferPointer(buffer))
                }
            }
            let rest = Mutex(parts[...])
            try unsafe RandomAccessReader.copyAll(
                { [self] in try rest.withLock { $0.popFirst() }.map { (try reader(of: $0), $0.range) } }, write: write)
        }
    }

    private func reader(of part: Part) throws -> RandomAccessReader {
        let reader = try open(part.object)
        guard part.range.upperBound <= reader.size else { throw StreamError.damaged(chunk: 0) }
        return reader
    }

    /// - Throws: ``VaultError/missing(_:)``, ``StreamError``, ``StoreError``.
    func open(_ object: StoredObject) throws -> RandomAccessReader {
        if let known = recent.withLock({ $0.use(object) }) { return known }
        guard let source = try store.open(keys.name(.data, UInt64(object.number))) else {
            throw VaultError.missing(object.number)
        }
        let reader = try RandomAccessReader(
            source, .object, object.shape, key: SecretBytes(copying: object.key), size: object.size)
        recent.withLock { $0.add(reader, of: object) }
        return reader
    }

    /// Closes what nobody has used for some seconds.
    func closeUnused() {
        recent.withLock { recent in
            recent.readers = recent.readers.filter { $0.value.used.seconds < Self.patience }
        }
    }

    private func writeZeros(_ count: Int, write: (UnsafeRawBufferPointer) throws -> Void) throws {
        var left = max(0, count)
        let zeros = [UInt8](repeating: 0, count: min(left, 1 << 16))
        while left > 0 {
            let part = min(left, zeros.count)
            // Safe: not more than there are zeros.
            try unsafe zeros.withUnsafeBytes { try unsafe write(UnsafeRawBufferPointer(rebasing: $0[..<part])) }
            left -= part
        }
    }
}

extension ContentReader.Recent {
    mutating func use(_ object: StoredObject) -> RandomAccessReader? {
        guard let known = readers[object.number], known.key == object.key else { return nil }
        readers[object.number]?.used = Stopwatch()
        note(object.number)
        return known.reader
    }

    mutating func add(_ reader: RandomAccessReader, of object: StoredObject) {
        if readers.count >= ContentReader.most,
            let oldest = readers.max(by: { $0.value.used.seconds < $1.value.used.seconds })?.key
        {
            readers[oldest] = nil
        }
        readers[object.number] = ContentReader.Known(key: object.key, reader: reader)
        note(object.number)
    }

    /// Of others than the last one, no contents stay in memory.
    private mutating func note(_ number: Int64) {
        if last != number { readers[last]?.reader.forgetChunk() }
        last = number
    }
}
