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
    private let proxy = Mutex<RelayEndpoint.Proxy?>(nil)
    private let clients = Mutex<[String: RelayClient]>([:])

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

    func use(proxy: RelayEndpoint.Proxy?) {
        self.proxy.withLock { $0 = proxy }
        clients.withLock { $0 = [:] }
    }

    func client(_ origin: String) -> RelayClient {
        let proxy = proxy.withLock { $0 }
        return clients.withLock { clients in
            if let client = clients[origin] { return client }
            var endpoint = RelayEndpoint(origin: origin)
            endpoint.trust = trust
            endpoint.proxy = proxy
            let client = RelayClient(endpoint, http: http, retries: retries, now: now)
            clients[origin] = client
            return client
        }
    }

    /// Whether nobody on the way can read and change what is said: by TLS, by an onion service, or because there is no way.
    static func isSafe(_ origin: String) -> Bool {
        guard origin.hasPrefix("http://") else { return true }
        let host = origin.dropFirst("http://".count).prefix { $0 != ":" && $0 != "/" }
        return host.hasSuffix(".onion") || host == "localhost" || host.hasPrefix("127.")
            || origin.hasPrefix("http://[::1]")
    }
}

extension RelayClient {
    /// Makes a box.
    func create(_ box: OwnBox, admission: Admission) async throws(RelayClientError) {
        try await create(box.address, box.reader, admission: admission)
    }
}
