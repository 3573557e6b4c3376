/// The tables, step by step: what each version added to those before it.
///
/// No column says when, more exactly than a day.
enum PostgreSQLMigrations {
    /// Never changed once released; the number of a version is its place, counted from 1.
    private static let steps = [
        """
        CREATE TABLE secr_relay_boxes (
            name uuid PRIMARY KEY,
            days bigint NOT NULL,
            cells bigint NOT NULL,
            next bigint NOT NULL,
            held bigint NOT NULL,
            used bigint NOT NULL
        ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
        CREATE TABLE secr_relay_cells (
            box uuid NOT NULL,
            number bigint NOT NULL,
            expires bigint NOT NULL,
            sealed bytea NOT NULL,
            PRIMARY KEY (box, number)
        ) WITH (autovacuum_vacuum_scale_factor = 0.05, toast.autovacuum_vacuum_scale_factor = 0.05);
        -- What is sealed can't be compressed.
        ALTER TABLE secr_relay_cells ALTER COLUMN sealed SET STORAGE EXTERNAL;
        CREATE TABLE secr_relay_marks (
            mark uuid PRIMARY KEY,
            day bigint NOT NULL
        ) WITH (autovacuum_vacuum_scale_factor = 0.05)
        """
    ]

    static var latest: Int { steps.count }

    /// Any number, the same for all nodes.
    private static let lock = 0x5345_4352_0001

    /// Brings the tables up to date. Nodes that start at the same time do so one after another.
    static func run(on connection: PostgreSQLConnection) throws(StoreError) {
        // Who may not make tables can still use them.
        if try version(on: connection) == latest { return }
        try ask("SET client_min_messages = 'error'; SET synchronous_commit = on", connection)
        try ask("BEGIN; SELECT pg_advisory_xact_lock(\(lock))", connection)
        try ask("CREATE TABLE IF NOT EXISTS secr_relay_schema (version bigint NOT NULL)", connection)
        let present = try demandKnown(on: connection)
        if present < latest {
            for step in steps[present...] { try ask(step, connection) }
            try ask(
                "DELETE FROM secr_relay_schema; INSERT INTO secr_relay_schema (version) VALUES (\(latest))", connection)
        }
        try ask("COMMIT", connection)
    }

    /// - Throws: `unusable` where the tables are those of a later version.
    @discardableResult
    static func demandKnown(on connection: PostgreSQLConnection) throws(StoreError) -> Int {
        let version = try version(on: connection) ?? 0
        guard version <= latest else {
            throw StoreError(
                .unusable, "the tables of the database are of version \(version), but this relay knows only \(latest)")
        }
        return version
    }

    /// `nil` where there is no table that says so.
    private static func version(on connection: PostgreSQLConnection) throws(StoreError) -> Int? {
        let table = try ask("SELECT to_regclass('secr_relay_schema') IS NOT NULL", connection)
        guard table.first?.text(0, 0) == "t" else { return nil }
        let result = try ask("SELECT max(version) FROM secr_relay_schema", connection)
        return result.first?.text(0, 0).flatMap { Int($0) }
    }

    @discardableResult
    private static func ask(
        _ text: String, _ connection: PostgreSQLConnection
    ) throws(StoreError) -> [PostgreSQLResult] {
        do { return try connection.script(text) } catch { throw error.storeError }
    }
}
