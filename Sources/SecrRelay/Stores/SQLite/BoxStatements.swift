internal import Foundation
internal import GRDB
internal import SecrWire

/// What one transaction does.
struct BoxStatements {
    let database: Database
    let today: Int64

    init(_ database: Database, _ today: Day) {
        self.database = database
        self.today = Int64(today.rawValue)
    }

    func apply(_ change: BoxChange) throws -> BoxOutcome {
        switch change {
        case .create(let name, let days, let cells, let mark):
            guard try remember(mark) else { return .done }
            try execute(
                "INSERT INTO boxes (name, days, cells, next, stored, used) VALUES (?, ?, ?, 1, 0, ?) ON CONFLICT DO NOTHING",
                [Data(name.bytes), days, cells, today])
        case .put(let name, let sealed, let expires, let mark):
            return try put(Data(name.bytes), Data(sealed), expires, mark)
        case .acknowledge(let name, let upTo):
            let box = Data(name.bytes)
            try execute("DELETE FROM cells WHERE box = ? AND number <= ?", [box, Int64(clamping: upTo)])
            try execute(
                "UPDATE boxes SET stored = stored - ?, used = max(used, ?) WHERE name = ?",
                [database.changesCount, today, box])
        case .drop(let name):
            try drop(Data(name.bytes))
        case .touch(let name):
            try execute("UPDATE boxes SET used = ? WHERE name = ? AND used < ?", [today, Data(name.bytes), today])
        }
        return .done
    }

    private func put(_ box: Data, _ sealed: Data, _ expires: Day, _ mark: StoredName) throws -> BoxOutcome {
        guard try remember(mark) else { return try exists(box) ? .done : .unknown }
        let update = try database.cachedStatement(
            sql: """
                UPDATE boxes SET next = next + 1, stored = stored + 1 WHERE name = ? AND stored < cells
                RETURNING next - 1
                """)
        guard let number = try Int64.fetchOne(update, arguments: [box]) else {
            try execute("DELETE FROM marks WHERE mark = ?", [Data(mark.bytes)])
            return try exists(box) ? .full : .unknown
        }
        try execute(
            "INSERT INTO cells (box, number, expires, sealed) VALUES (?, ?, ?, ?)",
            [box, number, Int64(expires.rawValue), sealed])
        return .done
    }

    func drop(_ box: Data) throws {
        try execute("DELETE FROM cells WHERE box = ?", [box])
        try execute("DELETE FROM boxes WHERE name = ?", [box])
    }

    /// - Returns: `false` where it is known already.
    private func remember(_ mark: StoredName) throws -> Bool {
        try execute("INSERT INTO marks (mark, day) VALUES (?, ?) ON CONFLICT DO NOTHING", [Data(mark.bytes), today])
        return database.changesCount > 0
    }

    private func exists(_ box: Data) throws -> Bool {
        let statement = try database.cachedStatement(sql: "SELECT 1 FROM boxes WHERE name = ?")
        return try Int64.fetchOne(statement, arguments: [box]) != nil
    }

    func execute(_ sql: String, _ arguments: StatementArguments) throws {
        try database.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    static func next(in box: StoredName, after number: Int64, _ database: Database) throws -> StoredCell? {
        // The row of the box is not looked at, so one that is empty takes as long as one that is not there.
        let rows = try Row.fetchCursor(
            database.cachedStatement(
                sql: "SELECT number, expires, sealed FROM cells WHERE box = ? AND number > ? ORDER BY number LIMIT 2"),
            arguments: [Data(box.bytes), number])
        guard let row = try rows.next() else { return nil }
        let (found, expires, sealed): (Int64, UInt32, Data) = (row[0], row[1], row[2])
        return StoredCell(
            number: UInt64(found), expires: Day(rawValue: expires), sealed: [UInt8](sealed),
            hasMore: try rows.next() != nil)
    }

    static func record(of box: StoredName, _ database: Database) throws -> BoxRecord? {
        let name = Data(box.bytes)
        let found = try Row.fetchOne(
            database, sql: "SELECT days, cells, next, used FROM boxes WHERE name = ?", arguments: [name])
        guard let row = found else { return nil }
        let (days, cells, next, used): (Int, Int, Int64, UInt32) = (row[0], row[1], row[2], row[3])
        let stored = try Row.fetchAll(
            database, sql: "SELECT number, expires FROM cells WHERE box = ?", arguments: [name]
        ).map { row -> (UInt64, Day) in
            let (number, expires): (Int64, UInt32) = (row[0], row[1])
            return (UInt64(number), Day(rawValue: expires))
        }
        return BoxRecord(
            days: days, cells: cells, next: UInt64(next), used: Day(rawValue: used),
            stored: Dictionary(uniqueKeysWithValues: stored))
    }
}
