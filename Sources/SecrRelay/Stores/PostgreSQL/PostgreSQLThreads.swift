internal import SecrSystem

/// A few threads with a connection each.
struct PostgreSQLThreads: Sendable {
    private let crew: WorkerCrew<PostgreSQLSession>

    init(_ count: Int, _ address: PostgreSQLAddress, patience: Duration) throws(StoreError) {
        guard let crew = WorkerCrew(threads: count, own: { PostgreSQLSession(address, patience: patience) }) else {
            throw StoreError(.unavailable, "the system gives no more threads")
        }
        self.crew = crew
    }

    /// Does something on one of the connections that may be repeated where nothing was done.
    func run<Result: Sendable>(
        _ body: @escaping @Sendable (PostgreSQLConnection) throws(PostgreSQLFailure) -> Result
    ) async throws(StoreError) -> Result {
        try await session { (session) throws(StoreError) in try session.run(body) }
    }

    func session<Value: Sendable>(
        _ body: @escaping @Sendable (PostgreSQLSession) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let result = await crew.run { session in
            Result { () throws(StoreError) in try body(session) }
        }
        guard let result else { throw StoreError(.unavailable, "the store of boxes is closed") }
        return try result.get()
    }

    func end() async { await crew.end() }
}
