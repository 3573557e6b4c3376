internal import Foundation
internal import GRDB

/// Which files have contents in an object. Slow: it looks through everything.
struct ObjectPaths {
    private let database: Database

    init(_ database: Database) { self.database = database }

    func paths(of object: Int64) throws -> [[UInt8]] {
        try Int64.fetchAll(database, sql: "SELECT DISTINCT node FROM extent WHERE object = ?", arguments: [object])
            .flatMap { try paths(ofNode: $0, depth: 0) }
    }

    private func paths(ofNode node: Int64, depth: Int) throws -> [[UInt8]] {
        if node == Node.topID { return [[]] }
        guard depth <= Vault.deepest else { return [] }
        return try Row.fetchAll(database, sql: "SELECT parent, name FROM entry WHERE node = ?", arguments: [node])
            .flatMap { row in
                let name = Array(row[1] as Data)
                return try paths(ofNode: row[0], depth: depth + 1).map { $0 + [0x2F] + name }
            }
    }
}
