internal import SecrCrypto
internal import SecrStream
internal import Synchronization

/// Reads contents of files out of objects. Keeps the object that was used last open, since small files share one.
final class ContentReader: Sendable {
    private let store: any ObjectStore
    private let keys: AreaKeys
    private let recent = Mutex<(number: Int64, reader: RandomAccessReader)?>(nil)

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

    /// Bytes of an object.
    private struct Part {
        var object: StoredObject
        var range: Range<Int>
    }

    private func copy(
        _ parts: [Part], path: [UInt8], write: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        do {
            if let part = parts.first, parts.count == 1, part.range.count <= Self.short {
                return try unsafe withUnsafeTemporaryAllocation(byteCount: part.range.count, alignment: 16) { buffer in
                    try unsafe reader(of: part).read(part.range, into: buffer)
                    try unsafe write(UnsafeRawBufferPointer(buffer))
                }
            }
            let rest = Mutex(parts[...])
            try unsafe RandomAccessReader.copyAll(
                { [self] in try rest.withLock { $0.popFirst() }.map { (try reader(of: $0), $0.range) } }, write: write)
        } catch StreamError.interrupted {
            throw VaultError.interrupted
        } catch is StreamError {
            throw VaultError.damaged(.object(path))
        }
    }

    private func reader(of part: Part) throws -> RandomAccessReader {
        let reader = try open(part.object)
        guard part.range.upperBound <= reader.size else { throw StreamError.damaged(chunk: 0) }
        return reader
    }

    /// - Throws: ``VaultError/missing(_:)``, ``StreamError``, ``StoreError``.
    func open(_ object: StoredObject) throws -> RandomAccessReader {
        if let known = recent.withLock({ $0?.number == object.number ? $0?.reader : nil }) { return known }
        guard let source = try store.open(keys.name(.data, UInt64(object.number))) else {
            throw VaultError.missing(object.number)
        }
        let reader = try RandomAccessReader(
            source, .object, object.shape, key: SecretBytes(copying: object.key), size: object.size)
        recent.withLock { $0 = (object.number, reader) }
        return reader
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
