/// A request of HTTP/1.1 (RFC 9110, RFC 9112).
///
/// What is sent is what stands here, with `Host` and `Content-Length` added, and nothing else.
public struct HTTPRequest: Sendable {
    /// A token of RFC 9110, section 5.6.2; case matters.
    public var method: String
    /// Absolute, `http` or `https`, in printable ASCII with everything else percent-encoded; no user name or password.
    /// Segments `.` and `..` of its path are sent as they are.
    public var url: String
    /// Names and values, in the order in which they are sent; at most ``mostHeaders``.
    ///
    /// Names are tokens, values have no control characters but tabs. `Content-Length`, `Transfer-Encoding`, `Expect`,
    /// `Upgrade`, `Trailer` and `TE` are the client's and can't be given.
    public var headers: [(String, String)]
    /// `nil` is no body; with POST, PUT and PATCH it counts as an empty one.
    public var body: [UInt8]?
    /// Most bytes of an answer's body that are taken. An answer that is longer is an error, as soon as that is known.
    public var maximumBodySize: Int
    public var timeouts = Timeouts()
    /// What the request goes through; `nil` is the straight way. Variables of the environment count for nothing.
    public var proxy: Proxy?
    /// Whose word counts for who the other side is.
    public var trust = Trust.system
    /// Path of a socket of this machine that is connected to, instead of the URL's host; at most 107 bytes, and no
    /// proxy.
    public var unixSocket: String?
    /// Whether the client may send it once more where a kept connection turns out closed before an answer began, which
    /// happens when a server closes just then. By default, what RFC 9110 calls idempotent.
    public var mayBeRepeated: Bool

    public static let mostHeaders = 100

    public init(
        _ method: String = "GET", _ url: String, headers: [(String, String)] = [], body: [UInt8]? = nil,
        maximumBodySize: Int = 1 << 20
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.maximumBodySize = maximumBodySize
        mayBeRepeated = Self.idempotent.contains(method)
    }

    /// RFC 9110, section 9.2.2.
    private static let idempotent: Set<String> = ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"]

    /// How long things may take; whole milliseconds, 1 at least.
    public struct Timeouts: Equatable, Sendable {
        /// To resolve the name, connect, go through the proxy and agree on TLS.
        public var connect: Duration = .seconds(30)
        /// Everything, from ``HTTPClient/send(_:)`` on; `nil` is without an end.
        public var total: Duration? = .seconds(300)
        /// Fewest bytes each second, on average over so many whole seconds; waiting for an answer counts, too, so this
        /// is nothing for long polls. `nil` is any speed.
        public var lowSpeed: LowSpeed?

        public init() {}
    }

    public struct LowSpeed: Equatable, Sendable {
        public var bytesPerSecond: Int
        /// 1 at least.
        public var seconds: Int

        public init(bytesPerSecond: Int, seconds: Int) {
            self.bytesPerSecond = bytesPerSecond
            self.seconds = seconds
        }
    }

    /// A SOCKS 5 proxy (RFC 1928), which resolves the host's name, too.
    public struct Proxy: Equatable, Sendable {
        /// A name or an address of IPv4 or IPv6.
        public var host: String
        public var port: UInt16
        public var isolation: Isolation?

        public init(host: String, port: UInt16, isolation: Isolation? = nil) {
            self.host = host
            self.port = port
            self.isolation = isolation
        }
    }

    /// An identity towards the proxy (RFC 1929). Requests of different ones never share a connection, nor does TLS
    /// carry anything over; Tor gives each its own circuit (IsolateSOCKSAuth).
    public struct Isolation: Equatable, Hashable, Sendable {
        /// 1...255 bytes without NUL.
        public var user: String
        /// 1...255 bytes without NUL.
        public var password: String

        public init(user: String, password: String) {
            self.user = user
            self.password = password
        }
    }

    public enum Trust: Equatable, Sendable {
        /// The authorities that the system knows.
        case system
        /// The certificates of a PEM file at this path, and no others. What was read is kept for up to ten
        /// minutes.
        case certificates(file: String)
    }
}

/// What is printed by accident gives nothing away: no path, no header, no body, no identity.
extension HTTPRequest: CustomStringConvertible {
    public var description: String { "\(method) request" }
}

extension HTTPRequest.Isolation: CustomStringConvertible {
    public var description: String { "isolation" }
}
