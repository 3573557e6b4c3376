internal import Foundation
internal import GRDB
internal import SecrWire

/// Forgets what is over, a part in each transaction, walking through the tables in the order of their keys.
struct BoxExpiry {
    /// Where the next part begins.
    enum Place: Sendable {
        case marks(after: Data?)
        case cells(after: (box: Data, number: Int64)?)
        case boxes(after: Data?)
    }

    private let database: Database
    private let statements: BoxStatements
    private let today: Day
    private let unusedDays: Int

    /// Rows that one part looks at.
    private static let part = 5_000

    init(_ database: Database, _ today: Day, unusedDays: Int) {
        self.database = database
        statements = BoxStatements(database, today)
        self.today = today
        self.unusedDays = unusedDays
    }

    /// - Returns: `nil` when everything has been looked at.
    func forget(from place: Place) throws -> Place? {
        switch place {
        case .marks(let after): try forgetMarks(after ?? Data())
        case .cells(let after): try forgetCells(after ?? (Data(), -1))
        case .boxes(let after): try forgetBoxes(after ?? Data())
        }
    }

    private func forgetMarks(_ after: Data) throws -> Place {
        let rows = try rows("SELECT mark, day FROM marks WHERE mark > ? ORDER BY mark", [after])
        let limit = Int64(today.adding(-BoxLifetime.markDays).rawValue)
        for row in rows where (row[1] as Int64) < limit {
            try statements.execute("DELETE FROM marks WHERE mark = ?", [row[0] as Data])
        }
        return rows.count < Self.part ? .cells(after: nil) : .marks(after: rows.last?[0])
    }

    private func forgetCells(_ after: (box: Data, number: Int64)) throws -> Place {
        let rows = try rows(
            "SELECT box, number, expires FROM cells WHERE (box, number) > (?, ?) ORDER BY box, number",
            [after.box, after.number])
        for row in rows where (row[2] as Int64) < Int64(today.rawValue) {
            let (box, number): (Data, Int64) = (row[0], row[1])
            try statements.execute("DELETE FROM cells WHERE box = ? AND number = ?", [box, number])
            try statements.execute("UPDATE boxes SET stored = stored - 1 WHERE name = ?", [box])
        }
        guard rows.count == Self.part, let last = rows.last else { return .boxes(after: nil) }
        return .cells(after: (last[0], last[1]))
    }

    private func forgetBoxes(_ after: Data) throws -> Place? {
        let rows = try rows("SELECT name, used FROM boxes WHERE name > ? ORDER BY name", [after])
        let limit = Int64(today.adding(-unusedDays).rawValue)
        for row in rows where (row[1] as Int64) < limit { try statements.drop(row[0]) }
        return rows.count < Self.part ? nil : .boxes(after: rows.last?[0])
    }

    private func rows(_ sql: String, _ arguments: StatementArguments) throws -> [Row] {
        try Row.fetchAll(database.cachedStatement(sql: "\(sql) LIMIT \(Self.part)"), arguments: arguments)
    }
}
