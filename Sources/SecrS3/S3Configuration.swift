public import SecrHTTP

/// Which bucket, where, and how to get there.
public struct S3Configuration: Sendable {
    public enum Addressing: Sendable {
        /// `https://host/bucket/key`, which every server knows.
        case path
        /// `https://bucket.host/key`, which AWS prefers.
        case virtualHost
    }

    /// `https://s3.eu-central-1.amazonaws.com`; scheme, host, and a port if it is not the usual one.
    public var endpoint: String
    /// `eu-central-1`, or what the server takes for it.
    public var region: String
    public var bucket: String
    public var addressing = Addressing.path
    public var proxy: HTTPRequest.Proxy?
    public var trust = HTTPRequest.Trust.system
    /// Of each attempt.
    public var timeouts = HTTPRequest.Timeouts()
    /// How often something is tried at most, 1 at least.
    public var attempts = 6
    /// The longest wait before the second attempt; it doubles with each one, up to ``longestPause``, and each wait is a
    /// random part of it, so that many that failed together don't come back together.
    public var firstPause = Duration.milliseconds(200)
    public var longestPause = Duration.seconds(20)

    public init(endpoint: String, region: String, bucket: String) {
        self.endpoint = endpoint
        self.region = region
        self.bucket = bucket
    }
}

/// Where requests go to.
struct S3Address: Sendable {
    /// As the header `Host` has it.
    let host: String
    private let scheme: String
    /// Before the key, with a slash at its end.
    let root: String

    /// - Throws: `malformedRequest`.
    init(_ configuration: S3Configuration) throws(S3Error) {
        func require(_ isGood: Bool, _ problem: String) throws(S3Error) {
            guard isGood else { throw S3Error(.malformedRequest, problem) }
        }
        let parts = configuration.endpoint.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        let scheme = parts[0].lowercased()
        try require(
            parts.count == 2 && (scheme == "http" || scheme == "https"), "the endpoint is no URL of http or https")
        var authority = parts[1].lowercased()
        if authority.hasSuffix("/") { authority.removeLast() }
        let isClean = authority.utf8.allSatisfy { Self.isHostByte($0) || [0x3A, 0x5B, 0x5D].contains($0) }
        try require(!authority.isEmpty && isClean, "the endpoint has no host, or more than a host and a port")
        // libcurl leaves it away, and what is signed has to be what is sent.
        let usual = scheme == "https" ? ":443" : ":80"
        if authority.hasSuffix(usual), !authority.hasSuffix(":" + usual) { authority.removeLast(usual.count) }
        let bucket = configuration.bucket
        let isBucket = (1...255).contains(bucket.utf8.count) && bucket.utf8.allSatisfy(Self.isBucketByte)
        try require(isBucket && bucket != "." && bucket != "..", "the name of the bucket is malformed")
        let region = configuration.region
        let isRegion = (1...64).contains(region.utf8.count) && region.utf8.allSatisfy(Self.isBucketByte)
        try require(isRegion, "the name of the region is malformed")
        try require(configuration.attempts >= 1, "there has to be one attempt at least")
        try require(
            configuration.firstPause >= .zero && configuration.longestPause >= configuration.firstPause,
            "the pauses between attempts are malformed")
        self.scheme = scheme
        switch configuration.addressing {
        case .path: (host, root) = (authority, "/\(bucket)/")
        case .virtualHost:
            try require(bucket.utf8.allSatisfy { Self.isHostByte($0) }, "the bucket's name can't be part of a host's")
            (host, root) = ("\(bucket.lowercased()).\(authority)", "/")
        }
    }

    /// The path of an object as it is sent and signed, or of the bucket where there is no key.
    func path(_ key: String?) -> String {
        guard let key else { return root.count > 1 ? String(root.dropLast()) : root }
        return root + SigV4.encode(key, keepsSlashes: true)
    }

    func url(_ path: String, query: [(String, String)]) -> String {
        "\(scheme)://\(host)\(path)" + (query.isEmpty ? "" : "?" + SigV4.query(query))
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: false
        }
    }

    private static func isBucketByte(_ byte: UInt8) -> Bool { isHostByte(byte) || byte == UInt8(ascii: "_") }
}
