internal import GRDB

/// Numbers of nodes that a process takes for itself, so that it can give them to new nodes before these are durable, and
/// nobody else gives them meanwhile.
enum NodeNumbers {
    static func reserve(_ count: Int64, in database: Database) throws -> Range<Int64> {
        let last = try Int64.fetchOne(database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'node'")
        guard let last, last < Int64.max / 2 else { throw VaultError.damaged(.index("numbers of nodes")) }
        try database.execute(sql: "UPDATE sqlite_sequence SET seq = ? WHERE name = 'node'", arguments: [last + count])
        return last + 1..<last + 1 + count
    }
}
