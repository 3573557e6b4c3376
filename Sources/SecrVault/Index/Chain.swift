internal import Foundation
internal import GRDB

/// The history inside the database: the hash of every record, so that a device which has seen one of them can tell
/// whether what it sees now grew out of that.
enum Chain {
    static let schema = "CREATE TABLE chain (sequence INTEGER PRIMARY KEY, hash BLOB NOT NULL) STRICT;"

    /// Of older records only every 64th stays.
    static let complete: UInt64 = 65_536
    static let step: UInt64 = 64

    /// To be called in every transaction that changes something.
    static func append(_ head: IndexLog.Head, to database: Database) throws {
        guard head.sequence > 0 else { return }
        try database.cachedStatement(sql: "INSERT OR REPLACE INTO chain VALUES (?, ?)")
            .execute(arguments: [Int64(head.sequence), Data(head.hash)])
        guard head.sequence > complete, head.sequence.isMultiple(of: step) else { return }
        let old = head.sequence - complete
        try database.execute(
            sql: "DELETE FROM chain WHERE sequence > ? AND sequence < ?",
            arguments: [Int64(old - step), Int64(old)])
    }

    /// Whether the hash of a record need not be there any more when `newest` is the last one.
    static func isForgotten(_ sequence: UInt64, at newest: UInt64) -> Bool {
        !sequence.isMultiple(of: step) && newest - sequence > complete - step
    }

    /// The hash of a record that is covered by a checkpoint, where it is known.
    static func hash(of sequence: UInt64, in database: Database) throws -> [UInt8]? {
        let row = try database.cachedStatement(sql: "SELECT hash FROM chain WHERE sequence = ?")
        return try Data.fetchOne(row, arguments: [Int64(sequence)]).map { Array($0) }
    }
}
