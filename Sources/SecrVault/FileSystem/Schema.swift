internal import GRDB

/// The tables of an index. Their meaning is part of `secr-vault-format(5)`.
enum Schema {
    /// Goes up with every change of the tables.
    static let version = 1

    private static let tables = """
        CREATE TABLE node (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            kind INTEGER NOT NULL,
            mode INTEGER NOT NULL,
            owner INTEGER NOT NULL,
            grp INTEGER NOT NULL,
            modified INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            size INTEGER NOT NULL,
            links INTEGER NOT NULL,
            parent INTEGER NOT NULL,
            content BLOB
        ) STRICT;
        CREATE TABLE entry (
            parent INTEGER NOT NULL,
            name BLOB NOT NULL,
            node INTEGER NOT NULL,
            PRIMARY KEY (parent, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE extent (
            node INTEGER NOT NULL,
            start INTEGER NOT NULL,
            length INTEGER NOT NULL,
            object INTEGER NOT NULL,
            offset INTEGER NOT NULL,
            PRIMARY KEY (node, start)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE object (
            number INTEGER PRIMARY KEY,
            key BLOB NOT NULL,
            size INTEGER NOT NULL,
            chunk INTEGER NOT NULL,
            live INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE freed (
            number INTEGER PRIMARY KEY,
            since INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE attribute (
            node INTEGER NOT NULL,
            name BLOB NOT NULL,
            value BLOB NOT NULL,
            PRIMARY KEY (node, name)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE slot (
            number INTEGER PRIMARY KEY,
            kind INTEGER NOT NULL,
            label BLOB NOT NULL,
            created INTEGER NOT NULL,
            hash BLOB NOT NULL
        ) STRICT;
        CREATE TABLE setting (
            name TEXT PRIMARY KEY,
            value INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        """

    /// For a new area.
    ///
    /// - Parameter now: nanoseconds since 1970.
    static func create(in database: Database, top: Node) throws {
        try database.execute(sql: tables + Chain.schema + "PRAGMA user_version = \(version);")
        for (name, value) in NumberWindow.initial {
            try database.execute(sql: "INSERT INTO setting VALUES (?, ?)", arguments: [name, value])
        }
        try TreeChange(database).insert(top, parent: 0, content: nil, id: Node.topID)
    }

    static func check(_ database: Database) throws {
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard found <= version else { throw VaultError.newer }
        guard found == version else { throw VaultError.damaged(.index("no tables")) }
    }
}
