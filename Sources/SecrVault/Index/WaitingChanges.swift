internal import GRDB

/// Changes that are seen at once by the process that makes them, and become durable together.
///
/// They are one transaction of SQLite that stays open. Each can be run again: where another process was faster, all are run
/// upon what that one did.
struct WaitingChanges {
    /// In the order in which they were made.
    var changes: [@Sendable (Database) throws -> Void] = []
    /// Whether the transaction is open, and holds them all.
    var isOpen = false
    /// Whether it is unknown if they are in the history already.
    var isUncertain = false

    var isEmpty: Bool { changes.isEmpty }
}

extension IndexDatabase {
    /// How many changes are waiting.
    var waitingChanges: Int { locked { waiting.changes.count } }

    /// Changes something. It is seen by this process at once, and durable with the next ``commitChanges()``.
    ///
    /// - Parameter body: may be run several times, each time on a newer state, so it must have no other effects. Where
    ///   others have made impossible what it does, that is left out.
    func change<Result>(_ body: @escaping @Sendable (Database) throws -> Result) throws(VaultError) -> Result {
        try locked { () throws(VaultError) in
            try beginWaiting()
            do throws(VaultError) {
                let result = try run { try queue.inDatabase { try Self.inSavepoint($0, body) } }
                waiting.changes.append { _ = try body($0) }
                return result
            } catch {
                // Of a transaction without changes nothing would be left to be done; of some errors SQLite ends it itself.
                if waiting.isEmpty || !isInTransaction { abandonTransaction() }
                throw error
            }
        }
    }

    /// Makes everything durable that was changed.
    func commitChanges() throws(VaultError) {
        try locked { () throws(VaultError) in try commitWaiting() }
    }

    /// All of a change or nothing of it.
    private static func inSavepoint<Result>(_ database: Database, _ body: (Database) throws -> Result) throws -> Result
    {
        func run(_ sql: String) throws { try database.cachedStatement(sql: sql).execute() }
        // Not GRDB's own, which makes SQLite compile all three anew.
        try run("SAVEPOINT change")
        do {
            let result = try body(database)
            try run("RELEASE change")
            return result
        } catch {
            if database.isInsideTransaction {
                try run("ROLLBACK TO change")
                try run("RELEASE change")
            }
            throw error
        }
    }

    /// Opens the transaction in which changes wait, on the newest state, and makes them anew where it was lost.
    func beginWaiting() throws(VaultError) {
        if waiting.isOpen { return }
        try catchUp()
        if waiting.isUncertain {
            // Then they have to become durable yet, which whoever builds upon them sees to.
            if try wasCommitted() { waiting = WaitingChanges() }
            waiting.isUncertain = false
        }
        try run {
            try queue.inDatabase { database in
                try database.beginTransaction(.immediate)
                do {
                    for change in waiting.changes { try repeatChange(change, database) }
                } catch {
                    try? database.rollback()
                    throw error
                }
            }
        }
        waiting.isOpen = true
    }

    private func repeatChange(_ change: (Database) throws -> Void, _ database: Database) throws {
        do {
            try Self.inSavepoint(database, change)
        } catch let error as VaultError where error.isAboutNames || error == .intoItself([]) {
            // Another process took the name, or what it was about.
        }
    }

    func commitWaiting() throws(VaultError) {
        if waiting.isEmpty { return try log.settleHead() }
        for attempt in 0..<Self.attempts {
            try beginWaiting()
            if waiting.isEmpty {
                abandonTransaction()
                return try log.settleHead()
            }
            let head = log.head
            do {
                try run {
                    try queue.inDatabase { database in
                        try Chain.append(head, to: database)
                        try database.commit()
                    }
                }
                waiting = WaitingChanges()
                finish()
                return
            } catch {
                abandonTransaction()
                guard case .conflict(let isStale) = error else {
                    // Nobody knows what is on the disk now; what is in memory is of no use any more.
                    if case .store = error {
                        waiting.isUncertain = true
                        try reload()
                    }
                    throw error
                }
                if isStale { try reload() }
            }
            Backoff.wait(attempt)
        }
        throw .busy
    }

    private var isInTransaction: Bool { queue.inDatabase { $0.isInsideTransaction } }

    private func abandonTransaction() {
        waiting.isOpen = false
        try? queue.inDatabase { database in
            if database.isInsideTransaction { try database.rollback() }
        }
    }

    /// Whether the record that was to be written last is a part of the history.
    private func wasCommitted() throws(VaultError) -> Bool {
        guard let attempted = log.attempted else { return false }
        if let known = log.hash(of: attempted.sequence) { return known == attempted.hash }
        return try run { try queue.unsafeRead { try Chain.hash(of: attempted.sequence, in: $0) } } == attempted.hash
    }
}
