import Foundation
import SecrHTTP
import SecrRelayClient
import SecrSystem
import SecrTestSupport
import Testing

// How tests talk with a relay that runs.
extension RelayProcess {
    var endpoint: RelayEndpoint { RelayEndpoint(origin: "http://127.0.0.1:\(port)") }

    /// Somebody who asks it for things.
    func client(_ retries: RetryPolicy = .never) throws -> RelayClient { try Self.client(endpoint, retries) }

    static func client(_ endpoint: RelayEndpoint, _ retries: RetryPolicy = .never) throws -> RelayClient {
        RelayClient(endpoint, http: try HTTPClient(), retries: retries) { WallClock.now / 1_000_000_000 }
    }

    func connect(
        to host: String = "127.0.0.1", from address: String? = nil, receiveBuffer: CInt? = nil
    ) throws -> RawConnection {
        try RawConnection(port, to: host, from: address, receiveBuffer: receiveBuffer)
    }
}

/// Whether tests run that take minutes.
let relayTestsAreLong = ProcessInfo.processInfo.environment["SECR_LONG_TESTS"] != nil
