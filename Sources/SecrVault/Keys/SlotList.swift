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
        /// Of the slot as it is stored. Index and table can't be changed in one step, so that one that was stopped
        /// between them leaves an item without its slot.
        var hash: [UInt8]

        func isIn(_ table: SlotTable) -> Bool { table.hash(number) == hash }
    }

    static func all(_ database: Database) throws -> [Item] {
        let sql = "SELECT number, kind, label, created, hash FROM slot ORDER BY created, number"
        return try Row.fetchAll(database, sql: sql).map { row in
            guard let kind = Slot.Kind(rawValue: row[1]), SlotTable.numbers.contains(row[0]) else {
                throw VaultError.damaged(.index("a slot of an unknown kind"))
            }
            return Item(
                number: row[0], kind: kind, label: Array(row[2] as Data), created: row[3], hash: Array(row[4] as Data))
        }
    }

    static func add(_ item: Item, to database: Database) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO slot VALUES (?, ?, ?, ?, ?)",
            arguments: [item.number, Int(item.kind.rawValue), Data(item.label), item.created, Data(item.hash)])
    }

    static func remove(_ number: Int, from database: Database) throws {
        try database.execute(sql: "DELETE FROM slot WHERE number = ?", arguments: [number])
    }
}
