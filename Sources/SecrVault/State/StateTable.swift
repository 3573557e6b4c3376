internal import Foundation
internal import GRDB

/// The table of what programs keep, within one look or one transaction.
///
/// It is made when it is first written to: a vault in which no program keeps anything has none.
final class StateTable {
    private let index: IndexDatabase
    private let database: Database
    /// Once it was looked for.
    private var isThere: Bool?

    private static let schema = """
        CREATE TABLE state (
            key BLOB PRIMARY KEY,
            value BLOB NOT NULL
        ) STRICT, WITHOUT ROWID
        """

    init(_ index: IndexDatabase, _ database: Database) {
        self.index = index
        self.database = database
    }

    /// What is found or changed in the rest of the index at the same time. Its errors, too, come out as this module's,
    /// so that every other one is the caller's own.
    func use<Result>(_ body: (Database) throws -> Result) throws(VaultError) -> Result {
        try index.run { try body(database) }
    }

    private func exists(_ database: Database) throws -> Bool {
        if let isThere { return isThere }
        let statement = try database.cachedStatement(
            sql: "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'state'")
        let found = try Int.fetchOne(statement) != nil
        isThere = found
        return found
    }

    // MARK: Looking

    func value(of key: [UInt8]) throws(VaultError) -> [UInt8]? {
        try use { database in
            guard try exists(database) else { return nil }
            let statement = try database.cachedStatement(sql: "SELECT value FROM state WHERE key = ?")
            // A row is there as long as its cursor is.
            let rows = try Row.fetchCursor(statement, arguments: [Data(key)])
            return try withExtendedLifetime(rows) { try rows.next().map { try Self.bytes($0, 0) } }
        }
    }

    func entries(_ range: KeyRange, backwards: Bool, limit: Int) throws(VaultError) -> [(key: [UInt8], value: [UInt8])]
    {
        try use { database in
            guard limit > 0, try exists(database) else { return [] }
            let statement = try database.cachedStatement(
                sql: """
                    SELECT key, value FROM state WHERE \(range.condition)
                    ORDER BY key\(backwards ? " DESC" : "") LIMIT ?
                    """)
            let rows = try Row.fetchCursor(statement, arguments: range.arguments + [limit])
            var entries: [(key: [UInt8], value: [UInt8])] = []
            try withExtendedLifetime(rows) {
                while let row = try rows.next() { entries.append((try Self.bytes(row, 0), try Self.bytes(row, 1))) }
            }
            return entries
        }
    }

    /// Copied once, since values can be large.
    private static func bytes(_ row: Row, _ column: Int) throws -> [UInt8] {
        // Safe: what is SQLite's does not leave the closure.
        try row.withUnsafeData(atIndex: column) { $0.map { Array($0) } ?? [] }
    }

    // MARK: Changing

    func set(_ value: [UInt8], of key: [UInt8]) throws(VaultError) {
        try use { database in
            if try !exists(database) {
                try database.execute(sql: Self.schema)
                isThere = true
            }
            // What is there already is no change, and needs no record.
            try database.cachedStatement(
                sql: """
                    INSERT INTO state VALUES (?, ?)
                    ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE value <> excluded.value
                    """
            ).execute(arguments: [Data(key), Data(value)])
        }
    }

    /// - Returns: how many there were.
    @discardableResult
    func remove(_ range: KeyRange, limit: Int = .max) throws(VaultError) -> Int {
        try use { database in
            guard limit > 0, try exists(database) else { return 0 }
            var sql = "DELETE FROM state WHERE \(range.condition)"
            var arguments = range.arguments
            if limit < .max {
                sql = "DELETE FROM state WHERE key IN (SELECT key FROM state WHERE \(range.condition) LIMIT ?)"
                arguments += [limit]
            }
            try database.cachedStatement(sql: sql).execute(arguments: arguments)
            return database.changesCount
        }
    }
}

/// Keys from one up to another, in the order of their bytes.
struct KeyRange {
    private let start: [UInt8]
    /// The first that does not belong to them; `nil` where all that follow do.
    private let end: [UInt8]?

    /// - Parameters:
    ///   - after: only what comes behind it.
    ///   - before: only what comes in front of it.
    init(prefix: [UInt8], after: [UInt8]? = nil, before: [UInt8]? = nil) {
        // Nothing lies between a key and the same one with a zero behind it.
        let next = after.map { $0 + [0] } ?? []
        start = next.lexicographicallyPrecedes(prefix) ? prefix : next
        let end = Self.end(ofPrefix: prefix)
        self.end =
            if let end, let before { before.lexicographicallyPrecedes(end) ? before : end } else { before ?? end }
    }

    /// A single one.
    init(_ key: [UInt8]) { (start, end) = (key, key + [0]) }

    /// The first key behind all that begin with `prefix`.
    private static func end(ofPrefix prefix: [UInt8]) -> [UInt8]? {
        guard let last = prefix.lastIndex(where: { $0 < 0xFF }) else { return nil }
        return prefix[..<last] + [prefix[last] + 1]
    }

    fileprivate var condition: String { end == nil ? "key >= ?" : "key >= ? AND key < ?" }
    fileprivate var arguments: StatementArguments { end.map { [Data(start), Data($0)] } ?? [Data(start)] }
}
