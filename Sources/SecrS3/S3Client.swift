internal import SecrBytes
internal import SecrCrypto
public import SecrHTTP
internal import SecrSystem

/// The objects of one bucket.
///
/// All calls may be made at once, from any task. What fails for a reason that may pass is tried again; see
/// ``S3Configuration``.
public final class S3Client: Sendable {
    /// Most bytes of a key, S3's own limit.
    public static let longestKey = 1_024

    private let transport: S3Transport

    /// - Parameter http: may be shared with others.
    /// - Throws: `malformedRequest` where the configuration breaks a rule.
    public convenience init(
        _ configuration: S3Configuration, credentials: consuming S3Credentials, http: HTTPClient
    ) throws(S3Error) {
        try self.init(configuration, credentials: credentials, http: http) { WallClock.now / 1_000_000_000 }
    }

    /// - Parameter clock: seconds since 1970.
    package init(
        _ configuration: S3Configuration, credentials: consuming S3Credentials, http: HTTPClient,
        clock: @escaping @Sendable () -> Int64
    ) throws(S3Error) {
        transport = try S3Transport(configuration, credentials: credentials, http: http, clock: clock)
    }

    /// Stores an object, the whole of it at once.
    ///
    /// - Parameter ifAbsent: whether an object of that name must not exist; of several that try, one succeeds.
    /// - Returns: the entity tag, as the server gave it; empty where it gave none.
    /// - Throws: `exists`, and what the server says.
    @discardableResult
    public func put(_ key: String, _ bytes: [UInt8], ifAbsent: Bool = false) async throws(S3Error) -> String {
        var request = try request("PUT", key)
        request.body = bytes
        request.headers.append(("content-type", "application/octet-stream"))
        guard ifAbsent else { return try await transport.send(request).response.headers["etag"] ?? "" }
        // An attempt may have succeeded although its answer was lost. Then the next one finds an object, and this tells
        // whose it is.
        let mark = Hexadecimal.text(SecureRandom.bytes(16))
        request.headers += [("if-none-match", "*"), ("x-amz-meta-\(Self.mark)", mark)]
        request.mayBeRepeated = false
        let (response, isUncertain) = try await transport.send(request, accepts: [409, 412])
        if (200...299).contains(response.status) { return response.headers["etag"] ?? "" }
        if isUncertain {
            let found = try await transport.send(self.request("HEAD", key)).response
            if found.headers["x-amz-meta-\(Self.mark)"] == mark { return found.headers["etag"] ?? "" }
        }
        throw S3Error(.exists, "there is an object of that name already")
    }

    private static let mark = "attempt"

    /// The bytes of an object.
    ///
    /// - Parameters:
    ///   - maximumSize: most bytes that are taken.
    ///   - range: which of them; one that begins behind the end is an error of the server, 416.
    /// - Throws: `notFound`, `tooLarge`, and what the server says.
    public func get(_ key: String, range: Range<Int>? = nil, maximumSize: Int) async throws(S3Error) -> [UInt8] {
        var request = try request("GET", key)
        request.maximumBodySize = max(0, maximumSize)
        if let range {
            guard range.lowerBound >= 0, !range.isEmpty else {
                throw S3Error(.malformedRequest, "the range is empty or negative")
            }
            request.headers.append(("range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)"))
        }
        let response = try await transport.send(request).response
        guard range == nil || response.status == 206 && response.body.count <= range!.count else {
            throw S3Error(.malformedAnswer, "the server does not keep to the range")
        }
        return response.body
    }

    /// What is known of an object.
    ///
    /// - Throws: `notFound`, and what the server says.
    public func head(_ key: String) async throws(S3Error) -> S3Object {
        let response = try await transport.send(request("HEAD", key)).response
        guard let size = response.headers["content-length"].flatMap({ Int($0) }), size >= 0 else {
            throw S3Error(.malformedAnswer, "the server does not tell how large the object is")
        }
        return S3Object(key: key, size: size, tag: response.headers["etag"] ?? "")
    }

    /// Removes an object; that there is none is no error.
    public func delete(_ key: String) async throws(S3Error) {
        do {
            _ = try await transport.send(request("DELETE", key))
        } catch  where error.code == .notFound {
            return
        }
    }

    /// One page of the objects whose keys begin with `prefix`.
    ///
    /// - Parameters:
    ///   - after: ``S3Page/next`` of the page before.
    ///   - most: 1...1,000 objects.
    public func list(prefix: String = "", after: String? = nil, most: Int = 1_000) async throws(S3Error) -> S3Page {
        guard prefix.utf8.count <= Self.longestKey, (1...S3Answer.mostObjects).contains(most) else {
            throw S3Error(.malformedRequest, "the prefix is too long, or the number of objects is out of range")
        }
        var request = S3Request(method: "GET", key: nil)
        request.query = [
            ("list-type", "2"), ("prefix", prefix), ("max-keys", String(most)), ("encoding-type", "url"),
        ]
        if let after { request.query.append(("continuation-token", after)) }
        // A thousand keys, three bytes for each of theirs, and what stands around them.
        request.maximumBodySize = 8 << 20
        let page = try await S3Answer.page(transport.send(request).response.body, prefix: prefix)
        guard page.next == nil || page.next != after else {
            throw S3Error(.malformedAnswer, "the server's list has no end")
        }
        return page
    }

    private func request(_ method: String, _ key: String) throws(S3Error) -> S3Request {
        guard (1...Self.longestKey).contains(key.utf8.count), !key.utf8.contains(0) else {
            throw S3Error(.malformedRequest, "a key is empty, too long, or has a NUL")
        }
        return S3Request(method: method, key: key)
    }
}

/// What is known of an object without its bytes.
public struct S3Object: Equatable, Sendable {
    public let key: String
    /// Bytes.
    public let size: Int
    /// The entity tag, as the server gave it.
    public let tag: String

    package init(key: String, size: Int, tag: String) {
        self.key = key
        self.size = size
        self.tag = tag
    }
}

/// A part of a list.
public struct S3Page: Equatable, Sendable {
    public internal(set) var objects: [S3Object] = []
    /// Where the next page begins; `nil` at the end.
    public internal(set) var next: String?
}
