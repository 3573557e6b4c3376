internal import GRDB
internal import Synchronization

/// The tree of a vault by its nodes, as a kernel asks for it. An id never means anything else later.
extension Vault {
    /// The top folder's node.
    public static var topID: Int64 { Node.topID }

    /// - Throws: ``VaultError/notFound(_:)`` where it has been removed.
    public func node(_ id: Int64) throws(VaultError) -> Node {
        try index.read { try Tree($0).existingNode(id) }
    }

    /// What has a name in a folder; `nil` for nothing.
    public func child(_ name: [UInt8], of folder: Int64) throws(VaultError) -> Node? {
        try index.read { try Tree($0).child(name, of: folder) }
    }

    /// What lies in a folder, in the order of the names' bytes.
    ///
    /// - Parameters:
    ///   - name: only what comes behind it.
    ///   - limit: not more than that many.
    public func entries(of folder: Int64, after name: [UInt8]?, limit: Int) throws(VaultError) -> [Entry] {
        try index.read { try Tree($0).entries(of: folder, after: name, limit: limit) }
    }

    /// The folder in which a folder lies; the top folder lies in itself.
    public func parent(of folder: Int64) throws(VaultError) -> Int64 {
        try index.read { try Tree($0).parent(of: folder) }
    }

    public func linkTarget(ofNode id: Int64) throws(VaultError) -> [UInt8] {
        try index.read { try Tree($0).content(of: id) ?? [] }
    }

    public func attributes(ofNode id: Int64) throws(VaultError) -> [(name: [UInt8], value: [UInt8])] {
        try index.read { try Tree($0).attributes(of: id) }
    }

    /// A file, to be read in any order, as it is now.
    public func openFile(_ id: Int64) throws(VaultError) -> VaultFile { try VaultFile(self, id) }
}

/// An open file of a vault, as it was when it was opened. May be used by several threads at once.
///
/// Whoever reads from front to back gets more than he asks for unpacked at once, by all processors.
public final class VaultFile: Sendable {
    private struct Contents {
        var bytes: [UInt8]?
        var extents: [Extent]
    }

    /// Bytes that were unpacked already.
    private struct Window {
        var start = 0
        var bytes: [UInt8] = []

        var end: Int { start + bytes.count }
    }

    public let node: Node
    private let vault: Vault
    private let contents: Mutex<Contents>
    /// `nil` before anything was read.
    private let window = Mutex<Window?>(nil)

    /// What is unpacked at once for whoever reads on: large enough to keep several processors at work.
    private static let ahead = 2 << 20
    /// Requests of a kernel that reads ahead overtake one another by no more.
    private static let overtaking = 512 << 10

    init(_ vault: Vault, _ id: Int64) throws(VaultError) {
        self.vault = vault
        let (node, contents) = try vault.index.read { try Self.look($0, id) }
        guard node.kind == .file else { throw .isAFolder([]) }
        self.node = node
        self.contents = Mutex(contents)
    }

    private static func look(_ database: Database, _ id: Int64) throws -> (Node, Contents) {
        let tree = Tree(database)
        let node = try tree.existingNode(id)
        return (node, Contents(bytes: try tree.content(of: id), extents: try tree.extents(of: id)))
    }

    /// Fills a buffer from a place in the file; returns how many bytes there were.
    public func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(VaultError) -> Int {
        let end = min(node.size, offset.addingReportingOverflow(buffer.count).partialValue)
        guard offset >= 0, offset < end else { return 0 }
        let count = end - offset
        let part = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
        if let bytes = contents.withLock({ $0.bytes }) {
            // Safe: within both; what the index holds of a file is all of it.
            guard bytes.count == node.size else { throw .damaged(.index("a file of another size")) }
            unsafe bytes[offset..<end].withUnsafeBytes { unsafe part.copyMemory(from: $0) }
            return count
        }
        do {
            try unsafe fill(part, at: offset)
        } catch VaultError.missing {
            // It was cleared away after something else took its place.
            try reload()
            try unsafe fill(part, at: offset)
        }
        return count
    }

    private func reload() throws(VaultError) {
        let (now, found) = try vault.index.read { try Self.look($0, node.id) }
        guard now.size == node.size, now.changed == node.changed else { throw .changed([]) }
        contents.withLock { $0 = found }
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(VaultError) {
        try withVaultErrors {
            let isDone = try window.withLock { window in
                guard let known = window, offset >= known.start, offset - known.end <= Self.overtaking else {
                    // The beginning, or somewhere else: from here on it may go on.
                    window = Window(start: offset + buffer.count)
                    return false
                }
                if unsafe take(buffer, at: offset, from: known) { return true }
                guard offset >= known.end else { return false }
                let end = min(node.size, max(known.end + Self.ahead, offset + buffer.count))
                let next = Window(start: known.end, bytes: try unpacked(known.end..<end))
                window = next
                return unsafe take(buffer, at: offset, from: next)
            }
            if isDone { return }
            let bytes = try unpacked(offset..<offset + buffer.count)
            // Safe: as many as were asked for.
            unsafe bytes.withUnsafeBytes { unsafe buffer.copyMemory(from: $0) }
        }
    }

    private func take(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int, from window: Window) -> Bool {
        guard offset >= window.start, offset + buffer.count <= window.end else { return false }
        let start = offset - window.start
        // Safe: within the window.
        unsafe window.bytes[start..<start + buffer.count].withUnsafeBytes { unsafe buffer.copyMemory(from: $0) }
        return true
    }

    private func unpacked(_ range: Range<Int>) throws -> [UInt8] {
        let found = Mutex<[UInt8]>([])
        found.withLock { $0.reserveCapacity(range.count) }
        try unsafe vault.contents.copy(range, of: contents.withLock { $0.extents }, path: []) { bytes in
            found.withLock { unsafe $0 += bytes }
        }
        return found.withLock { $0 }
    }
}
