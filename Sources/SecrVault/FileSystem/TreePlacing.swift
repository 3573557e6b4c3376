internal import GRDB

/// Attributes of something that is put into a vault.
public struct NewAttributes: Equatable, Sendable {
    /// Permission bits.
    public var mode: UInt32
    public var owner: UInt32
    public var group: UInt32
    /// Nanoseconds since 1970.
    public var modified: Int64
    /// Extended ones.
    public var extended: [ExtendedAttribute]

    public struct ExtendedAttribute: Equatable, Sendable {
        public var name: [UInt8]
        public var value: [UInt8]

        public init(name: [UInt8], value: [UInt8]) {
            self.name = name
            self.value = value
        }
    }

    public init(
        mode: UInt32, owner: UInt32 = 0, group: UInt32 = 0, modified: Int64, extended: [ExtendedAttribute] = []
    ) {
        self.mode = mode
        self.owner = owner
        self.group = group
        self.modified = modified
        self.extended = extended
    }
}

/// Puts new things under names.
struct TreePlacing {
    private let database: Database
    private let now: Int64
    private var tree: Tree { Tree(database) }
    private var change: TreeChange { TreeChange(database) }

    init(_ database: Database, now: Int64) {
        self.database = database
        self.now = now
    }

    /// What is placed.
    enum Thing {
        case file(Contents)
        case symbolicLink([UInt8])
        case special(Node.Kind, device: Int)
    }

    /// The folder and the name of something that is not there yet.
    func free(_ path: VaultPath) throws -> (folder: Int64, name: [UInt8]) {
        guard let name = path.last else { throw VaultError.exists(path.bytes) }
        let folder = try tree.folder(path.parent).id
        if try tree.child(name, of: folder) != nil { throw VaultError.exists(path.bytes) }
        return (folder, name)
    }

    /// - Parameter contents: of a file.
    /// - Returns: `false` for a folder that is there already.
    func place(_ item: Vault.NewItem, _ contents: Contents, overwrites: Bool) throws -> Bool {
        switch item.kind {
        case .folder:
            if try tree.find(item.path)?.kind == .folder { return false }
            try makeFolder(item.path, item.attributes)
        case .symbolicLink(let target):
            try place(item.path, .symbolicLink(target), item.attributes, overwrites: overwrites)
        case .file:
            try place(item.path, .file(contents), item.attributes, overwrites: overwrites)
        }
        return true
    }

    func place(_ path: VaultPath, _ thing: Thing, _ attributes: NewAttributes, overwrites: Bool) throws {
        guard let name = path.last else { throw VaultError.isAFolder(path.bytes) }
        let folder = try tree.folder(path.parent).id
        if let old = try tree.child(name, of: folder) {
            try clear(path, old, in: folder, for: .file, overwrites)
        }
        let node: Node
        let content: [UInt8]?
        switch thing {
        case .file(let contents): (node, content) = (make(.file, attributes, size: contents.size), contents.bytes)
        case .symbolicLink(let target): (node, content) = (make(.symbolicLink, attributes, size: target.count), target)
        case .special(let kind, let device):
            (node, content) = (make(kind, attributes, device: device), nil)
        }
        let id = try change.insert(node, parent: folder, content: content)
        if case .file(let contents) = thing {
            for extent in contents.extents { try change.add(extent, to: id) }
        }
        for item in attributes.extended { try change.setAttribute(item.name, item.value, of: id) }
        try change.link(id, name, in: folder, now: now)
    }

    /// Makes room for something of a kind where `old` is now.
    func clear(_ path: VaultPath, _ old: Node, in folder: Int64, for kind: Node.Kind, _ overwrites: Bool) throws {
        guard overwrites, let name = path.last else { throw VaultError.exists(path.bytes) }
        if old.kind == .folder {
            guard kind == .folder else { throw VaultError.isAFolder(path.bytes) }
            guard try tree.isEmpty(old.id) else { throw VaultError.notEmpty(path.bytes) }
        } else if kind == .folder {
            throw VaultError.notAFolder(path.bytes)
        }
        try change.unlink(name, of: old, in: folder, now: now)
    }

    /// Gives something another name. What has that name is replaced if `overwrites`: a file by a file, an empty folder
    /// by a folder.
    func move(_ source: VaultPath, to target: VaultPath, overwrites: Bool) throws {
        guard let oldName = source.last, let newName = target.last, target == source || !target.lies(in: source) else {
            throw VaultError.intoItself(target.bytes)
        }
        let oldFolder = try tree.folder(source.parent)
        let newFolder = try tree.folder(target.parent)
        guard let node = try tree.child(oldName, of: oldFolder.id) else { throw VaultError.notFound(source.bytes) }
        if let old = try tree.child(newName, of: newFolder.id) {
            if old.id == node.id { return }
            try clear(target, old, in: newFolder.id, for: node.kind, overwrites)
        }
        try change.move(node, oldName, in: oldFolder.id, to: newName, in: newFolder.id, now: now)
    }

    func makeFolder(_ path: VaultPath, _ attributes: NewAttributes) throws {
        let (folder, name) = try free(path)
        let id = try change.insert(make(.folder, attributes), parent: folder, content: nil)
        for item in attributes.extended { try change.setAttribute(item.name, item.value, of: id) }
        try change.link(id, name, in: folder, now: now)
    }

    /// Makes what is missing of a folder and those above it. Returns its id.
    @discardableResult
    func makeFolders(_ path: VaultPath, _ attributes: NewAttributes) throws -> Int64 {
        if let node = try tree.find(path) {
            guard node.kind == .folder else { throw VaultError.notAFolder(path.bytes) }
            return node.id
        }
        try makeFolders(path.parent, attributes)
        try makeFolder(path, attributes)
        return try tree.folder(path).id
    }

    /// A new node under a new name with the attributes and, but for folders, the contents of another one.
    func placeCopy(of node: Node, _ path: VaultPath, overwrites: Bool) throws -> Int64 {
        var attributes = NewAttributes(
            mode: node.mode, owner: node.owner, group: node.group, modified: node.modified)
        attributes.extended = try tree.attributes(of: node.id).map { .init(name: $0.name, value: $0.value) }
        switch node.kind {
        case .folder:
            if overwrites, let old = try tree.find(path), old.kind == .folder { return old.id }
            try makeFolder(path, attributes)
        case .symbolicLink:
            let target = try tree.content(of: node.id) ?? []
            try place(path, .symbolicLink(target), attributes, overwrites: overwrites)
        case .file:
            let contents = Contents(
                size: node.size, bytes: try tree.content(of: node.id), extents: try tree.extents(of: node.id))
            try place(path, .file(contents), attributes, overwrites: overwrites)
        case .pipe, .socket, .characterDevice, .blockDevice:
            try place(path, .special(node.kind, device: node.device), attributes, overwrites: overwrites)
        }
        return try tree.get(path).id
    }

    private func make(_ kind: Node.Kind, _ attributes: NewAttributes, size: Int = 0, device: Int = 0) -> Node {
        Node(
            kind: kind, mode: attributes.mode & 0o7777, owner: attributes.owner, group: attributes.group,
            modified: attributes.modified, changed: now, size: size, device: device)
    }
}
