internal import GRDB
internal import SecrSystem
public import SecrWire
internal import Synchronization
public import SystemPackage

/// Boxes in one SQLite database.
///
/// A write-ahead log that is synced at each commit makes what was answered survive a power cut. Pages that are free again
/// keep what was in them; that is sealed, and the relay's keys forget how to open it.
public final class SQLiteBoxStore: BoxStore {
    private let pool: DatabasePool
    private let crew: WorkerCrew<DatabasePool>
    /// Pages of the file that hold nothing, after the last commit.
    private let free = Mutex(0)

    public var reusable: Int { free.withLock(\.self) * Self.pageSize }

    /// - Parameter path: made where there is none; beside it lie `-wal` and `-shm`.
    public init(_ path: FilePath) throws(StoreError) {
        pool = try Self.run {
            let pool = try DatabasePool(path: path.string, configuration: Self.configuration)
            try Self.migrator.migrate(pool)
            try pool.read { database in
                guard try Self.migrator.hasBeenSuperseded(database) else { return }
                throw StoreError(.unusable, "the database was made by a newer version")
            }
            return pool
        }
        crew = try Self.crew(pool)
        try Self.run { try pool.write { noteFree($0) } }
    }

    /// For looking into a database that another process may be using.
    public init(reading path: FilePath) throws(StoreError) {
        pool = try Self.run {
            var configuration = Self.configuration
            configuration.readonly = true
            return try DatabasePool(path: path.string, configuration: configuration)
        }
        crew = try Self.crew(pool)
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.maximumReaderCount = 2
        configuration.busyMode = .timeout(10)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA page_size = \(pageSize)")
            // GRDB takes NORMAL, which syncs at checkpoints only.
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA wal_autocheckpoint = \(checkpointPages)")
            try database.execute(sql: "PRAGMA cache_size = -16384")
            try database.execute(sql: "PRAGMA temp_store = MEMORY")
        }
        return configuration
    }

    /// Bytes: a cell goes to three pages, and rows that change at random take few others along.
    private static let pageSize = 8_192

    /// Of them: the log grows to 8 MiB or so before its pages go where they belong, which others have to wait for.
    private static let checkpointPages = 1_024

    private static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE boxes (
                        name BLOB PRIMARY KEY NOT NULL, days INTEGER NOT NULL, cells INTEGER NOT NULL,
                        next INTEGER NOT NULL, stored INTEGER NOT NULL, used INTEGER NOT NULL
                    ) WITHOUT ROWID;
                    CREATE TABLE cells (box BLOB NOT NULL, number INTEGER NOT NULL, expires INTEGER NOT NULL, sealed BLOB NOT NULL);
                    CREATE UNIQUE INDEX cell ON cells (box, number, expires);
                    CREATE TABLE marks (mark BLOB PRIMARY KEY NOT NULL, day INTEGER NOT NULL) WITHOUT ROWID;
                    """)
        }
        return migrator
    }()

    public func commit(_ changes: [BoxChange], today: Day) async throws(StoreError) -> [BoxOutcome] {
        if changes.isEmpty { return [] }
        return try await run { [self] pool in
            try pool.write { database in
                let statements = BoxStatements(database, today)
                let outcomes = try changes.map { try statements.apply($0) }
                noteFree(database)
                return outcomes
            }
        }
    }

    public func next(in box: StoredName, after number: UInt64) async throws(StoreError) -> StoredCell? {
        guard let after = Int64(exactly: number) else { return nil }
        return try await run { pool in
            // One statement sees one state; it needs no transaction around it.
            try pool.unsafeRead { database in try BoxStatements.next(in: box, after: after, database) }
        }
    }

    public func expire(today: Day, unusedDays: Int) async throws(StoreError) {
        // A part at a time, so that others are served in between; each row is looked at once.
        var place: BoxExpiry.Place? = .marks(after: nil)
        while let now = place, !Task.isCancelled {
            place = try await run { [self] pool in
                try pool.write { database in
                    let next = try BoxExpiry(database, today, unusedDays: unusedDays).forget(from: now)
                    noteFree(database)
                    return next
                }
            }
        }
    }

    private func noteFree(_ database: Database) {
        let pages = try? Int.fetchOne(database, sql: "PRAGMA freelist_count")
        free.withLock { $0 = pages ?? 0 }
    }

    public func record(of box: StoredName) async throws(StoreError) -> BoxRecord? {
        try await run { pool in try pool.read { database in try BoxStatements.record(of: box, database) } }
    }

    public func listen(_ told: @escaping @Sendable (StoredName?) -> Void) async {}

    public func close() async {
        await crew.end()
        try? pool.close()
    }

    private func run<Result: Sendable>(
        _ body: @escaping @Sendable (DatabasePool) throws -> Result
    ) async throws(StoreError) -> Result {
        let result = await crew.run { pool in
            Swift.Result { try body(pool) }.mapError { StoreError(sqlite: $0) }
        }
        guard let result else { throw StoreError(.unavailable, "the relay is about to end") }
        return try result.get()
    }

    private static func run<Result>(_ body: () throws -> Result) throws(StoreError) -> Result {
        do { return try body() } catch { throw StoreError(sqlite: error) }
    }

    /// One for the changes, which waits for the disk, and two for those who read meanwhile.
    private static let threads = 3

    private static func crew(_ pool: DatabasePool) throws(StoreError) -> WorkerCrew<DatabasePool> {
        guard let crew = WorkerCrew(threads: threads, own: { pool }) else {
            throw StoreError(.unavailable, "the system has no threads left")
        }
        return crew
    }
}

extension StoreError {
    init(sqlite error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError:
            let detail = "the database says: \(error.message ?? "error \(error.resultCode.rawValue)")"
            switch error.resultCode.primaryResultCode {
            case .SQLITE_FULL: self.init(.full, detail)
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: self.init(.damaged, detail)
            case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM: self.init(.unusable, detail)
            default: self.init(.unavailable, detail, isUncertain: error.resultCode.primaryResultCode == .SQLITE_IOERR)
            }
        default: self.init(.unavailable, "the database could not be used")
        }
    }
}
