internal import GRDB

/// From which numbers names of data objects are made.
///
/// A committed transaction opened the window `low..<high`; who writes an object takes a free number in it, at random. So
/// every object that can exist has a number below `high`, and the one that no file refers to is left over from something
/// that was stopped. To clear such objects away, `gc` closes the window, after which none of its numbers can be committed
/// any more, and opens the next.
enum NumberWindow {
    static let width: Int64 = 65_536
    static let initial: [(String, Int64)] = [("low", 0), ("high", width), ("swept", 0), ("closed", 0)]

    struct Bounds: Equatable, Sendable {
        var low: Int64
        var high: Int64
        /// Below this nothing is left over.
        var swept: Int64
        /// When `low` was last raised, in nanoseconds since 1970.
        var closed: Int64
    }

    static func bounds(_ database: Database) throws -> Bounds {
        func value(_ name: String) throws -> Int64 {
            let statement = try database.cachedStatement(sql: "SELECT value FROM setting WHERE name = ?")
            guard let value = try Int64.fetchOne(statement, arguments: [name]) else {
                throw VaultError.damaged(.index("no \(name)"))
            }
            return value
        }
        return Bounds(
            low: try value("low"), high: try value("high"), swept: try value("swept"), closed: try value("closed"))
    }

    static func set(_ bounds: Bounds, in database: Database) throws {
        let values = [
            ("low", bounds.low), ("high", bounds.high), ("swept", bounds.swept), ("closed", bounds.closed),
        ]
        for (name, value) in values {
            try database.cachedStatement(sql: "UPDATE setting SET value = ? WHERE name = ? AND value <> ?")
                .execute(arguments: [value, name, value])
        }
    }

    /// Widens the window when a good part of it is used.
    static func widenIfNeeded(_ bounds: Bounds, in database: Database) throws {
        let used =
            try Int64.fetchOne(
                database.cachedStatement(
                    sql: """
                        SELECT (SELECT count(*) FROM object WHERE number >= ?1)
                        + (SELECT count(*) FROM freed WHERE number >= ?1)
                        """),
                arguments: [bounds.low]) ?? 0
        guard used > (bounds.high - bounds.low) / 4 else { return }
        var wider = bounds
        wider.high += width
        try set(wider, in: database)
    }
}
