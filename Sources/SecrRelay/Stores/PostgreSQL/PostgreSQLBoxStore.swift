internal import SecrSystem
public import SecrWire
internal import Synchronization

/// Boxes in a PostgreSQL database that any number of relays share.
///
/// Blocking work happens on threads of the store's own: one commits, a few read and delete what is over, one listens to
/// other relays. Call ``close()`` at the end.
public final class PostgreSQLBoxStore: BoxStore {
    private let address: PostgreSQLAddress
    private let patience: Duration
    private let writer: PostgreSQLThreads
    private let readers: PostgreSQLThreads
    private let sender = PostgreSQLNotice.newSender()
    private let listener: PostgreSQLListener
    /// The thread of the listener, from ``listen(_:)`` on.
    private let listening = Mutex<WorkerCrew<Void>?>(nil)

    /// Connects, and makes the tables or brings them up to date where that is needed.
    ///
    /// - Parameters:
    ///   - connection: where the database is, as whom: `host=... dbname=...` or `postgresql://...`; see the PostgreSQL
    ///     documentation of connection strings. Environment and password file complete it.
    ///   - readers: connections for reading.
    ///   - patience: how long the server may take for anything, before it counts as away.
    /// - Throws: `unavailable` where it can't be reached; `unusable` where it can, but not like this.
    public init(
        connection: String, readers: Int = 3, patience: Duration = .seconds(15)
    ) async throws(StoreError) {
        precondition(readers > 0)
        address = try PostgreSQLAddress(connection)
        self.patience = patience
        writer = try PostgreSQLThreads(1, address, patience: patience)
        self.readers = try PostgreSQLThreads(readers, address, patience: patience)
        guard let listener = PostgreSQLListener(address, patience: patience, own: sender) else {
            throw StoreError(.unavailable, "the system gives no more descriptors")
        }
        self.listener = listener
        try await writer.session { (session) throws(StoreError) in try session.start() }
    }

    deinit { listener.end() }

    public func commit(_ changes: [BoxChange], today: Day) async throws(StoreError) -> [BoxOutcome] {
        if changes.isEmpty { return [] }
        let commit = PostgreSQLCommit(changes: changes, today: today, sender: sender)
        return try await writer.run { (connection) throws(PostgreSQLFailure) in try commit.run(on: connection) }
    }

    public func next(in box: StoredName, after number: UInt64) async throws(StoreError) -> StoredCell? {
        let request = PostgreSQLRequest(
            PostgreSQLStatements.nextCell, .init().adding(box).adding(Int64(clamping: number)))
        return try await readers.run { (connection) throws(PostgreSQLFailure) in
            let answer = try connection.exchange([request])[0]
            guard answer.count > 0 else { return nil }
            guard let sealed = answer.bytes(0, 2) else { throw .unexpected("a cell in the database is none") }
            return StoredCell(
                number: UInt64(clamping: try answer.integer(0, 0)), expires: try answer.day(0, 1), sealed: sealed,
                hasMore: try answer.integer(0, 3) != 0)
        }
    }

    public func expire(today: Day, unusedDays: Int) async throws(StoreError) {
        try await PostgreSQLExpiry(today: today, unusedDays: unusedDays, threads: readers).expire()
    }

    public func record(of box: StoredName) async throws(StoreError) -> BoxRecord? {
        let request = PostgreSQLRequest(PostgreSQLStatements.record, .init().adding(box))
        return try await readers.run { (connection) throws(PostgreSQLFailure) in
            let answer = try connection.exchange([request])[0]
            guard answer.count > 0 else { return nil }
            var stored: [UInt64: Day] = [:]
            // One row without a cell, where the box is empty.
            for row in 0..<answer.count where answer.bytes(row, 4) != nil {
                stored[UInt64(clamping: try answer.integer(row, 4))] = try answer.day(row, 5)
            }
            return BoxRecord(
                days: Int(try answer.integer(0, 0)), cells: Int(try answer.integer(0, 1)),
                next: UInt64(clamping: try answer.integer(0, 2)), used: try answer.day(0, 3), stored: stored)
        }
    }

    /// Returns when it listens, or when the server can't be reached now; then, and after the connection broke, it goes
    /// on trying, and tells `nil` when it listens again.
    public func listen(_ told: @escaping @Sendable (StoredName?) -> Void) async throws(StoreError) {
        let first = try listening.withLock { (listening) throws(StoreError) -> WorkerCrew<Void>? in
            if listening != nil { return nil }
            guard let crew = WorkerCrew(threads: 1, own: {}) else {
                throw StoreError(.unavailable, "the system gives no more threads")
            }
            listening = crew
            return crew
        }
        listener.add(told)
        guard let first else { return }
        await withCheckedContinuation { started in
            let listener = listener
            Task {
                _ = await first.run { _ in listener.run { started.resume() } }
            }
        }
    }

    public func close() async {
        listener.end()
        await listening.withLock { $0 }?.end()
        await writer.end()
        await readers.end()
    }
}

extension PostgreSQLResult {
    fileprivate func day(_ row: Int, _ column: Int) throws(PostgreSQLFailure) -> Day {
        guard let day = UInt32(exactly: try integer(row, column)) else {
            throw .unexpected("a day in the database is none")
        }
        return Day(rawValue: day)
    }
}
