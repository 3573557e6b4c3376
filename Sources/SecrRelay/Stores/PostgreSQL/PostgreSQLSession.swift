internal import SecrSystem

/// What one thread has to do with the server: a connection, made anew when it broke.
final class PostgreSQLSession {
    private static let oldestServer = 140_000
    /// A server that did not answer is left alone for so long, so that those who wait learn of it at once.
    private static let rest = Duration.milliseconds(250)
    private static let mostAttempts = 12
    private static let mostConnections = 3

    private let address: PostgreSQLAddress
    private let patience: Duration
    private var connection: PostgreSQLConnection?
    private var trouble: (until: ContinuousClock.Instant, error: StoreError)?

    /// - Parameter patience: how long the server may take for anything.
    init(_ address: PostgreSQLAddress, patience: Duration) {
        self.address = address
        self.patience = patience
    }

    /// Sees to it that the server is there and has the tables. To be called before anything else, by one of the
    /// sessions.
    func start() throws(StoreError) {
        let connection: PostgreSQLConnection
        // Making tables may have to wait for other nodes that start now.
        do { connection = try PostgreSQLConnection(address, patience: max(patience, .seconds(60))) } catch {
            // What is wrong with a name or a password, libpq does not tell from a server that is away.
            throw StoreError(address.isAnswered(within: patience) ? .unusable : .unavailable, error.message)
        }
        try Self.demandVersion(of: connection)
        try PostgreSQLMigrations.run(on: connection)
    }

    /// A connection that is set up but has no statements prepared.
    func connect() throws(StoreError) -> PostgreSQLConnection {
        let connection: PostgreSQLConnection
        // At the start of this process the address was right.
        do { connection = try PostgreSQLConnection(address, patience: patience) } catch {
            throw StoreError(.unavailable, error.message)
        }
        try Self.demandVersion(of: connection)
        do {
            try connection.script(Self.settings(patience))
            try connection.script(Self.silence)
        } catch { throw error.storeError }
        try PostgreSQLMigrations.demandKnown(on: connection)
        return connection
    }

    private static func demandVersion(of connection: PostgreSQLConnection) throws(StoreError) {
        guard connection.version >= oldestServer else {
            throw StoreError(.unusable, "PostgreSQL is too old: it has to be version 14 or later")
        }
    }

    /// Does something that may be repeated where nothing was done.
    func run<Result>(
        _ body: (PostgreSQLConnection) throws(PostgreSQLFailure) -> Result
    ) throws(StoreError) -> Result {
        var (attempts, connections) = (0, 0)
        while true {
            let connection = try connected()
            do { return try body(connection) } catch {
                attempts += 1
                if error.isBroken || !connection.recovers(with: PostgreSQLStatements.rollback) {
                    self.connection = nil
                    connections += 1
                }
                guard !error.isUncertain, error.isWorthRepeating, attempts < Self.mostAttempts,
                    connections < Self.mostConnections
                else { throw error.storeError }
                // Not in step with whoever was in the way.
                if !error.isBroken { Pause.sleep(microseconds: .random(in: 0...(500 << min(attempts, 7)))) }
            }
        }
    }

    private func connected() throws(StoreError) -> PostgreSQLConnection {
        if let connection { return connection }
        if let trouble, ContinuousClock.now < trouble.until { throw trouble.error }
        do throws(StoreError) {
            let made = try connect()
            do { try made.prepare(PostgreSQLStatements.all) } catch { throw error.storeError }
            connection = made
            trouble = nil
            return made
        } catch {
            trouble = (.now + Self.rest, error)
            throw error
        }
    }

    /// Plans are made before anything is known of the tables' sizes, and must be right for large ones.
    private static func settings(_ patience: Duration) -> String {
        // The server gives up before this side does.
        let milliseconds = max(1, Int(patience / .milliseconds(1)) * 4 / 5)
        return """
            SET default_transaction_isolation = 'read committed';
            SET default_transaction_read_only = off;
            SET statement_timeout = \(milliseconds);
            SET lock_timeout = 0;
            SET idle_in_transaction_session_timeout = \(milliseconds);
            SET tcp_keepalives_idle = 10;
            SET tcp_keepalives_interval = 5;
            SET tcp_keepalives_count = 3;
            SET jit = off;
            SET plan_cache_mode = 'force_generic_plan';
            SET enable_seqscan = off;
            SET enable_hashjoin = off;
            SET enable_mergejoin = off;
            SET enable_bitmapscan = off;
            SET client_min_messages = 'error';
            SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
            """
    }

    /// Where this user may say so, nothing of what it does stands in the server's log.
    private static let silence = """
        DO $$
        DECLARE setting text[];
        BEGIN
            FOREACH setting SLICE 1 IN ARRAY ARRAY[
                ['log_parameter_max_length_on_error', '0'], ['log_parameter_max_length', '0'],
                ['log_statement', 'none'], ['log_min_duration_statement', '-1'], ['log_min_duration_sample', '-1'],
                ['log_transaction_sample_rate', '0'], ['log_duration', 'off'], ['log_min_error_statement', 'panic'],
                ['log_lock_waits', 'off']
            ] LOOP
                BEGIN
                    PERFORM set_config(setting[1], setting[2], false);
                EXCEPTION WHEN insufficient_privilege OR undefined_object THEN NULL;
                END;
            END LOOP;
        END $$
        """
}
