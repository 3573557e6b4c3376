internal import Foundation
internal import GRDB

/// Which slots an area has, as its index knows: the table itself does not tell.
enum SlotList {
    struct Item: Equatable {
        var number: Int
        var kind: Slot.Kind
        var label: [UInt8]
        /// Nanoseconds since 1970.
        var created: Int64
    }

    static func all(_ database: Database) throws -> [Item] {
        try Row.fetchAll(database, sql: "SELECT number, kind, label, created FROM slot ORDER BY created, number").map {
            row in
            guard let kind = Slot.Kind(rawValue: row[1]) else {
                throw VaultError.damaged(.index("a slot of an unknown kind"))
            }
            return Item(number: row[0], kind: kind, label: Array(row[2] as Data), created: row[3])
        }
    }

    static func add(_ number: Int, _ kind: Slot.Kind, label: [UInt8], now: Int64, to database: Database) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO slot VALUES (?, ?, ?, ?)",
            arguments: [number, Int(kind.rawValue), Data(label), now])
    }

    static func remove(_ number: Int, from database: Database) throws {
        try database.execute(sql: "DELETE FROM slot WHERE number = ?", arguments: [number])
    }
}
