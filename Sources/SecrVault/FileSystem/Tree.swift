internal import Foundation
internal import GRDB
internal import SecrStream

/// Looks things up in the tree of an area.
struct Tree {
    private let database: Database

    init(_ database: Database) { self.database = database }

    func node(_ id: Int64) throws -> Node {
        guard let node = try findNode(id) else { throw VaultError.damaged(.index("a name without a node")) }
        return node
    }

    private func findNode(_ id: Int64) throws -> Node? {
        let statement = try database.cachedStatement(sql: "SELECT \(Node.columns) FROM node WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [id]).map(Node.init)
    }

    /// The same for an id that somebody remembers.
    func existingNode(_ id: Int64) throws -> Node {
        guard let node = try findNode(id) else { throw VaultError.notFound([]) }
        return node
    }

    /// The folder in which a folder lies; the top folder lies in itself.
    func parent(of folder: Int64) throws -> Int64 {
        let statement = try database.cachedStatement(sql: "SELECT parent FROM node WHERE id = ?")
        guard let parent = try Int64.fetchOne(statement, arguments: [folder]) else { throw VaultError.notFound([]) }
        return parent == 0 ? Node.topID : parent
    }

    func child(_ name: [UInt8], of folder: Int64) throws -> Node? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT \(Node.columns) FROM entry JOIN node ON node.id = entry.node
                WHERE entry.parent = ? AND entry.name = ?
                """)
        return try Row.fetchOne(statement, arguments: [folder, Data(name)]).map(Node.init)
    }

    /// What lies at `path`; a symbolic link is not followed, neither at its end nor before.
    func find(_ path: VaultPath) throws -> Node? {
        var node = try node(Node.topID)
        for (index, name) in path.names.enumerated() {
            guard node.kind == .folder else {
                throw VaultError.notAFolder(path.prefix(index).bytes)
            }
            guard let next = try child(name, of: node.id) else { return nil }
            node = next
        }
        return node
    }

    func get(_ path: VaultPath) throws -> Node {
        guard let node = try find(path) else { throw VaultError.notFound(path.bytes) }
        return node
    }

    func folder(_ path: VaultPath) throws -> Node {
        let node = try get(path)
        guard node.kind == .folder else { throw VaultError.notAFolder(path.bytes) }
        return node
    }

    /// In the order of the names' bytes.
    func entries(of folder: Int64, after name: [UInt8]? = nil, limit: Int = .max) throws -> [Entry] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT \(Node.columns), entry.name FROM entry JOIN node ON node.id = entry.node
                WHERE entry.parent = ? AND entry.name > ? ORDER BY entry.name LIMIT ?
                """)
        // Nothing is smaller than an empty name, and no name is empty.
        let arguments: StatementArguments = [folder, Data(name ?? []), Int64(clamping: limit)]
        return try Row.fetchAll(statement, arguments: arguments).map { row in
            Entry(Array(row[9] as Data), try Node(row))
        }
    }

    /// Every entry of a folder, without holding all of them at once.
    func forEachEntry(of folder: Int64, _ body: (Entry) throws -> Void) throws {
        var last: [UInt8]?
        while true {
            let entries = try entries(of: folder, after: last, limit: Self.entriesAtOnce)
            for entry in entries { try body(entry) }
            guard entries.count == Self.entriesAtOnce else { return }
            last = entries[entries.count - 1].name
        }
    }

    private static let entriesAtOnce = 4_096

    func isEmpty(_ folder: Int64) throws -> Bool {
        let statement = try database.cachedStatement(sql: "SELECT 1 FROM entry WHERE parent = ? LIMIT 1")
        return try Int.fetchOne(statement, arguments: [folder]) == nil
    }

    /// What is kept in the index itself: a small file's bytes, or a link's target.
    func content(of node: Int64) throws -> [UInt8]? {
        let statement = try database.cachedStatement(sql: "SELECT content FROM node WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [node]).flatMap { ($0[0] as Data?).map { Array($0) } }
    }

    /// In the order of their places in the file.
    func extents(of node: Int64) throws -> [Extent] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT start, length, object, offset, key, size, chunk FROM extent JOIN object ON number = object
                WHERE node = ? ORDER BY start
                """)
        return try Row.fetchAll(statement, arguments: [node]).map { row in
            Extent(
                start: row[0], length: row[1], offset: row[3],
                object: try StoredObject(number: row[2], key: row[4], size: row[5], chunk: row[6]))
        }
    }

    func attributes(of node: Int64) throws -> [(name: [UInt8], value: [UInt8])] {
        let statement = try database.cachedStatement(
            sql: "SELECT name, value FROM attribute WHERE node = ? ORDER BY name")
        return try Row.fetchAll(statement, arguments: [node]).map { (Array($0[0] as Data), Array($0[1] as Data)) }
    }
}

extension VaultPath {
    /// The first `count` names.
    func prefix(_ count: Int) -> VaultPath {
        var path = self
        while path.names.count > count { path = path.parent }
        return path
    }
}

/// A part of a file's contents, and where it lies.
struct Extent: Equatable, Sendable {
    /// In the file.
    var start: Int
    var length: Int
    /// In the object's plaintext.
    var offset: Int
    var object: StoredObject

    /// Where it lies, in the file and elsewhere.
    var place: Place { Place(start: start, length: length, offset: offset, object: object.number) }

    struct Place: Hashable {
        var start, length, offset: Int
        var object: Int64
    }
}

/// An object with contents of files.
struct StoredObject: Equatable, Sendable {
    /// From which its name is made.
    var number: Int64
    var key: [UInt8]
    /// Bytes of plaintext, padding included.
    var size: Int
    var shape: StreamShape

    init(number: Int64, key: [UInt8], size: Int, shape: StreamShape) {
        self.number = number
        self.key = key
        self.size = size
        self.shape = shape
    }

    /// From columns of the table.
    init(number: Int64, key: Data, size: Int, chunk: Int) throws {
        guard let shape = StreamShape(chunkBits: chunk), key.count == 32 else {
            throw VaultError.damaged(.index("an object that can't be"))
        }
        self.init(number: number, key: Array(key), size: size, shape: shape)
    }
}
