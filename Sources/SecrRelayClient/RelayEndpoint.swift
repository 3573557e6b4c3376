public import SecrHTTP

/// Where a relay is, and on which way it is reached.
public struct RelayEndpoint: Sendable {
    /// `https://relay.example`, without a path behind it; `http` is for onion services and this machine.
    public var origin: String
    /// Whose word counts for who the relay is.
    public var trust = HTTPRequest.Trust.system
    /// A SOCKS proxy, such as Tor; `nil` is the straight way, on which the relay sees which boxes have one user.
    public var proxy: Proxy?
    /// A socket of this machine that is connected to instead of the origin's host.
    public var unixSocket: String?

    /// Each box and each blob gets an identity of its own there, so that nothing connects one with another.
    public struct Proxy: Sendable {
        public var host: String
        public var port: UInt16

        public init(host: String, port: UInt16) {
            self.host = host
            self.port = port
        }
    }

    public init(origin: String) { self.origin = origin }
}
