internal import GRDB
internal import SecrSystem

/// An area's index as a database: transactions that see the newest state and happen as a whole or not at all, among any
/// number of processes.
///
/// Proved by hand to be sendable: everything that can change is used under the lock only.
final class IndexDatabase: @unchecked Sendable {
    let log: IndexLog
    private let files: PageFileSystem
    let queue: DatabaseQueue
    private let lock = PatientLock()
    private var lastCheckpointFailure: VaultError?
    /// Goes up whenever what others did is taken over.
    private(set) var generation: UInt64 = 1
    /// Changes that are seen here, and not durable yet.
    var waiting = WaitingChanges()
    /// Told of each new head that is durable.
    private let onCommit: @Sendable (IndexLog.Head, UInt64) -> Void

    /// How often a transaction is run again because others were faster.
    static let attempts = 1_000

    init(
        _ log: IndexLog, onCommit: @escaping @Sendable (IndexLog.Head, UInt64) -> Void
    ) throws(VaultError) {
        self.log = log
        self.onCommit = onCommit
        (files, queue) = try withVaultErrors {
            let files = try PageFileSystem(store: IndexPages(log))
            return (files, try files.openDatabase())
        }
    }

    /// How far the history goes.
    var head: IndexLog.Head { locked { log.head } }

    /// Looks something up in the newest state.
    ///
    /// - Parameter catchesUp: whether to look first for what others wrote; for a second question about the same thing
    ///   that costs more than it brings.
    func read<Result>(catchesUp: Bool = true, _ body: (Database) throws -> Result) throws(VaultError) -> Result {
        try locked { () throws(VaultError) in
            // What waits was done upon the state that is known.
            if !waiting.isEmpty { try beginWaiting() } else if catchesUp { try catchUp() }
            // Not `read`, which makes SQLite compile every statement anew. Pages change under the lock only.
            return try run { try queue.unsafeRead(body) }
        }
    }

    /// Looks for what others did, unless changes of this process wait.
    ///
    /// - Returns: a number that is another one whenever there was anything.
    func refresh() throws(VaultError) -> UInt64 {
        try locked { () throws(VaultError) in
            if waiting.isEmpty { try catchUp() } else { try beginWaiting() }
            return generation
        }
    }

    /// Changes something. When it returns, the change is durable.
    ///
    /// - Parameter body: may be run several times, each time on a newer state, so it must have no other effects.
    func write<Result>(_ body: (Database) throws -> Result) throws(VaultError) -> Result {
        try locked { () throws(VaultError) in
            if !waiting.isEmpty { try commitWaiting() }
            for attempt in 0..<Self.attempts {
                if Interruption.isRequested { throw .interrupted }
                try catchUp()
                if let result = try self.attempt(body) {
                    finish()
                    return result
                }
                Backoff.wait(attempt)
            }
            throw .busy
        }
    }

    /// - Returns: `nil` where somebody else was faster.
    private func attempt<Result>(_ body: (Database) throws -> Result) throws(VaultError) -> Result? {
        let head = log.head
        do {
            let result = try run {
                try queue.write { database in
                    let before = database.totalChangesCount
                    let result = try body(database)
                    if database.totalChangesCount > before { try Chain.append(head, to: database) }
                    return result
                }
            }
            // Where there was nothing to change, somebody else did so, and may not be done yet.
            if log.head == head { try log.settleHead() }
            return result
        } catch .conflict(let isStale) {
            if isStale { try reload() }
            return nil
        } catch {
            // Nobody knows what is on the disk now; what is in memory is of no use any more.
            if case .store = error { try reload() }
            throw error
        }
    }

    func reload() throws(VaultError) {
        generation += 1
        try log.reload()
        try proveDescent()
    }

    func catchUp() throws(VaultError) {
        if try log.catchUp() { generation += 1 }
        try proveDescent()
    }

    /// A log that was read anew must have grown out of what was seen before; its objects do not always tell.
    private func proveDescent() throws(VaultError) {
        guard let seen = log.unproven else { return }
        // Of another history, SQLite could take a page in its cache for the same.
        queue.releaseMemory()
        let hash = try run { try queue.unsafeRead { try Chain.hash(of: seen.sequence, in: $0) } }
        guard hash == seen.hash || hash == nil && Chain.isForgotten(seen.sequence, at: log.head.sequence) else {
            throw log.refuse(seen)
        }
        log.prove()
    }

    /// Runs SQL and finds out what really went wrong where SQLite says only that something did.
    func run<Result>(_ body: () throws -> Result) throws(VaultError) -> Result {
        _ = files.takeFailure()
        do {
            return try body()
        } catch {
            let cause = error is VaultError ? error : files.takeFailure() ?? error
            switch cause {
            case IndexPages.Conflict.lost: throw .conflict(isStale: false)
            case IndexPages.Conflict.stale: throw .conflict(isStale: true)
            case let error as DatabaseError: throw .damaged(.index(error.description))
            default: throw VaultError(cause)
            }
        }
    }

    func finish() {
        onCommit(log.head, log.root?.number ?? 0)
        let checkpointer = Checkpointer(log: log, now: Self.now)
        guard Checkpointer.isDue(log) || checkpointer.isRewriteDue else { return }
        // The transaction is durable already. Without a checkpoint the tail stays long, and the next one tries again.
        do {
            try checkpointer.run()
            lastCheckpointFailure = nil
        } catch {
            lastCheckpointFailure = error
        }
    }

    /// Seconds since 1970.
    private static var now: UInt64 { UInt64(max(0, WallClock.now / 1_000_000_000)) }

    /// Why the tail could not be merged, if so.
    var checkpointFailure: VaultError? { locked { lastCheckpointFailure } }

    /// Writes a checkpoint that holds nothing of what was overwritten or deleted.
    ///
    /// - Parameter always: even if there is nothing of the kind.
    func rewriteAll(always: Bool = false) throws(VaultError) {
        try locked { () throws(VaultError) in
            try catchUp()
            try Checkpointer(log: log, now: Self.now).run(rewritesAll: true, always: always)
            onCommit(log.head, log.root?.number ?? 0)
        }
    }

    /// Puts the marks by which the newest checkpoint is found, where some are missing.
    func completeMarks() throws(VaultError) {
        try locked { () throws(VaultError) in
            guard let number = log.root?.number else { return }
            try withVaultErrors { try Milestones(store: log.store, keys: log.keys).complete(upTo: number) }
        }
    }

    /// For maintenance, which looks at objects instead of pages.
    func withLog<Result>(_ body: (IndexLog) throws(VaultError) -> Result) throws(VaultError) -> Result {
        try locked { () throws(VaultError) in try body(log) }
    }

    func locked<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        try lock.locked(body)
    }
}

/// Waiting for others, longer each time, and not all for the same time.
enum Backoff {
    static func wait(_ attempt: Int) {
        if attempt == 0 { return }
        Pause.sleep(microseconds: Int.random(in: 0...min(50_000, 200 << min(attempt, 8))))
    }
}
