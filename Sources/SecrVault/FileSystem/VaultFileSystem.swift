internal import GRDB
internal import SecrSystem
internal import Synchronization

/// A vault as a kernel uses it: nodes by their ids, files that are open, and changes that are seen at once and become
/// durable together, at the latest when somebody asks for it or a few seconds have passed.
///
/// May be used by several threads at once. What is durable is always the state of one moment: everything that was done
/// before it, and nothing of what came after. What other processes do meanwhile is seen, and what both changed is as if this
/// one had come second.
///
/// Proved by hand to be sendable: everything that can change is used under the lock only.
public final class VaultFileSystem: @unchecked Sendable {
    let vault: Vault
    private let lock = Mutex(())
    /// Held by the one that makes things durable.
    private let committing = Mutex(())
    /// That are open, or changed.
    var files: [Int64: OpenFile] = [:]
    /// Objects that were written and that the index does not know yet, and how many syncs had failed before the first.
    var staged: [StoredObject] = []
    var failures: Int?
    /// Since the first change that is not durable.
    private var waiting: Stopwatch?
    /// Why the last attempt failed, and since when.
    private var failure: (error: VaultError, since: Stopwatch)?
    /// Numbers for new nodes, which no other process gives.
    private var ids: Range<Int64> = 0..<0

    /// Bytes of files that may wait in memory.
    static let mostMemory = 32 << 20
    /// Of one file.
    static let mostOfOneFile = 8 << 20
    /// Seconds that changes wait, unless somebody asks; a failed attempt is repeated after the second number.
    static let (patience, pause) = (3.5, 1.0)
    /// Changes of names and attributes that may wait.
    private static let mostChanges = 8_192
    private static let idsAtOnce: Int64 = 65_536

    public init(_ vault: Vault) { self.vault = vault }

    static var now: Int64 { WallClock.now }

    func locked<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        try lock.locked(body)
    }

    // MARK: Changing

    /// Runs a change that is seen at once, and becomes durable later.
    ///
    /// - Parameter body: may be run again on a newer state, so it must have no other effects.
    func change<Result>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) throws(VaultError) -> Result {
        try makeRoom()
        let result = try vault.index.change(body)
        noteChange()
        return result
    }

    func noteChange() { if waiting == nil { waiting = Stopwatch() } }

    /// Before more is taken on. Where nothing can be stored, the caller hears of it, and nothing piles up.
    func makeRoom() throws(VaultError) {
        if let failure, failure.since.seconds < Self.pause { throw failure.error }
        if failure != nil || vault.index.waitingChanges >= Self.mostChanges { try commitNow() }
    }

    /// A number for a new node.
    func newID() throws(VaultError) -> Int64 {
        if ids.isEmpty {
            // What waits has to be written first, since others must not get the same numbers.
            try commitNow()
            ids = try vault.index.write { try NodeNumbers.reserve(Self.idsAtOnce, in: $0) }
        }
        return ids.removeFirst()
    }

    // MARK: Durability

    /// Makes everything durable that was done before.
    public func commit() throws(VaultError) {
        try committing.locked { () throws(VaultError) in
            // Much of it can be written while others go on; what they add meanwhile is little.
            if locked({ memory }) > Self.mostOfOneFile / 8 {
                try stage()
                try sync()
            }
            try locked { () throws(VaultError) in try commitNow() }
        }
    }

    /// Makes everything durable that waits for too long. To be called about every tenth of a second.
    public func commitIfDue() throws(VaultError) {
        let isDue = locked {
            if let failure { return failure.since.seconds >= Self.pause }
            return waiting.map { $0.seconds >= Self.patience } ?? false
        }
        if isDue { try commit() }
    }

    /// Whether there is anything that is not durable.
    public var hasChanges: Bool { locked { waiting != nil } }

    /// Bytes of files that are not stored.
    var memory: Int { files.values.reduce(0) { $0 + ($1.isDirty ? $1.contents.memory : 0) } }

    private func sync() throws(VaultError) {
        guard let failures = locked({ self.failures }) else { return }
        do { try vault.store.sync(after: failures) } catch { throw .store(error) }
    }

    /// Under the lock: so what becomes durable is the state of this moment.
    private func commitNow() throws(VaultError) {
        do {
            let known = staged.count
            try stageUnderLock()
            if let failures, known < staged.count || !staged.isEmpty {
                do { try vault.store.sync(after: failures) } catch { throw VaultError.store(error) }
            }
            try recordContents()
            try vault.index.commitChanges()
            waiting = nil
            failure = nil
        } catch let error as VaultError {
            failure = (error, Stopwatch())
            throw error
        } catch {
            throw VaultError(error)
        }
    }

    /// Tells the index what changed files consist of now.
    private func recordContents() throws(VaultError) {
        let dirty = files.values.filter(\.isDirty)
        if dirty.isEmpty && staged.isEmpty { return }
        let updates = dirty.map { file in
            ContentUpdate(
                node: file.id, contents: file.contents.contents, modified: file.modified, changed: file.changed)
        }
        let (objects, now) = (staged, Self.now)
        try vault.index.change { database in
            let change = TreeChange(database)
            try change.add(objects)
            for update in updates { try change.update(update, now: now) }
            try change.freeUnused(objects, now: now)
        }
        staged = []
        failures = nil
        for file in dirty {
            file.isDirty = false
            forgetIfUnused(file)
        }
    }

    /// Nobody has it open, and the index knows all of it.
    func forgetIfUnused(_ file: OpenFile) {
        if file.users == 0, !file.isDirty { files[file.id] = nil }
    }

    // MARK: Looking

    /// - Throws: ``VaultError/notFound(_:)`` where it has been removed.
    public func node(_ id: Int64) throws(VaultError) -> Node {
        try locked { () throws(VaultError) in
            completed(try vault.index.read { try Tree($0).existingNode(id) })
        }
    }

    /// With what the index does not know yet.
    func completed(_ node: Node) -> Node { files[node.id]?.completing(node) ?? node }

    /// What has a name in a folder; `nil` for nothing.
    public func child(_ name: [UInt8], of folder: Int64) throws(VaultError) -> Node? {
        try locked { () throws(VaultError) in
            try vault.index.read { try Tree($0).child(name, of: folder) }.map(completed)
        }
    }

    /// What lies in a folder, in the order of the names' bytes.
    ///
    /// - Parameters:
    ///   - name: only what comes behind it.
    ///   - limit: not more than that many.
    public func entries(of folder: Int64, after name: [UInt8]?, limit: Int) throws(VaultError) -> [Entry] {
        try locked { () throws(VaultError) in
            try vault.index.read { try Tree($0).entries(of: folder, after: name, limit: limit) }
                .map { Entry($0.name, completed($0.node)) }
        }
    }

    /// The folder in which a folder lies; the top folder lies in itself.
    public func parent(of folder: Int64) throws(VaultError) -> Int64 {
        try vault.index.read { try Tree($0).parent(of: folder) }
    }

    public func linkTarget(of id: Int64) throws(VaultError) -> [UInt8] {
        try vault.index.read { try Tree($0).content(of: id) ?? [] }
    }

    public func attributes(of id: Int64) throws(VaultError) -> [(name: [UInt8], value: [UInt8])] {
        try vault.index.read { try Tree($0).attributes(of: id) }
    }

    public func usage() throws(VaultError) -> Vault.Usage { try vault.usage() }
}
