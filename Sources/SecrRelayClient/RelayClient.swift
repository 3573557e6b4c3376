internal import SecrBytes
internal import SecrCrypto
public import SecrHTTP
public import SecrWire
internal import Synchronization

/// Asks one relay for things, again where that may help.
///
/// A command that is repeated has the same nonce, so it is carried out once, whatever was lost on the way.
public final class RelayClient: Sendable {
    private let endpoint: RelayEndpoint
    private let http: HTTPClient
    private let retries: RetryPolicy
    private let now: @Sendable () -> Int64
    /// Days by which the relay's clock is ahead of this one.
    private let ahead = Mutex(0)
    /// So that the proxy does not get to know the names of boxes.
    private let salt = SecureRandom.bytes(16)

    /// Seconds that an answer may take on top of what it is asked to wait.
    private static let grace: Int64 = 30
    /// Pace below which a transfer counts as stuck.
    private static let leastSpeed = HTTPRequest.LowSpeed(bytesPerSecond: 256, seconds: 30)

    /// - Parameter now: seconds since 1970.
    public init(
        _ endpoint: RelayEndpoint, http: HTTPClient, retries: RetryPolicy = .standard,
        now: @escaping @Sendable () -> Int64
    ) {
        self.endpoint = endpoint
        self.http = http
        self.retries = retries
        self.now = now
    }

    /// A cell that was received.
    public struct ReceivedCell: Hashable, Sendable {
        public let number: UInt64
        /// ``Cell/size`` bytes.
        public let content: [UInt8]
        /// Whether another one waits.
        public let hasMore: Bool
    }

    // MARK: Boxes

    /// - Parameter reader: the key to read the box with.
    public func create(
        _ box: Address, _ reader: SigningCapability, admission: Admission = .none
    ) async throws(RelayClientError) {
        _ = try await done(.create(admission), at: box, reader)
    }

    /// Puts a cell; it is there once when this returns, whatever happened on the way.
    ///
    /// - Parameter nonce: the same one for the same cell, also after a restart. A relay knows it for two days; whoever
    ///   tries again later has to look for the cell first.
    /// - Returns: the last day on which it is there.
    public func put(
        _ cell: [UInt8], into box: Address, _ writer: SigningCapability, nonce: Nonce = .random()
    ) async throws(RelayClientError) -> Day {
        try await done(.put, at: box, writer, payload: cell, nonce: nonce).answer.expires
    }

    /// The first cell after a number.
    ///
    /// - Parameter wait: for how many seconds the relay may wait for one.
    /// - Returns: `nil` where there was none.
    public func get(
        from box: Address, _ reader: SigningCapability, after number: UInt64, wait: Int = 0
    ) async throws(RelayClientError) -> ReceivedCell? {
        let (answer, content) = try await perform(.get(after: number, wait: wait), at: box, reader)
        guard answer.status != .nothing else { return nil }
        try Self.check(answer)
        return ReceivedCell(number: answer.number, content: content, hasMore: answer.hasMore)
    }

    /// Lets the relay forget cells up to a number.
    public func acknowledge(
        _ box: Address, _ reader: SigningCapability, upTo number: UInt64
    ) async throws(RelayClientError) {
        _ = try await done(.acknowledge(upTo: number), at: box, reader)
    }

    /// Lets the relay forget the box.
    public func drop(_ box: Address, _ reader: SigningCapability) async throws(RelayClientError) {
        _ = try await done(.drop, at: box, reader)
    }

    // MARK: Blobs

    /// - Parameter content: as many bytes as `size` has.
    /// - Returns: the last day on which it is there, which whoever fetches it has to know.
    public func store(
        _ content: [UInt8], _ size: BlobSize, at blob: Address, _ writer: SigningCapability, days: Int,
        admission: Admission = .none
    ) async throws(RelayClientError) -> Day {
        try await done(.store(size, days: days, admission: admission), at: blob, writer, payload: content).answer
            .expires
    }

    /// - Returns: `nil` where there is no such blob any more.
    public func fetch(
        _ size: BlobSize, at blob: Address, _ reader: SigningCapability, expires: Day
    ) async throws(RelayClientError) -> [UInt8]? {
        let (answer, content) = try await perform(.fetch(size, expires: expires), at: blob, reader)
        guard answer.status != .nothing else { return nil }
        try Self.check(answer)
        return content
    }

    /// Lets the relay forget a blob.
    public func remove(
        _ size: BlobSize, at blob: Address, _ reader: SigningCapability, expires: Day
    ) async throws(RelayClientError) {
        _ = try await done(.remove(size, expires: expires), at: blob, reader)
    }

    /// What the relay offers.
    public func terms() async throws(RelayClientError) -> Terms {
        var request = HTTPRequest("GET", endpoint.origin + Route.terms, maximumBodySize: Terms.size)
        // Whoever asks for the terms is nobody in particular.
        prepare(&request, identity: SecureRandom.bytes(16))
        let response = try await send(request)
        do { return try Terms(parsing: response.body) } catch { throw .malformedAnswer(error, status: 200) }
    }
}

// How a command gets there.
extension RelayClient {
    private func done(
        _ request: Request, at address: Address, _ key: SigningCapability, payload: [UInt8] = [],
        nonce: Nonce = .random()
    ) async throws(RelayClientError) -> (answer: Answer, content: [UInt8]) {
        let result = try await perform(request, at: address, key, payload: payload, nonce: nonce)
        try Self.check(result.answer)
        return result
    }

    private static func check(_ answer: Answer) throws(RelayClientError) {
        switch answer.status {
        case .done: return
        // What can't be found can't be done either.
        case .nothing, .refused: throw .refused
        case .full: throw .full
        case .limit: throw .limit
        case .admission: throw .admission
        case .day: throw .day
        case .busy: throw .unavailable(nil)
        }
    }

    /// Asks until there is an answer that another try would not change.
    private func perform(
        _ request: Request, at address: Address, _ key: SigningCapability, payload: [UInt8] = [],
        nonce: Nonce = .random()
    ) async throws(RelayClientError) -> (answer: Answer, content: [UInt8]) {
        var attempt = 0
        var hasAdopted = false
        while true {
            let result = try await once(request, at: address, key, payload, nonce)
            switch result.answer.status {
            case .day where !hasAdopted && adopt(result.answer.day):
                hasAdopted = true
            case .busy where attempt + 1 < retries.attempts:
                attempt += 1
                try await pause(retries.pause(before: attempt, least: .zero))
            default:
                return result
            }
        }
    }

    private func once(
        _ request: Request, at address: Address, _ key: SigningCapability, _ payload: [UInt8], _ nonce: Nonce
    ) async throws(RelayClientError) -> (answer: Answer, content: [UInt8]) {
        let command = Command(request, at: address, day: today, nonce: nonce, payload: payload)
        var message = HTTPRequest(
            "POST", endpoint.origin + (request.isOfBox ? Route.box : Route.blob),
            headers: [("Content-Type", "application/octet-stream")],
            body: command.encoded(signedBy: key.key) + payload, maximumBodySize: request.answerSize)
        message.mayBeRepeated = true
        prepare(&message, identity: BLAKE2b.hash(salt + address.name, count: 16))
        if case .get(_, let wait) = request, wait > 0 {
            message.timeouts.total = .seconds(Int64(wait) + Self.grace)
        } else {
            message.timeouts.lowSpeed = Self.leastSpeed
        }
        let response = try await send(message)
        do {
            let answer = try Answer(parsing: response.body, to: command)
            return (answer, Array(response.body[Answer.size...]))
        } catch {
            throw .malformedAnswer(error, status: response.status)
        }
    }

    private func prepare(_ request: inout HTTPRequest, identity: @autoclosure () -> [UInt8]) {
        request.trust = endpoint.trust
        request.unixSocket = endpoint.unixSocket
        guard let proxy = endpoint.proxy else { return }
        let user = Hexadecimal.text(identity())
        request.proxy = HTTPRequest.Proxy(
            host: proxy.host, port: proxy.port, isolation: HTTPRequest.Isolation(user: user, password: "secr"))
    }

    /// Sends until there is an answer with the status 200.
    private func send(_ request: HTTPRequest) async throws(RelayClientError) -> HTTPResponse {
        var attempt = 1
        while true {
            var failure: HTTPError?
            var least = Duration.zero
            do {
                let response = try await http.send(request)
                switch response.status {
                case 200: return response
                case 408, 429, 500, 502, 503, 504:
                    least = .seconds(response.headers["Retry-After"].flatMap { Int64($0) } ?? 0)
                default: throw RelayClientError.malformedAnswer(nil, status: response.status)
                }
            } catch let error as RelayClientError {
                throw error
            } catch let error as HTTPError {
                guard error.code.isTransient else {
                    throw error.code == .cancelled ? .cancelled : .unavailable(error)
                }
                failure = error
            } catch {
                preconditionFailure("of another kind")
            }
            guard attempt < retries.attempts else { throw .unavailable(failure) }
            try await pause(retries.pause(before: attempt, least: max(.zero, least)))
            attempt += 1
        }
    }

    private func pause(_ duration: Duration) async throws(RelayClientError) {
        do { try await Task.sleep(for: duration) } catch { throw .cancelled }
    }

    private var today: Day { Day(seconds: now()).adding(ahead.withLock(\.self)) }

    /// The relay's clock counts; a signature for another day is worth nothing to anybody but this relay.
    ///
    /// - Returns: whether that changes anything.
    private func adopt(_ day: Day) -> Bool {
        let difference = Day(seconds: now()).distance(to: day)
        return ahead.withLock { ahead in
            defer { ahead = difference }
            return ahead != difference
        }
    }
}

extension HTTPError.Code {
    /// Whether another try may go better.
    fileprivate var isTransient: Bool {
        switch self {
        case .cannotResolve, .cannotConnect, .timedOut, .connectionLost, .unavailable: true
        case .malformedRequest, .refusedCertificate, .unusableTrust, .answerTooLarge, .malformedAnswer, .cancelled,
            .shutDown:
            false
        }
    }
}

extension Nonce {
    /// A fresh one.
    public static func random() -> Nonce { Nonce(SecureRandom.bytes(size)) }
}
