public import SecrHTTP
public import SecrRelayClient
internal import SecrWire
internal import Synchronization

/// The relays that are talked with, by their origins.
public final class Relays: Sendable {
    private let http: HTTPClient
    private let trust: HTTPRequest.Trust
    private let retries: RetryPolicy
    private let now: @Sendable () -> Int64
    private let ways = Mutex(Ways())

    private struct Ways {
        var proxy: RelayEndpoint.Proxy?
        var clients: [String: RelayClient] = [:]
    }

    /// - Parameters:
    ///   - trust: whose word counts for who a relay is.
    ///   - now: seconds since 1970.
    public init(
        http: HTTPClient, trust: HTTPRequest.Trust = .system, retries: RetryPolicy = .standard,
        now: @escaping @Sendable () -> Int64
    ) {
        self.http = http
        self.trust = trust
        self.retries = retries
        self.now = now
    }

    func use(proxy: RelayEndpoint.Proxy?) { ways.withLock { $0 = Ways(proxy: proxy) } }

    func client(_ origin: String) -> RelayClient {
        ways.withLock { ways in
            if let client = ways.clients[origin] { return client }
            var endpoint = RelayEndpoint(origin: origin)
            endpoint.trust = trust
            endpoint.proxy = ways.proxy
            let client = RelayClient(endpoint, http: http, retries: retries, now: now)
            ways.clients[origin] = client
            return client
        }
    }

    /// Whether nobody on the way can read and change what is said: by TLS, by an onion service, or because there is no way.
    package static func isSafe(_ origin: String) -> Bool {
        origin.hasPrefix("https://") || host(of: origin).hasSuffix(".onion") || isOnThisMachine(origin)
    }

    /// By a number: names can mean anything.
    static func isOnThisMachine(_ origin: String) -> Bool {
        let host = host(of: origin)
        if host == "localhost" || host == "[::1]" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return numbers.count == 4 && numbers[0] == 127 && numbers.allSatisfy { $0 != nil }
    }

    private static func host(of origin: String) -> Substring {
        let rest = origin.drop { $0 != "/" }.dropFirst(2)
        if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") { return rest[...end] }
        return rest.prefix { $0 != ":" && $0 != "/" }
    }
}

extension RelayClient {
    /// Makes a box.
    func create(_ box: OwnBox, admission: Admission) async throws(RelayClientError) {
        try await create(box.address, box.reader, admission: admission)
    }
}
