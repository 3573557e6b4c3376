internal import CPQ
internal import Glibc
internal import SecrSystem

/// A statement that the server has parsed and planned.
struct PostgreSQLStatement: Sendable {
    let name: String
    let text: String
}

/// A statement to be carried out.
struct PostgreSQLRequest {
    let statement: PostgreSQLStatement
    let parameters: PostgreSQLParameters

    init(_ statement: PostgreSQLStatement, _ parameters: PostgreSQLParameters = PostgreSQLParameters()) {
        self.statement = statement
        self.parameters = parameters
    }
}

/// A connection to a server, for one thread: it blocks, but no longer than its patience lasts.
@safe final class PostgreSQLConnection {
    private let handle: OpaquePointer
    /// How long an answer may take.
    private let patience: Duration

    /// - Throws: always broken.
    init(_ address: PostgreSQLAddress, patience: Duration) throws(PostgreSQLFailure) {
        // Safe: the parameters are there for the length of the call, which copies them.
        let made = unsafe address.withCParameters(patience) { keywords, values in
            unsafe PQconnectdbParams(keywords, values, 1)
        }
        guard let made = unsafe made else { throw .broken("no memory for a connection") }
        unsafe handle = made
        self.patience = patience
        guard !isBad else { throw .broken(address.censored(unsafe String(cString: PQerrorMessage(made)))) }
        // Messages of the server are for whoever operates it, and do not belong on this process's terminal.
        unsafe PQsetNoticeProcessor(made, { _, _ in }, nil)
        unsafe PQsetnonblocking(made, 1)
    }

    // Safe: nobody else has the handle.
    deinit { unsafe PQfinish(handle) }

    private var isBad: Bool { unsafe PQstatus(handle) == CONNECTION_BAD }

    /// Such as 150020 for 15.20.
    var version: Int { Int(unsafe PQserverVersion(handle)) }

    /// What to wait for if something may come unasked.
    var socket: CInt { unsafe PQsocket(handle) }

    private var isInTransaction: Bool {
        let status = unsafe PQtransactionStatus(handle)
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
    }

    // MARK: Text

    /// Runs statements that stand in one text, as one transaction unless they say otherwise.
    ///
    /// - Returns: what each of them answered, as text.
    @discardableResult
    func script(_ text: String) throws(PostgreSQLFailure) -> [PostgreSQLResult] {
        precondition(unsafe PQpipelineStatus(handle) == PQ_PIPELINE_OFF, "scripts come before statements")
        let deadline = ContinuousClock.now + patience
        guard unsafe PQsendQuery(handle, text) == 1 else { throw broken() }
        try flush(until: deadline)
        var results: [PostgreSQLResult] = []
        var failure: PostgreSQLFailure?
        while let result = try next(until: deadline) {
            if result.status == PGRES_TUPLES_OK || result.status == PGRES_COMMAND_OK {
                results.append(result)
            } else {
                failure = failure ?? result.failure()
            }
        }
        if let failure { throw ended(failure) }
        return results
    }

    /// What `NOTIFY` of others brought.
    func notices() throws(PostgreSQLFailure) -> [String] {
        guard unsafe PQconsumeInput(handle) == 1 else { throw broken() }
        var payloads: [String] = []
        while let notice = unsafe PQnotifies(handle) {
            // Safe: a string of the notice, which is freed after it was copied.
            unsafe payloads.append(String(cString: notice.pointee.extra))
            unsafe PQfreemem(notice)
        }
        return payloads
    }

    // MARK: Statements

    /// Has the server parse statements. From now on there are no scripts.
    func prepare(_ statements: [PostgreSQLStatement]) throws(PostgreSQLFailure) {
        guard unsafe PQenterPipelineMode(handle) == 1 else { throw broken() }
        for statement in statements {
            guard unsafe PQsendPrepare(handle, statement.name, statement.text, 0, nil) == 1 else { throw broken() }
        }
        _ = try answers(to: statements.count)
    }

    /// Sends requests together and waits for what they answer: one way to the server and back.
    ///
    /// What follows upon one that fails is not carried out. Requests that neither begin nor end a transaction outside
    /// of one are one.
    func exchange(_ requests: [PostgreSQLRequest]) throws(PostgreSQLFailure) -> [PostgreSQLResult] {
        for request in requests { try send(request) }
        return try answers(to: requests.count)
    }

    private func send(_ request: PostgreSQLRequest) throws(PostgreSQLFailure) {
        let (bytes, ends) = (request.parameters.bytes, request.parameters.ends)
        var starts = [0]
        starts += ends.dropLast()
        let lengths = zip(starts, ends).map { CInt($1 - $0) }
        let formats = [CInt](repeating: 1, count: ends.count)
        // Safe: each parameter lies within the bytes; the library copies them during the call.
        let isQueued = unsafe bytes.withUnsafeBytes { bytes in
            let values = unsafe zip(starts, ends).map { start, _ -> UnsafePointer<CChar>? in
                unsafe (bytes.baseAddress! + start).assumingMemoryBound(to: CChar.self)
            }
            return unsafe PQsendQueryPrepared(
                handle, request.statement.name, CInt(ends.count), values, lengths, formats, 1)
        }
        guard isQueued == 1 else { throw broken() }
    }

    private func answers(to count: Int) throws(PostgreSQLFailure) -> [PostgreSQLResult] {
        let deadline = ContinuousClock.now + patience
        guard unsafe PQpipelineSync(handle) == 1 else { throw broken() }
        try flush(until: deadline)
        var (results, ended, failure): ([PostgreSQLResult], Int, PostgreSQLFailure?) = ([], 0, nil)
        while true {
            guard let result = try next(until: deadline) else {
                ended += 1
                guard !isBad, ended <= count else { throw self.ended(failure ?? broken()) }
                continue
            }
            switch result.status {
            case PGRES_PIPELINE_SYNC:
                if let failure { throw self.ended(failure) }
                guard results.count == count else { throw broken() }
                return results
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK: results.append(result)
            case PGRES_PIPELINE_ABORTED: break
            default:
                failure = failure ?? result.failure(of: ended)
                if isBad { throw self.ended(failure ?? broken()) }
            }
        }
    }

    /// Takes back what was not committed, so that the connection can be used again.
    ///
    /// - Parameter rollback: a prepared `ROLLBACK`.
    /// - Returns: whether it can.
    func recovers(with rollback: PostgreSQLStatement) -> Bool {
        if isBad { return false }
        return !isInTransaction || (try? exchange([PostgreSQLRequest(rollback)])) != nil
    }

    // MARK: Waiting

    private func broken() -> PostgreSQLFailure {
        // The first line; others explain it.
        let message = unsafe String(cString: PQerrorMessage(handle)).split(whereSeparator: \.isNewline).first
        return .broken("the connection to PostgreSQL is broken" + (message.map { ": \($0)" } ?? ""))
    }

    /// What a failure means for the connection.
    private func ended(_ failure: PostgreSQLFailure) -> PostgreSQLFailure {
        var failure = failure
        failure.isBroken = failure.isBroken || failure.isFatal || isBad
        return failure
    }

    private func wait(for events: CInt, until deadline: ContinuousClock.Instant) throws(PostgreSQLFailure) {
        let left = (deadline - ContinuousClock.now).components
        let milliseconds = left.seconds * 1_000 + left.attoseconds / 1_000_000_000_000_000 + 1
        guard milliseconds > 0, try Waiting.wait(for: [(socket, events)], milliseconds: Int(milliseconds)) else {
            throw .broken("PostgreSQL does not answer in time")
        }
    }

    /// Hands everything to the system.
    private func flush(until deadline: ContinuousClock.Instant) throws(PostgreSQLFailure) {
        while true {
            let status = unsafe PQflush(handle)
            if status == 0 { return }
            guard status == 1 else { throw broken() }
            try wait(for: POLLIN | POLLOUT, until: deadline)
            // The server may wait for its answers to be read, before it reads more.
            guard unsafe PQconsumeInput(handle) == 1 else { throw broken() }
        }
    }

    /// `nil` at the end of what one request answered.
    private func next(until deadline: ContinuousClock.Instant) throws(PostgreSQLFailure) -> PostgreSQLResult? {
        while unsafe PQisBusy(handle) == 1 {
            try wait(for: POLLIN, until: deadline)
            guard unsafe PQconsumeInput(handle) == 1 else { throw broken() }
        }
        return unsafe PQgetResult(handle).map { unsafe PostgreSQLResult(adopting: $0) }
    }
}
