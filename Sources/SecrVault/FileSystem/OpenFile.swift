internal import GRDB
internal import Synchronization

/// A file that somebody has open, or that was changed and is not stored yet. All who have it open share it.
///
/// Used under the lock of its ``VaultFileSystem``, which gives it out and takes it back.
public final class OpenFile: @unchecked Sendable {
    public let id: Int64
    let kind: Node.Kind
    var contents: FileContents
    /// Of the contents, and of anything, in nanoseconds since 1970.
    var modified: Int64
    var changed: Int64
    /// Whether the index does not know its contents yet.
    var isDirty = false
    /// How many have it open.
    var users = 0
    /// Whether its last name was taken away.
    var isNameless = false
    /// Goes up with every change of the contents.
    var version = 0
    /// What was unpacked ahead for whoever reads on.
    let window = Mutex<ReadAhead?>(nil)

    init(_ node: Node, _ contents: FileContents) {
        (id, kind) = (node.id, node.kind)
        (modified, changed) = (node.modified, node.changed)
        self.contents = contents
    }

    /// - Throws: ``VaultError/notFound(_:)``, ``VaultError/isAFolder(_:)``.
    static func load(_ id: Int64, _ database: Database) throws -> OpenFile {
        let tree = Tree(database)
        let node = try tree.existingNode(id)
        guard node.kind == .file else { throw VaultError.isAFolder([]) }
        let bytes = try tree.content(of: id)
        // What the index holds of a file is all of it.
        guard bytes.map({ $0.count == node.size }) ?? true else {
            throw VaultError.damaged(.index("a file of another size"))
        }
        let contents = FileContents(size: node.size, bytes: bytes, extents: try tree.extents(of: id))
        guard contents.size == node.size else { throw VaultError.damaged(.index("a file of another size")) }
        return OpenFile(node, contents)
    }

    /// A node as it is with what the index does not know yet.
    func completing(_ node: Node) -> Node {
        guard isDirty else { return node }
        var node = node
        (node.size, node.modified, node.changed) = (contents.size, modified, changed)
        return node
    }
}

/// Bytes of a file that were unpacked before anybody asked for them.
struct ReadAhead {
    var start: Int
    var bytes: [UInt8] = []
    /// Of the file's contents.
    var version: Int

    var end: Int { start + bytes.count }

    /// Returns `false` where not all of a range is there.
    func copy(_ range: Range<Int>, to buffer: UnsafeMutableRawBufferPointer) -> Bool {
        guard range.lowerBound >= start, range.upperBound <= end else { return false }
        // Safe: within what is there, and the buffer is as long as the range.
        unsafe buffer.copyBytes(from: bytes[range.lowerBound - start..<range.upperBound - start])
        return true
    }

    /// What is unpacked at once for whoever reads on: large enough to keep several processors at work.
    static let length = 2 << 20
    /// Requests of a kernel that reads ahead overtake one another by no more.
    static let overtaking = 512 << 10
}
