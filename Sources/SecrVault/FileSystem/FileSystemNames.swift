internal import GRDB

/// Giving names to things, and taking them away. Times are those of the change.
extension VaultFileSystem {
    /// What a new thing is to be.
    public enum NewThing: Sendable {
        case file, folder
        case symbolicLink([UInt8])
    }

    /// - Throws: ``VaultError/exists(_:)``, ``VaultError/notFound(_:)`` for the folder.
    public func make(
        _ thing: NewThing, _ name: [UInt8], in folder: Int64, mode: UInt32, owner: UInt32, group: UInt32
    ) throws(VaultError) -> Node {
        let name = try VaultPath.checked(name)
        return try locked { () throws(VaultError) in
            let (id, now) = (try newID(), Self.now)
            return try change { database in
                let (tree, change) = (Tree(database), TreeChange(database))
                let above = try tree.existingNode(folder)
                guard above.kind == .folder else { throw VaultError.notAFolder([]) }
                if try tree.child(name, of: folder) != nil { throw VaultError.exists(name) }
                let (kind, content): (Node.Kind, [UInt8]?) =
                    switch thing {
                    case .file: (.file, [])
                    case .folder: (.folder, nil)
                    case .symbolicLink(let target): (.symbolicLink, target)
                    }
                var node = Node(
                    id: id, kind: kind, mode: mode & 0o7777, owner: owner, group: group, modified: now, changed: now,
                    size: content?.count ?? 0)
                node.inherit(from: above)
                try change.insert(node, parent: folder, content: content, id: id)
                try change.link(id, name, in: folder, now: now)
                return node
            }
        }
    }

    /// A further name for a file or a link.
    public func link(_ id: Int64, _ name: [UInt8], in folder: Int64) throws(VaultError) -> Node {
        let name = try VaultPath.checked(name)
        return try locked { () throws(VaultError) in
            let now = Self.now
            let node = try change { database in
                let (tree, change) = (Tree(database), TreeChange(database))
                let node = try tree.existingNode(id)
                guard node.kind != .folder else { throw VaultError.isAFolder([]) }
                guard node.links > 0, try tree.existingNode(folder).kind == .folder else {
                    throw VaultError.notFound([])
                }
                if try tree.child(name, of: folder) != nil { throw VaultError.exists(name) }
                try change.hardLink(node, name, in: folder, now: now)
                return try tree.existingNode(id)
            }
            return completed(node)
        }
    }

    /// Takes a name away, of a file or a link, or of a folder that is empty.
    public func remove(_ name: [UInt8], from folder: Int64, isFolder: Bool) throws(VaultError) {
        try locked { () throws(VaultError) in
            let (now, open) = (Self.now, Self.identifiers(of: files))
            let gone = try change { database in
                let tree = Tree(database)
                guard let node = try tree.child(name, of: folder) else { throw VaultError.notFound(name) }
                if isFolder {
                    guard node.kind == .folder else { throw VaultError.notAFolder(name) }
                    guard try tree.isEmpty(node.id) else { throw VaultError.notEmpty(name) }
                } else if node.kind == .folder {
                    throw VaultError.isAFolder(name)
                }
                return try TreeChange(database).unlink(name, of: node, in: folder, now: now, keeping: open)
            }
            noteLoss(of: gone)
        }
    }

    /// How a name is taken over.
    public enum Renaming: Sendable {
        case replacing, withoutReplacing, exchanging
    }

    public func rename(
        _ name: [UInt8], in folder: Int64, to newName: [UInt8], in newFolder: Int64, _ renaming: Renaming
    ) throws(VaultError) {
        let newName = try VaultPath.checked(newName)
        try locked { () throws(VaultError) in
            let (now, open) = (Self.now, Self.identifiers(of: files))
            let gone = try change { database in
                try Rename(database, now: now, keeping: open)
                    .run(name, in: folder, to: newName, in: newFolder, renaming)
            }
            noteLoss(of: gone)
        }
    }

    /// Those that are open, and stay when their last name goes.
    private static func identifiers(of files: [Int64: OpenFile]) -> Set<Int64> {
        Set(files.values.lazy.filter { $0.users > 0 }.map(\.id))
    }

    /// - Parameter id: of something that lost its last name.
    private func noteLoss(of id: Int64?) {
        guard let id, let file = files[id] else { return }
        if file.users > 0 {
            file.isNameless = true
        } else {
            files[id] = nil
        }
    }

    // MARK: Attributes

    /// Sets permission bits, owner, group and times.
    public func setAttributes(
        of id: Int64, _ change: @escaping @Sendable (inout Node) -> Void
    ) throws(VaultError) {
        try locked { () throws(VaultError) in
            let now = Self.now
            let node = try self.change { database in
                var node = try Tree(database).existingNode(id)
                change(&node)
                node.changed = now
                try TreeChange(database).update(node)
                return node
            }
            guard let file = files[id] else { return }
            // The time of what was written before counts only where no other was given.
            var known = node
            known.modified = file.modified
            change(&known)
            (file.modified, file.changed) = (known.modified, now)
        }
    }

    /// How an extended attribute may be set.
    public enum AttributeSetting: Sendable {
        case any, new, existing
    }

    /// - Parameter value: `nil` takes it away.
    /// - Throws: ``VaultError/notFound(_:)`` and ``VaultError/exists(_:)``, with its name.
    public func setAttribute(
        _ name: [UInt8], of id: Int64, to value: [UInt8]?, _ setting: AttributeSetting = .any
    ) throws(VaultError) {
        try locked { () throws(VaultError) in
            let now = Self.now
            try change { database in
                var node = try Tree(database).existingNode(id)
                let exists = try Tree(database).attributes(of: id).contains { $0.name == name }
                if exists, setting == .new { throw VaultError.exists(name) }
                if !exists, setting == .existing || value == nil { throw VaultError.notFound(name) }
                try TreeChange(database).setAttribute(name, value, of: id)
                node.changed = now
                try TreeChange(database).update(node)
            }
            files[id]?.changed = now
        }
    }
}

/// Gives something another name.
private struct Rename {
    private let database: Database
    private let now: Int64
    private let open: Set<Int64>
    private var tree: Tree { Tree(database) }
    private var change: TreeChange { TreeChange(database) }

    init(_ database: Database, now: Int64, keeping open: Set<Int64>) {
        (self.database, self.now, self.open) = (database, now, open)
    }

    /// - Returns: what lost its last name by that.
    func run(
        _ name: [UInt8], in folder: Int64, to newName: [UInt8], in newFolder: Int64,
        _ renaming: VaultFileSystem.Renaming
    ) throws -> Int64? {
        guard let node = try tree.child(name, of: folder) else { throw VaultError.notFound(name) }
        guard try tree.existingNode(newFolder).kind == .folder else { throw VaultError.notAFolder([]) }
        try checkLoop(node, into: newFolder)
        let old = try tree.child(newName, of: newFolder)
        if old?.id == node.id { return nil }
        var gone: Int64?
        switch (renaming, old) {
        case (.exchanging, nil): throw VaultError.notFound(newName)
        case (.exchanging, let other?):
            try checkLoop(other, into: folder)
            try change.exchange((node, name, folder), (other, newName, newFolder), now: now)
            return nil
        case (.withoutReplacing, _?): throw VaultError.exists(newName)
        case (.replacing, let old?):
            if old.kind == .folder {
                guard node.kind == .folder else { throw VaultError.isAFolder(newName) }
                guard try tree.isEmpty(old.id) else { throw VaultError.notEmpty(newName) }
            } else if node.kind == .folder {
                throw VaultError.notAFolder(newName)
            }
            gone = try change.unlink(newName, of: old, in: newFolder, now: now, keeping: open)
        case (_, nil): break
        }
        try change.move(node, name, in: folder, to: newName, in: newFolder, now: now)
        return gone
    }

    private func checkLoop(_ node: Node, into folder: Int64) throws {
        guard node.kind == .folder else { return }
        var above = folder
        while above != Node.topID {
            if above == node.id { throw VaultError.intoItself([]) }
            above = try tree.parent(of: above)
        }
    }
}

extension Node {
    /// What folders whose group is passed on demand of what is made in them.
    fileprivate mutating func inherit(from folder: Node) {
        guard folder.mode & 0o2000 != 0 else { return }
        group = folder.group
        if kind == .folder { mode |= 0o2000 }
    }
}
