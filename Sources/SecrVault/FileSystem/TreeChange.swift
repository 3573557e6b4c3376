internal import Foundation
internal import GRDB
internal import SecrStream

/// Changes the tree of an area, within a transaction.
struct TreeChange {
    private let database: Database
    /// Whether names that come and go are a change of the folder that they are in; if not, somebody else notes that.
    private let touchesFolders: Bool
    private var tree: Tree { Tree(database) }

    init(_ database: Database, touchesFolders: Bool = true) {
        (self.database, self.touchesFolders) = (database, touchesFolders)
    }

    // MARK: Nodes

    /// Adds a node without a name and returns its id.
    @discardableResult
    func insert(_ node: Node, parent: Int64, content: [UInt8]?, id: Int64? = nil) throws -> Int64 {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO node (id, kind, mode, owner, grp, modified, changed, size, links, parent, content)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            id, node.kind.rawValue, Int64(node.mode), Int64(node.owner), Int64(node.group), node.modified,
            node.changed, node.kind.isDevice ? node.device : node.size, node.links, node.kind == .folder ? parent : 0,
            content.map { Data($0) },
        ])
        return database.lastInsertedRowID
    }

    /// Sets everything but kind, number of names and contents.
    func update(_ node: Node) throws {
        try database.cachedStatement(
            sql: "UPDATE node SET mode = ?, owner = ?, grp = ?, modified = ?, changed = ? WHERE id = ?"
        ).execute(arguments: [
            Int64(node.mode), Int64(node.owner), Int64(node.group), node.modified, node.changed, node.id,
        ])
    }

    func setAttribute(_ name: [UInt8], _ value: [UInt8]?, of node: Int64) throws {
        if let value {
            try database.cachedStatement(sql: "INSERT OR REPLACE INTO attribute VALUES (?, ?, ?)")
                .execute(arguments: [node, Data(name), Data(value)])
        } else {
            try database.cachedStatement(sql: "DELETE FROM attribute WHERE node = ? AND name = ?")
                .execute(arguments: [node, Data(name)])
        }
    }

    // MARK: Names

    /// Gives a node a name that must be free.
    func link(_ node: Int64, _ name: [UInt8], in folder: Int64, now: Int64) throws {
        try database.cachedStatement(sql: "INSERT INTO entry (parent, name, node) VALUES (?, ?, ?)")
            .execute(arguments: [folder, Data(name), node])
        try touch(folder, now)
    }

    /// A further name for a file.
    func hardLink(_ node: Node, _ name: [UInt8], in folder: Int64, now: Int64) throws {
        try link(node.id, name, in: folder, now: now)
        try database.cachedStatement(sql: "UPDATE node SET links = links + 1, changed = ? WHERE id = ?")
            .execute(arguments: [now, node.id])
    }

    /// Takes a name away, and the node with its last one. A folder has to be empty.
    ///
    /// - Parameter open: nodes that stay without a name, since somebody uses them.
    /// - Returns: the node's number, if it was its last name.
    @discardableResult
    func unlink(
        _ name: [UInt8], of node: Node, in folder: Int64, now: Int64, keeping open: Set<Int64> = []
    ) throws -> Int64? {
        try removeEntry(name, in: folder)
        try touch(folder, now)
        if node.links > 1 || open.contains(node.id) {
            try database.cachedStatement(sql: "UPDATE node SET links = links - 1, changed = ? WHERE id = ?")
                .execute(arguments: [now, node.id])
        } else {
            try delete(node.id, now: now)
        }
        return node.links > 1 ? nil : node.id
    }

    /// Takes away a node that lost its last name while it was in use.
    func deleteNameless(_ node: Int64, now: Int64) throws {
        guard let found = try? tree.existingNode(node), found.links == 0 else { return }
        try delete(node, now: now)
    }

    private func removeEntry(_ name: [UInt8], in folder: Int64) throws {
        try database.cachedStatement(sql: "DELETE FROM entry WHERE parent = ? AND name = ?")
            .execute(arguments: [folder, Data(name)])
    }

    private func delete(_ node: Int64, now: Int64) throws {
        try clearContents(of: node, now: now)
        try database.cachedStatement(sql: "DELETE FROM attribute WHERE node = ?").execute(arguments: [node])
        try database.cachedStatement(sql: "DELETE FROM node WHERE id = ?").execute(arguments: [node])
    }

    /// Moves a name; what was at the new one has been taken away.
    func move(_ node: Node, _ name: [UInt8], in folder: Int64, to newName: [UInt8], in newFolder: Int64, now: Int64)
        throws
    {
        try removeEntry(name, in: folder)
        try touch(folder, now)
        try link(node.id, newName, in: newFolder, now: now)
        try noteMove(of: node, to: newFolder, now: now)
    }

    private func noteMove(of node: Node, to folder: Int64, now: Int64) throws {
        try database.cachedStatement(sql: "UPDATE node SET parent = ?, changed = ? WHERE id = ?")
            .execute(arguments: [node.kind == .folder ? folder : 0, now, node.id])
    }

    /// Each of two gets the other one's name.
    func exchange(
        _ one: (node: Node, name: [UInt8], folder: Int64), _ other: (node: Node, name: [UInt8], folder: Int64),
        now: Int64
    ) throws {
        try removeEntry(one.name, in: one.folder)
        try removeEntry(other.name, in: other.folder)
        try link(other.node.id, one.name, in: one.folder, now: now)
        try link(one.node.id, other.name, in: other.folder, now: now)
        try noteMove(of: one.node, to: other.folder, now: now)
        try noteMove(of: other.node, to: one.folder, now: now)
    }

    private func touch(_ folder: Int64, _ now: Int64) throws {
        guard touchesFolders else { return }
        try database.cachedStatement(sql: "UPDATE node SET modified = ?, changed = ? WHERE id = ?")
            .execute(arguments: [now, now, folder])
    }

    /// Takes away everything in a folder, some at a time, so that a transaction does not grow without bound.
    ///
    /// - Returns: whether it is empty now.
    func clear(_ folder: Int64, budget: inout Int, now: Int64) throws -> Bool {
        while budget > 0 {
            let entries = try tree.entries(of: folder, limit: min(budget, 256))
            if entries.isEmpty { return true }
            for entry in entries {
                if entry.node.kind == .folder {
                    guard try clear(entry.node.id, budget: &budget, now: now) else { return false }
                }
                try unlink(entry.name, of: entry.node, in: folder, now: now)
                budget -= 1
            }
        }
        return try tree.isEmpty(folder)
    }

    // MARK: Contents

    /// Sets everything but kind and number of names of a file, unless it is gone. Of its contents only what differs is
    /// written.
    func update(_ node: Node, _ contents: Contents, now: Int64) throws {
        let id = node.id
        try database.cachedStatement(
            sql: """
                UPDATE node SET mode = ?, owner = ?, grp = ?, modified = ?, changed = ?, size = ?, content = ?
                WHERE id = ?
                """
        ).execute(arguments: [
            Int64(node.mode), Int64(node.owner), Int64(node.group), node.modified, node.changed, contents.size,
            contents.bytes.map { Data($0) }, id,
        ])
        guard database.changesCount > 0 else { return }
        let old = try tree.extents(of: id)
        let kept = Set(old.map(\.place)).intersection(contents.extents.map(\.place))
        var touched: Set<Int64> = []
        for extent in old where !kept.contains(extent.place) {
            try remove(extent, of: id)
            touched.insert(extent.object.number)
        }
        for extent in contents.extents where !kept.contains(extent.place) { try add(extent, to: id) }
        for object in touched { try free(object, now: now) }
    }

    /// Adds contents behind those that a file has. What is there is not looked at; it must not lie in the index.
    func extend(_ node: Node, by contents: Contents) throws {
        try database.cachedStatement(sql: "UPDATE node SET modified = ?, changed = ?, size = ? WHERE id = ?")
            .execute(arguments: [node.modified, node.changed, node.size + contents.size, node.id])
        for extent in contents.extents {
            var moved = extent
            moved.start += node.size
            try add(moved, to: node.id)
        }
    }

    /// - Returns: whether it was there.
    @discardableResult
    private func remove(_ extent: Extent, of node: Int64) throws -> Bool {
        try database.cachedStatement(
            sql: "DELETE FROM extent WHERE node = ? AND start = ? AND length = ? AND object = ? AND offset = ?"
        ).execute(arguments: [node, extent.start, extent.length, extent.object.number, extent.offset])
        guard database.changesCount > 0 else { return false }
        try database.cachedStatement(sql: "UPDATE object SET live = live - ? WHERE number = ?")
            .execute(arguments: [extent.length, extent.object.number])
        return true
    }

    func add(_ extent: Extent, to node: Int64) throws {
        try database.cachedStatement(sql: "INSERT INTO extent VALUES (?, ?, ?, ?, ?)")
            .execute(arguments: [node, extent.start, extent.length, extent.object.number, extent.offset])
        try database.cachedStatement(sql: "UPDATE object SET live = live + ? WHERE number = ?")
            .execute(arguments: [extent.length, extent.object.number])
        if database.changesCount == 0 { try reclaim(extent) }
    }

    /// Takes an object back that others gave up meanwhile, as long as it has not been cleared away.
    private func reclaim(_ extent: Extent) throws {
        let object = extent.object
        try database.cachedStatement(sql: "DELETE FROM freed WHERE number = ?").execute(arguments: [object.number])
        guard database.changesCount > 0 else { throw VaultError.outdated }
        try database.cachedStatement(sql: "INSERT INTO object VALUES (?, ?, ?, ?, ?)")
            .execute(arguments: [
                object.number, Data(object.key), object.size, object.shape.chunkBits, extent.length,
            ])
    }

    /// Objects that are durable and have not been known to the index.
    ///
    /// - Throws: ``VaultError/outdated`` where `gc` has closed the window from which their numbers are.
    func add(_ objects: [StoredObject]) throws {
        if objects.isEmpty { return }
        let bounds = try NumberWindow.bounds(database)
        for object in objects {
            guard object.number >= bounds.low else { throw VaultError.outdated }
            try database.cachedStatement(sql: "INSERT INTO object VALUES (?, ?, ?, ?, 0)")
                .execute(arguments: [object.number, Data(object.key), object.size, object.shape.chunkBits])
            // Its name was free, so what had this number before is gone.
            try database.cachedStatement(sql: "DELETE FROM freed WHERE number = ?").execute(arguments: [object.number])
        }
        try NumberWindow.widenIfNeeded(bounds, in: database)
    }

    /// Puts other extents with the same bytes in the place of one, if that is still there.
    func replace(_ old: Extent, of node: Int64, by extents: [Extent], now: Int64) throws -> Bool {
        guard try remove(old, of: node) else { return false }
        try free(old.object.number, now: now)
        for extent in extents {
            var moved = extent
            moved.start += old.start
            try add(moved, to: node)
        }
        return true
    }

    /// Gives up those of new objects that nothing came to refer to.
    func freeUnused(_ objects: [StoredObject], now: Int64) throws {
        for object in objects { try free(object.number, now: now) }
    }

    private func clearContents(of node: Int64, now: Int64) throws {
        let extents = try Row.fetchAll(
            database.cachedStatement(sql: "SELECT object, length FROM extent WHERE node = ?"), arguments: [node])
        if extents.isEmpty { return }
        try database.cachedStatement(sql: "DELETE FROM extent WHERE node = ?").execute(arguments: [node])
        for extent in extents {
            let (object, length): (Int64, Int) = (extent[0], extent[1])
            try database.cachedStatement(sql: "UPDATE object SET live = live - ? WHERE number = ?")
                .execute(arguments: [length, object])
            try free(object, now: now)
        }
    }

    /// Gives up an object that nothing refers to. It is deleted later, for the sake of those who are reading it.
    private func free(_ object: Int64, now: Int64) throws {
        try database.cachedStatement(sql: "DELETE FROM object WHERE number = ? AND live <= 0")
            .execute(arguments: [object])
        if database.changesCount > 0 {
            try database.cachedStatement(sql: "INSERT OR REPLACE INTO freed VALUES (?, ?)")
                .execute(arguments: [object, now])
        }
    }
}

/// What a file holds: bytes in the index, or extents of objects.
struct Contents: Equatable, Sendable {
    var size: Int
    var bytes: [UInt8]?
    var extents: [Extent] = []

    /// Up to here contents lie in the index itself.
    static let largestInIndex = 2_048

    static let empty = Contents(size: 0, bytes: [])
}
