/// Changes of what programs keep in an area, and of names of files, that happen together or not at all. To be used
/// within the call that it is given to only.
///
/// A change that throws has not happened; whoever catches the error can go on.
public struct StateTransaction {
    /// What is there, with everything that this transaction has changed so far.
    public let reader: StateReader
    private var table: StateTable { reader.table }

    init(_ table: StateTable) { reader = StateReader(table: table) }

    // MARK: Looking

    public func value(of key: [UInt8]) throws(VaultError) -> [UInt8]? { try reader.value(of: key) }

    /// As ``StateReader/entries(withPrefix:after:before:backwards:limit:)``.
    public func entries(
        withPrefix prefix: [UInt8], after: [UInt8]? = nil, before: [UInt8]? = nil, backwards: Bool = false,
        limit: Int = .max
    ) throws(VaultError) -> [(key: [UInt8], value: [UInt8])] {
        try reader.entries(withPrefix: prefix, after: after, before: before, backwards: backwards, limit: limit)
    }

    public func node(at path: VaultPath) throws(VaultError) -> Node? { try reader.node(at: path) }

    // MARK: Changing

    /// Puts a value under a key, in the place of the one that is there. Both may be empty; all that one transaction
    /// changes has to fit into 12,288 pages of 4,096 bytes.
    ///
    /// - Throws: ``VaultError/tooLarge``, here or at the end of the transaction.
    public func set(_ value: [UInt8], of key: [UInt8]) throws(VaultError) { try table.set(value, of: key) }

    /// Takes a key away, if it is there. ``Vault/forgetDeleted()`` leaves nothing of its value.
    public func remove(_ key: [UInt8]) throws(VaultError) { try table.remove(KeyRange(key)) }

    /// Takes all keys away that begin with a prefix; with an empty one, all there are.
    ///
    /// - Parameter limit: not more than that many, for values that are too much for one transaction.
    /// - Returns: how many there were.
    @discardableResult
    public func removeAll(withPrefix prefix: [UInt8], limit: Int = .max) throws(VaultError) -> Int {
        try table.remove(KeyRange(prefix: prefix), limit: limit)
    }

    /// Makes a folder, and those that are missing above it; nothing where it is there.
    ///
    /// - Parameter now: nanoseconds since 1970.
    /// - Throws: ``VaultError/notAFolder(_:)``, ``VaultError/exists(_:)`` for something in its place.
    public func makeFolders(_ path: VaultPath, _ attributes: NewAttributes, now: Int64) throws(VaultError) {
        try table.use { database in _ = try TreePlacing(database, now: now).makeFolders(path, attributes) }
    }

    /// Gives a file, or whatever is no folder, another name.
    ///
    /// - Parameters:
    ///   - overwrites: whether a file that has that name is replaced.
    ///   - now: nanoseconds since 1970.
    /// - Throws: ``VaultError/notFound(_:)``, ``VaultError/exists(_:)``, ``VaultError/isAFolder(_:)``,
    ///   ``VaultError/notAFolder(_:)`` for something on the way.
    public func moveFile(_ source: VaultPath, to target: VaultPath, overwrites: Bool, now: Int64) throws(VaultError) {
        try table.use { database in
            guard try Tree(database).get(source).kind != .folder else { throw VaultError.isAFolder(source.bytes) }
            try TreePlacing(database, now: now).move(source, to: target, overwrites: overwrites)
        }
    }

    /// Takes a file, or whatever is no folder, away.
    ///
    /// - Throws: ``VaultError/notFound(_:)``, ``VaultError/isAFolder(_:)``, ``VaultError/notAFolder(_:)`` for something
    ///   on the way.
    public func removeFile(_ path: VaultPath, now: Int64) throws(VaultError) {
        try table.use { database in
            let tree = Tree(database)
            let node = try tree.get(path)
            guard node.kind != .folder, let name = path.last else { throw VaultError.isAFolder(path.bytes) }
            let folder = try tree.folder(path.parent)
            try TreeChange(database).unlink(name, of: node, in: folder.id, now: now)
        }
    }
}
