public import SecrBytes
internal import Synchronization

/// The contents of a file in a vault. Its size is the one that the file had when the source was made.
public final class VaultSource: ByteSource {
    private let vault: Vault
    private let path: VaultPath
    public let size: Int
    /// Parsers look at many small parts in a row.
    private let held = Mutex((start: 0, bytes: [UInt8]()))

    private static let blockSize = 256 << 10

    /// - Throws: ``VaultError/notFound(_:)``, ``VaultError/isAFolder(_:)`` for whatever is no file.
    public init(_ vault: Vault, _ path: VaultPath) throws(VaultError) {
        let node = try vault.stat(path)
        guard node.kind == .file else { throw .isAFolder(path.bytes) }
        (self.vault, self.path, size) = (vault, path, node.size)
    }

    public func read(_ range: Range<Int>, into buffer: inout [UInt8]) throws(ByteSourceError) {
        precondition(range.lowerBound >= 0 && range.upperBound <= size && range.count <= buffer.count)
        if range.count >= Self.blockSize {
            buffer.replaceSubrange(..<range.count, with: try load(range))
            return
        }
        let taken = try held.withLock { (held) throws(ByteSourceError) -> [UInt8] in
            if range.lowerBound < held.start || range.upperBound > held.start + held.bytes.count {
                let end = min(size, range.lowerBound + Self.blockSize)
                held = (range.lowerBound, try load(range.lowerBound..<end))
            }
            return Array(held.bytes[range.lowerBound - held.start..<range.upperBound - held.start])
        }
        buffer.replaceSubrange(..<range.count, with: taken)
    }

    private func load(_ range: Range<Int>) throws(ByteSourceError) -> [UInt8] {
        let bytes: [UInt8]
        do { bytes = try vault.bytes(of: path, range) } catch { throw ByteSourceError("\(error)") }
        guard bytes.count == range.count else {
            throw ByteSourceError("the file became shorter while it was read")
        }
        return bytes
    }
}

extension Vault {
    /// A part of a file's contents in memory; what lies behind its end is not there.
    ///
    /// - Throws: as ``read(_:_:write:)``.
    public func bytes(of path: VaultPath, _ range: Range<Int>) throws -> [UInt8] {
        let bytes = Mutex([UInt8]())
        bytes.withLock { $0.reserveCapacity(range.count) }
        try unsafe read(path, range) { part in bytes.withLock { unsafe $0.append(contentsOf: part) } }
        return bytes.withLock(\.self)
    }
}
