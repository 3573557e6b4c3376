internal import GRDB

/// Giving names to things, and taking them away. Times are those of the change.
extension VaultFileSystem {
    /// What a new thing is to be.
    public enum NewThing: Sendable {
        case file, folder
        case symbolicLink([UInt8])
        /// Of a kind that has no contents.
        case special(Node.Kind, device: Int)
    }

    /// - Throws: ``VaultError/exists(_:)``, ``VaultError/notFound(_:)`` for the folder.
    public func make(
        _ thing: NewThing, _ name: [UInt8], in folder: Int64, mode: UInt32, owner: UInt32, group: UInt32
    ) throws(VaultError) -> Node {
        try locked { () throws(VaultError) in
            try makeNode(thing, name, in: folder, mode: mode, owner: owner, group: group)
        }
    }

    /// Makes a file and opens it; see ``open(_:)``.
    public func create(
        _ name: [UInt8], in folder: Int64, mode: UInt32, owner: UInt32, group: UInt32
    ) throws(VaultError) -> (node: Node, file: OpenFile) {
        try locked { () throws(VaultError) in
            let node = try makeNode(.file, name, in: folder, mode: mode, owner: owner, group: group)
            let file = OpenFile(new: node, generation: try refresh())
            add(file)
            addUser(of: file)
            return (node, file)
        }
    }

    private func makeNode(
        _ thing: NewThing, _ name: [UInt8], in folder: Int64, mode: UInt32, owner: UInt32, group: UInt32
    ) throws(VaultError) -> Node {
        let name = try VaultPath.checked(name)
        let (id, now) = (try newID(), Self.now)
        let above = try current(folder)
        guard above.kind == .folder else { throw .notAFolder([]) }
        let (kind, content, device): (Node.Kind, [UInt8]?, Int) =
            switch thing {
            case .file: (.file, [], 0)
            case .folder: (.folder, nil, 0)
            case .symbolicLink(let target): (.symbolicLink, target, 0)
            case .special(let kind, let device): (kind, nil, device)
            }
        var node = Node(
            id: id, kind: kind, mode: mode & 0o7777, owner: owner, group: group, modified: now, changed: now,
            size: content?.count ?? 0, device: device)
        node.inherit(from: above)
        try change { [node] database in
            let (tree, change) = (Tree(database), TreeChange(database, touchesFolders: false))
            guard try tree.existingNode(folder).kind == .folder else { throw VaultError.notAFolder([]) }
            if try tree.child(name, of: folder) != nil { throw VaultError.exists(name) }
            try change.insert(node, parent: folder, content: content, id: id)
            try change.link(id, name, in: folder, now: now)
        }
        nodes.remember(node)
        try touch(folder, now)
        return node
    }

    /// What is in a folder has changed.
    private func touch(_ folder: Int64, _ now: Int64) throws(VaultError) {
        try change(folder) { ($0.modified, $0.changed) = (now, now) }
    }

    /// Something about a node was changed in the index.
    private func adjust(_ id: Int64, _ body: (inout Node) -> Void) {
        guard nodes.isChanged(id), var node = nodes[id] else { return nodes.forget(id) }
        body(&node)
        nodes.change(node)
    }

    /// A further name for a file or a link.
    public func link(_ id: Int64, _ name: [UInt8], in folder: Int64) throws(VaultError) -> Node {
        let name = try VaultPath.checked(name)
        return try locked { () throws(VaultError) in
            let now = Self.now
            try change { database in
                let (tree, change) = (Tree(database), TreeChange(database, touchesFolders: false))
                let node = try tree.existingNode(id)
                guard node.kind != .folder else { throw VaultError.isAFolder([]) }
                guard node.links > 0, try tree.existingNode(folder).kind == .folder else {
                    throw VaultError.notFound([])
                }
                if try tree.child(name, of: folder) != nil { throw VaultError.exists(name) }
                try change.hardLink(node, name, in: folder, now: now)
            }
            adjust(id) { ($0.links, $0.changed) = ($0.links + 1, now) }
            try touch(folder, now)
            return try current(id)
        }
    }

    /// Takes a name away, of a file or a link, or of a folder that is empty.
    public func remove(_ name: [UInt8], from folder: Int64, isFolder: Bool) throws(VaultError) {
        try locked { () throws(VaultError) in
            let (now, open) = (Self.now, openFiles)
            let (id, isGone) = try change { database in
                let tree = Tree(database)
                guard let node = try tree.child(name, of: folder) else { throw VaultError.notFound(name) }
                if isFolder {
                    guard node.kind == .folder else { throw VaultError.notAFolder(name) }
                    guard try tree.isEmpty(node.id) else { throw VaultError.notEmpty(name) }
                } else if node.kind == .folder {
                    throw VaultError.isAFolder(name)
                }
                let gone = try TreeChange(database, touchesFolders: false)
                    .unlink(name, of: node, in: folder, now: now, keeping: open)
                return (node.id, gone != nil)
            }
            noteUnlinking(id, isGone: isGone, now)
            try touch(folder, now)
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
            let (now, open) = (Self.now, openFiles)
            let outcome = try change { database in
                try Rename(database, now: now, keeping: open)
                    .run(name, in: folder, to: newName, in: newFolder, renaming)
            }
            for id in outcome.moved { adjust(id) { $0.changed = now } }
            if let old = outcome.replaced { noteUnlinking(old, isGone: outcome.isGone, now) }
            if outcome.moved.isEmpty { return }
            try touch(folder, now)
            try touch(newFolder, now)
        }
    }

    private func noteUnlinking(_ id: Int64, isGone: Bool, _ now: Int64) {
        if isGone, files[id]?.users ?? 0 == 0 {
            if let file = files[id] { remove(file) }
            nodes.forget(id)
        } else {
            files[id]?.isNameless = isGone
            adjust(id) { ($0.links, $0.changed) = ($0.links - 1, now) }
        }
    }

    // MARK: Attributes

    /// Sets permission bits, owner, group and times.
    public func setAttributes(of id: Int64, _ body: (inout Node) -> Void) throws(VaultError) {
        try locked { () throws(VaultError) in
            try makeRoom()
            _ = try refresh()
            let now = Self.now
            try change(id) { node in
                body(&node)
                node.changed = now
            }
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
                let tree = Tree(database)
                _ = try tree.existingNode(id)
                let exists = try tree.attributes(of: id).contains { $0.name == name }
                if exists, setting == .new { throw VaultError.exists(name) }
                if !exists, setting == .existing || value == nil { throw VaultError.notFound(name) }
                try TreeChange(database).setAttribute(name, value, of: id)
            }
            try change(id) { $0.changed = now }
        }
    }
}

/// Gives something another name.
private struct Rename {
    private let database: Database
    private let now: Int64
    private let open: Set<Int64>
    private var tree: Tree { Tree(database) }
    private var change: TreeChange { TreeChange(database, touchesFolders: false) }

    init(_ database: Database, now: Int64, keeping open: Set<Int64>) {
        (self.database, self.now, self.open) = (database, now, open)
    }

    /// What became of nodes.
    struct Outcome {
        /// Those with another name now.
        var moved: [Int64] = []
        /// The one whose name was taken, and whether that was its last one.
        var replaced: Int64?
        var isGone = false
    }

    func run(
        _ name: [UInt8], in folder: Int64, to newName: [UInt8], in newFolder: Int64,
        _ renaming: VaultFileSystem.Renaming
    ) throws -> Outcome {
        guard let node = try tree.child(name, of: folder) else { throw VaultError.notFound(name) }
        guard try tree.existingNode(newFolder).kind == .folder else { throw VaultError.notAFolder([]) }
        try checkLoop(node, into: newFolder)
        let old = try tree.child(newName, of: newFolder)
        if old?.id == node.id { return Outcome() }
        var outcome = Outcome(moved: [node.id])
        switch (renaming, old) {
        case (.exchanging, nil): throw VaultError.notFound(newName)
        case (.exchanging, let other?):
            try checkLoop(other, into: folder)
            try change.exchange((node, name, folder), (other, newName, newFolder), now: now)
            return Outcome(moved: [node.id, other.id])
        case (.withoutReplacing, _?): throw VaultError.exists(newName)
        case (.replacing, let old?):
            if old.kind == .folder {
                guard node.kind == .folder else { throw VaultError.isAFolder(newName) }
                guard try tree.isEmpty(old.id) else { throw VaultError.notEmpty(newName) }
            } else if node.kind == .folder {
                throw VaultError.notAFolder(newName)
            }
            outcome.isGone = try change.unlink(newName, of: old, in: newFolder, now: now, keeping: open) != nil
            outcome.replaced = old.id
        case (_, nil): break
        }
        try change.move(node, name, in: folder, to: newName, in: newFolder, now: now)
        return outcome
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
