internal import GRDB

/// The tree of a vault: looking, and everything that changes names. Times are nanoseconds since 1970.
extension Vault {
    /// - Throws: ``VaultError/notFound(_:)``, ``VaultError/notAFolder(_:)`` for something on the way.
    public func stat(_ path: VaultPath) throws(VaultError) -> Node {
        try index.read { try Tree($0).get(path) }
    }

    /// The same, with `nil` for nothing.
    public func find(_ path: VaultPath) throws(VaultError) -> Node? {
        try index.read { try Tree($0).find(path) }
    }

    /// What lies in a folder, in the order of the names' bytes.
    ///
    /// - Parameters:
    ///   - name: only what comes behind it.
    ///   - limit: not more than that many.
    public func list(_ path: VaultPath, after name: [UInt8]? = nil, limit: Int = .max) throws(VaultError) -> [Entry] {
        try index.read { database in
            let tree = Tree(database)
            return try tree.entries(of: tree.folder(path).id, after: name, limit: limit)
        }
    }

    /// The same for folders of any size; each part is as it was when it was read.
    public func forEachEntry(_ path: VaultPath, _ body: (Entry) throws -> Void) throws {
        var last: [UInt8]?
        let atOnce = 4_096
        while true {
            let entries = try list(path, after: last, limit: atOnce)
            for entry in entries { try body(entry) }
            guard entries.count == atOnce else { return }
            last = entries[entries.count - 1].name
        }
    }

    /// Everything below `path`, and what lies there itself, parents before children.
    ///
    /// - Parameter body: returns `false` for a folder that is not to be entered.
    public func walk(
        _ path: VaultPath, _ body: (VaultPath, Node) throws -> Bool
    ) throws(VaultError) {
        try index.read { database in
            let tree = Tree(database)
            func visit(_ path: VaultPath, _ node: Node, depth: Int) throws {
                guard try body(path, node), node.kind == .folder else { return }
                guard depth < Self.deepest else { throw VaultError.tooLarge }
                try tree.forEachEntry(of: node.id) {
                    try visit(path.appending($0.name), $0.node, depth: depth + 1)
                }
            }
            try visit(path, tree.get(path), depth: 0)
        }
    }

    /// Folders inside one another.
    static let deepest = 2_048

    public func linkTarget(_ path: VaultPath) throws(VaultError) -> [UInt8] {
        try index.read { database in
            let tree = Tree(database)
            return try tree.content(of: tree.get(path).id) ?? []
        }
    }

    public func attributes(_ path: VaultPath) throws(VaultError) -> [(name: [UInt8], value: [UInt8])] {
        try index.read { database in
            let tree = Tree(database)
            return try tree.attributes(of: tree.get(path).id)
        }
    }

    /// What a vault holds.
    public struct Usage: Equatable, Sendable {
        public var files = 0
        /// Of all files' contents.
        public var bytes = 0
        /// Of the objects that they lie in.
        public var stored = 0
        /// Objects that are going to be cleared away.
        public var freedObjects = 0
    }

    public func usage() throws(VaultError) -> Usage {
        try index.read { database in
            func number(_ sql: String) throws -> Int { try Int.fetchOne(database, sql: sql) ?? 0 }
            return Usage(
                files: try number("SELECT count(*) FROM node WHERE kind = 0 AND links > 0"),
                bytes: try number("SELECT coalesce(sum(size), 0) FROM node WHERE kind = 0 AND links > 0"),
                stored: try number("SELECT coalesce(sum(size), 0) FROM object"),
                freedObjects: try number("SELECT count(*) FROM freed"))
        }
    }

    /// Writes the index anew, so that nothing that was deleted from it is left in the store.
    public func forgetDeleted() throws(VaultError) { try index.rewriteAll() }

    /// Why the index could not be packed after the last change, if so. Nothing is lost by that.
    public var checkpointFailure: VaultError? { index.checkpointFailure }

    // MARK: Changes

    /// - Parameter parents: makes those that are missing, and does not mind if the folder is there.
    public func makeFolder(_ path: VaultPath, parents: Bool, _ attributes: NewAttributes, now: Int64) throws(VaultError)
    {
        try index.write { database in
            if parents {
                _ = try TreePlacing(database, now: now).makeFolders(path, attributes)
            } else {
                try TreePlacing(database, now: now).makeFolder(path, attributes)
            }
        }
    }

    public func makeLink(
        _ path: VaultPath, to target: [UInt8], _ attributes: NewAttributes, now: Int64
    ) throws(VaultError) {
        try index.write { database in
            let placing = TreePlacing(database, now: now)
            try placing.place(path, .symbolicLink(target), attributes, overwrites: false)
        }
    }

    /// A second name for a file.
    public func makeHardLink(_ path: VaultPath, to existing: VaultPath, now: Int64) throws(VaultError) {
        try index.write { database in
            let tree = Tree(database)
            let node = try tree.get(existing)
            guard node.kind != .folder else { throw VaultError.isAFolder(existing.bytes) }
            let (folder, name) = try TreePlacing(database, now: now).free(path)
            try TreeChange(database).hardLink(node, name, in: folder, now: now)
        }
    }

    /// - Parameter recursively: with everything in it; otherwise a folder has to be empty.
    public func remove(_ path: VaultPath, recursively: Bool, now: Int64) throws(VaultError) {
        guard let name = path.last else { throw .isAFolder(path.bytes) }
        while true {
            let isDone = try index.write { database in
                let (tree, change) = (Tree(database), TreeChange(database))
                let folder = try tree.folder(path.parent)
                guard let node = try tree.child(name, of: folder.id) else { throw VaultError.notFound(path.bytes) }
                if node.kind == .folder {
                    var budget = recursively ? Self.removalsAtOnce : 0
                    guard try change.clear(node.id, budget: &budget, now: now) else {
                        if recursively { return false }
                        throw VaultError.notEmpty(path.bytes)
                    }
                }
                try change.unlink(name, of: node, in: folder.id, now: now)
                return true
            }
            if isDone { return }
        }
    }

    /// So that a transaction stays small.
    private static let removalsAtOnce = 20_000

    /// Gives something another name. What has that name is replaced if `overwrites`: a file by a file, an empty folder by
    /// a folder.
    public func move(_ source: VaultPath, to target: VaultPath, overwrites: Bool, now: Int64) throws(VaultError) {
        try index.write { try TreePlacing($0, now: now).move(source, to: target, overwrites: overwrites) }
    }

    /// A copy that shares the contents, so that it costs no time and no space.
    public func copy(
        _ source: VaultPath, to target: VaultPath, recursively: Bool, overwrites: Bool, now: Int64
    ) throws(VaultError) {
        if target.lies(in: source) { throw .intoItself(target.bytes) }
        try index.write { database in
            let (tree, placing) = (Tree(database), TreePlacing(database, now: now))
            func copy(_ node: Node, to path: VaultPath, depth: Int) throws {
                let id = try placing.placeCopy(of: node, path, overwrites: overwrites)
                guard node.kind == .folder else { return }
                guard depth < Self.deepest else { throw VaultError.tooLarge }
                for entry in try tree.entries(of: node.id) where entry.node.id != id {
                    try copy(entry.node, to: path.appending(entry.name), depth: depth + 1)
                }
            }
            let node = try tree.get(source)
            if node.kind == .folder && !recursively { throw VaultError.isAFolder(source.bytes) }
            try copy(node, to: target, depth: 0)
        }
    }

    /// Sets permission bits and times.
    public func setAttributes(_ path: VaultPath, _ change: (inout Node) -> Void, now: Int64) throws(VaultError) {
        try index.write { database in
            var node = try Tree(database).get(path)
            change(&node)
            node.changed = now
            try TreeChange(database).update(node)
        }
    }
}
