internal import GRDB
internal import SecrSystem

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
    private let lock = PatientLock()
    /// Held by the one that makes things durable.
    private let committing = PatientLock()

    /// That are open, or changed.
    private(set) var files: [Int64: OpenFile] = [:]
    /// Those that are open, and stay when their last name goes.
    var openFiles: Set<Int64> = []
    var nodes = NodeTable()
    /// Which states of other processes are known.
    private var generation: UInt64 = 0
    var staging = Staging()
    /// Held by the one that stores what is in memory while others go on.
    let relieving = PatientLock()
    /// Bytes of files in memory.
    var memory = 0

    /// Since the first change that is not durable.
    private var waiting: Stopwatch?
    /// Why the last attempt failed, and since when.
    private var failure: (error: VaultError, since: Stopwatch)?
    /// Numbers for new nodes, which no other process gives.
    private var ids: Range<Int64> = 0..<0

    /// What may wait.
    package struct Limits: Sendable {
        /// Bytes of files in memory.
        package var memory = 32 << 20
        /// Of one part of a file. More is begun anew, so that it can be stored while the next one is written.
        package var chunk = 8 << 20
        /// Changes of names and nodes. Each can be one of half a dozen pages of the index, and all of them have to fit into
        /// one record.
        package var changes = 2_000

        package init() {}
    }

    let limits: Limits

    /// Seconds that changes wait, unless somebody asks; a failed attempt is repeated after the second number.
    private static let (patience, pause) = (3.5, 1.0)
    private static let idsAtOnce: Int64 = 65_536

    public convenience init(_ vault: Vault) { self.init(vault, Limits()) }

    package init(_ vault: Vault, _ limits: Limits) { (self.vault, self.limits) = (vault, limits) }

    static var now: Int64 { WallClock.now }

    func locked<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        try lock.locked(body)
    }

    // MARK: Looking

    /// Looks for what other processes did; what is known of nodes is forgotten where they did anything.
    func refresh() throws(VaultError) -> UInt64 {
        let newest = try vault.index.refresh()
        if newest != generation {
            generation = newest
            nodes.forgetKnown()
        }
        return newest
    }

    /// - Throws: ``VaultError/notFound(_:)`` where it has been removed.
    public func node(_ id: Int64) throws(VaultError) -> Node {
        try locked { () throws(VaultError) in
            _ = try refresh()
            return try current(id)
        }
    }

    /// As of the last ``refresh()``.
    func current(_ id: Int64) throws(VaultError) -> Node {
        if let known = nodes[id] { return known }
        let node = try vault.index.read(catchesUp: false) { try Tree($0).existingNode(id) }
        nodes.remember(node)
        return node
    }

    /// With what the index does not know yet.
    func completed(_ node: Node) -> Node {
        nodes.remember(node)
        return nodes[node.id] ?? node
    }

    /// What has a name in a folder; `nil` for nothing.
    ///
    /// - Throws: ``VaultError/badName(_:)`` for a name that nothing can have, because it is too long.
    public func child(_ name: [UInt8], of folder: Int64) throws(VaultError) -> Node? {
        guard name.count <= VaultPath.longestName else { throw .badName(name) }
        return try locked { () throws(VaultError) in
            _ = try refresh()
            return try vault.index.read(catchesUp: false) { try Tree($0).child(name, of: folder) }.map(completed)
        }
    }

    /// What lies in a folder, in the order of the names' bytes.
    ///
    /// - Parameters:
    ///   - name: only what comes behind it.
    ///   - limit: not more than that many.
    public func entries(of folder: Int64, after name: [UInt8]?, limit: Int) throws(VaultError) -> [Entry] {
        try locked { () throws(VaultError) in
            _ = try refresh()
            return try vault.index.read(catchesUp: false) {
                try Tree($0).entries(of: folder, after: name, limit: limit)
            }.map { Entry($0.name, nodes.isChanged($0.node.id) ? completed($0.node) : $0.node) }
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

    // MARK: Changing

    /// Runs a change that is seen at once, and becomes durable later.
    ///
    /// - Parameter body: may be run again on a newer state, so it must have no other effects.
    func change<Result>(_ body: @escaping @Sendable (Database) throws -> Result) throws(VaultError) -> Result {
        try makeRoom()
        let result = try vault.index.change(body)
        noteChange()
        return result
    }

    /// Changes a node's attributes.
    func change(_ id: Int64, _ body: (inout Node) -> Void) throws(VaultError) {
        var node = try current(id)
        body(&node)
        nodes.change(node)
        noteChange()
    }

    private func noteChange() { if waiting == nil { waiting = Stopwatch() } }

    /// Before more is taken on. Where nothing can be stored, the caller hears of it, and nothing piles up.
    func makeRoom(for bytes: Int = 0) throws(VaultError) {
        if let failure, failure.since.seconds < Self.pause { throw failure.error }
        if failure != nil || vault.index.waitingChanges + nodes.changeCount >= limits.changes { try commitNow() }
        if memory + bytes <= limits.memory { return }
        try stageUnderLock()
        // Small files stay in memory until the index has them.
        if memory + bytes > limits.memory { try commitNow() }
    }

    /// A number for a new node.
    func newID() throws(VaultError) -> Int64 {
        if ids.isEmpty {
            // This becomes durable at once, and with it all that waits, which has to be the state of one moment.
            try commitNow()
            ids = try vault.index.write { try NodeNumbers.reserve(Self.idsAtOnce, in: $0) }
        }
        return ids.removeFirst()
    }

    func add(_ file: OpenFile) {
        files[file.id] = file
        memory += file.contents.memory
    }

    func remove(_ file: OpenFile) {
        if files.removeValue(forKey: file.id) != nil { memory -= file.contents.memory }
    }

    /// Changes what is in a file.
    func change(_ file: OpenFile, _ body: (inout FileContents) -> Void) {
        let before = file.contents.memory
        body(&file.contents)
        if files[file.id] === file { memory += file.contents.memory - before }
    }

    // MARK: Durability

    /// Makes everything durable that was done before.
    public func commit() throws(VaultError) {
        try committing.locked { () throws(VaultError) in
            do throws(VaultError) {
                try locked { () throws(VaultError) in try takeBackUncertain() }
                // Much of it can be written while others go on; what they add meanwhile is little.
                try relieve()
                if locked({ memory }) > limits.chunk / 8 { try stage() }
                try sync(locked { staging.failures })
            } catch {
                locked { failure = (error, Stopwatch()) }
                throw error
            }
            try locked { () throws(VaultError) in try commitNow() }
        }
    }

    /// - Parameter failures: how many had failed before the first object was written; `nil` where there is none.
    private func sync(_ failures: Int?) throws(VaultError) {
        guard let failures else { return }
        try withVaultErrors { try vault.store.sync(after: failures) }
    }

    /// Makes everything durable that waits for too long. To be called about every tenth of a second.
    public func commitIfDue() throws(VaultError) {
        vault.contents.closeUnused()
        let isDue = locked {
            if let failure { return failure.since.seconds >= Self.pause }
            return waiting.map { $0.seconds >= Self.patience } ?? false
        }
        if isDue { try commit() }
    }

    /// Of what was stored before a sync failed, nobody knows what is on the disk, and the system does not tell twice.
    private func takeBackUncertain() throws(VaultError) {
        if let failures = staging.failures, failures < vault.store.failedSyncs { try takeBack() }
    }

    /// Under the lock: so what becomes durable is the state of this moment.
    private func commitNow() throws(VaultError) {
        do throws(VaultError) {
            try takeBackUncertain()
            try stageUnderLock()
            try sync(staging.failures)
            do throws(VaultError) {
                try record()
            } catch .outdated {
                // What `gc` has closed its window to is not to be referred to any more.
                try takeBack()
                try stageUnderLock()
                try sync(staging.failures)
                try record()
            }
            try vault.index.commitChanges()
            waiting = nil
            failure = nil
        } catch {
            failure = (error, Stopwatch())
            throw error
        }
    }

    /// Tells the index what changed nodes and files are now.
    private func record() throws(VaultError) {
        let dirty = files.values.filter(\.isDirty)
        let contents = Dictionary(uniqueKeysWithValues: dirty.map { ($0.id, $0.contents.contents) })
        let changed = nodes.changes
        if changed.isEmpty && staging.objects.isEmpty { return }
        let (objects, now) = (staging.objects, Self.now)
        try vault.index.change { database in
            let change = TreeChange(database)
            try change.add(objects)
            for node in changed {
                if let contents = contents[node.id] {
                    try change.update(node, contents, now: now)
                } else {
                    try change.update(node)
                }
            }
            try change.freeUnused(objects, now: now)
        }
        staging.forgetObjects()
        nodes.noteRecorded()
        for file in dirty {
            file.isDirty = false
            forgetIfUnused(file)
        }
    }

    /// Nobody has it open, and the index knows all of it.
    func forgetIfUnused(_ file: OpenFile) {
        if file.users == 0, !file.isDirty { remove(file) }
    }
}
