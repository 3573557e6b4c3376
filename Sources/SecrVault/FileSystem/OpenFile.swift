internal import GRDB
internal import SecrSystem
internal import Synchronization

/// A file that somebody has open, or that was changed and is not stored yet. All who have it open share it.
///
/// Used under the lock of its ``VaultFileSystem``, which gives it out and takes it back.
public final class OpenFile: @unchecked Sendable {
    public let id: Int64
    var contents: FileContents
    /// Which states of other processes have been looked at.
    var generation: UInt64
    /// Whether the index does not know its contents yet.
    var isDirty = false
    /// How many have it open.
    var users = 0
    /// Whether its last name was taken away.
    var isNameless = false
    /// Goes up with every change of the contents.
    var version = 0
    /// What was unpacked ahead for whoever reads on.
    let ahead = Mutex(ReadAhead())
    /// Held by whoever unpacks ahead.
    let unpacking = PatientLock()

    private init(_ node: Node, _ contents: FileContents, generation: UInt64) {
        id = node.id
        (self.contents, self.generation) = (contents, generation)
    }

    /// A file that has just been made.
    convenience init(new node: Node, generation: UInt64) {
        self.init(node, FileContents(size: 0, bytes: [], extents: []), generation: generation)
    }

    /// - Throws: ``VaultError/notFound(_:)``, ``VaultError/isAFolder(_:)``.
    static func load(_ id: Int64, _ database: Database, generation: UInt64) throws -> OpenFile {
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
        return OpenFile(node, contents, generation: generation)
    }
}

/// Bytes of a file that were unpacked before anybody asked for them: a part that is being read, and the one behind it.
struct ReadAhead {
    private(set) var parts: [Part] = []
    /// Where whoever read last would go on.
    private(set) var position = -1
    /// Whether he is going to, as far as one can tell: he did so before, or began where the file does.
    private var isReadOn = false
    /// Of the file's contents.
    private var version = 0
    /// Memory for the next part.
    private var spare: [UInt8] = []

    struct Part {
        var start: Int
        var count: Int
        /// As many, or more.
        var bytes: [UInt8]

        var end: Int { start + count }
    }

    /// What is unpacked at once: enough to keep several processors at work.
    static let length = 2 << 20
    /// Requests of a kernel that reads ahead overtake one another by no more.
    private static let overtaking = 512 << 10

    private var start: Int { parts.first?.start ?? position }
    private var end: Int { parts.last?.end ?? position }

    /// Gives the bytes of a range, if they are there.
    mutating func use(_ range: Range<Int>, version: Int, _ body: (ArraySlice<UInt8>) -> Void) -> Bool {
        guard self.version == version,
            let part = parts.first(where: { $0.start <= range.lowerBound && range.upperBound <= $0.end })
        else { return false }
        body(part.bytes[range.lowerBound - part.start..<range.upperBound - part.start])
        position = max(position, range.upperBound)
        // Nobody goes back further.
        if parts.count > 1, position - Self.overtaking > parts[0].end { spare = parts.removeFirst().bytes }
        return true
    }

    /// Whether it is worth while to unpack ahead for whoever reads a range; if not, he may go on from there.
    mutating func isReading(on range: Range<Int>, version: Int) -> Bool {
        if self.version == version, position >= 0, range.lowerBound >= start, range.lowerBound - end <= Self.overtaking
        {
            isReadOn = true
            return true
        }
        if !parts.isEmpty { spare = parts[0].bytes }
        (parts, position, self.version) = ([], range.upperBound, version)
        isReadOn = range.lowerBound == 0
        return false
    }

    /// Where the next part begins, for whoever has read most of what there is.
    func next(version: Int) -> Int? {
        guard self.version == version, isReadOn, parts.count < 2, end - position < Self.length else { return nil }
        return end
    }

    /// Memory for a part of so many bytes; what is put in is given back with ``add(_:version:)``.
    mutating func takeSpare(_ count: Int) -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &spare)
        return taken.count >= count ? taken : [UInt8](repeating: 0, count: max(count, Self.length))
    }

    mutating func add(_ part: Part, version: Int) {
        if self.version == version, part.start == end { parts.append(part) } else { spare = part.bytes }
    }
}
