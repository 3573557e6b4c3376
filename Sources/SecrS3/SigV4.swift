internal import SecrBytes
public import SecrCrypto
internal import SecrSystem

/// Signing of requests, "AWS4-HMAC-SHA256" (AWS Signature Version 4, with the rules of S3 for paths).
///
/// It asks nobody for anything: the time, the request and the key are handed in.
public struct SigV4: Sendable {
    public static let algorithm = "AWS4-HMAC-SHA256"
    /// In hexadecimal.
    public static let hashOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    /// What is signed.
    public struct Request: Sendable {
        public var method: String
        /// As it stands in the URL, percent-encoded once, with its first slash.
        public var path: String
        /// As they are before they are percent-encoded, in any order.
        public var query: [(String, String)]
        /// All that are to be signed, in any order; `host` and `x-amz-date` have to be among them.
        public var headers: [(String, String)]
        /// In hexadecimal, or a word that S3 takes instead.
        public var bodyHash: String

        public init(
            _ method: String, _ path: String, query: [(String, String)] = [], headers: [(String, String)],
            bodyHash: String = SigV4.hashOfNothing
        ) {
            self.method = method
            self.path = path
            self.query = query
            self.headers = headers
            self.bodyHash = bodyHash
        }
    }

    public let region: String
    public let service: String
    /// `20130524T000000Z`, as `x-amz-date` wants it.
    public let timestamp: String

    /// - Parameter time: seconds since 1970.
    public init(region: String, service: String = "s3", time: Int64) {
        self.region = region
        self.service = service
        timestamp = Self.timestamp(time)
    }

    /// `20130524`; a key is good for one day.
    public var day: String { String(timestamp.prefix(8)) }

    public var scope: String { "\(day)/\(region)/\(service)/aws4_request" }

    /// What of the request counts, in the one form that both sides make of it.
    public func canonicalRequest(_ request: Request) -> String {
        let headers = Self.canonicalHeaders(request.headers)
        let lines = headers.map { "\($0.name):\($0.value)\n" }.joined()
        return [
            request.method, request.path, Self.query(request.query), lines,
            headers.map(\.name).joined(separator: ";"), request.bodyHash,
        ].joined(separator: "\n")
    }

    public func stringToSign(_ request: Request) -> String {
        let hash = Hexadecimal.text(SHA256.hash(Array(canonicalRequest(request).utf8)))
        return [Self.algorithm, timestamp, scope, hash].joined(separator: "\n")
    }

    /// The key of a day, which signs.
    public func signingKey(secretKey: borrowing SecretBytes) -> SecretBytes {
        let start = SecretBytes(copying: "AWS4".utf8).followed(by: secretKey)
        let day = HMACSHA256.key(for: Array(day.utf8), key: start)
        let region = HMACSHA256.key(for: Array(region.utf8), key: day)
        let service = HMACSHA256.key(for: Array(service.utf8), key: region)
        return HMACSHA256.key(for: Array("aws4_request".utf8), key: service)
    }

    /// 64 hexadecimal digits.
    ///
    /// - Parameter key: of ``signingKey(secretKey:)``.
    public func signature(of request: Request, key: borrowing SecretBytes) -> String {
        Hexadecimal.text(HMACSHA256.code(for: Array(stringToSign(request).utf8), key: key))
    }

    /// The value of the header `Authorization`.
    public func authorization(of request: Request, accessKey: String, key: borrowing SecretBytes) -> String {
        let names = Self.canonicalHeaders(request.headers).map(\.name).joined(separator: ";")
        let signature = signature(of: request, key: key)
        return "\(Self.algorithm) Credential=\(accessKey)/\(scope), SignedHeaders=\(names), Signature=\(signature)"
    }

    /// In the order of their names, each once; white space within values is one space, around them none.
    private static func canonicalHeaders(_ headers: [(String, String)]) -> [(name: String, value: String)] {
        var values: [String: [String]] = [:]
        for (name, value) in headers {
            let words = value.split(whereSeparator: { $0 == " " || $0 == "\t" })
            values[name.lowercased(), default: []].append(words.joined(separator: " "))
        }
        return values.sorted { $0.key < $1.key }.map { ($0.key, $0.value.joined(separator: ",")) }
    }

    /// A query as it is signed, and as it may be sent: percent-encoded, in order.
    public static func query(_ items: [(String, String)]) -> String {
        items.map { (encode($0.0), encode($0.1)) }
            .sorted { $0.0 == $1.0 ? $0.1 < $1.1 : $0.0 < $1.0 }
            .map { "\($0.0)=\($0.1)" }
            .joined(separator: "&")
    }

    /// Percent-encodes all but letters, digits and `-._~` of ASCII.
    ///
    /// - Parameter keepsSlashes: as in the path of an object.
    public static func encode(_ text: String, keepsSlashes: Bool = false) -> String {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: encoded.append(byte)
            case UInt8(ascii: "/") where keepsSlashes: encoded.append(byte)
            default:
                encoded += [UInt8(ascii: "%")] + Hexadecimal.text([byte]).uppercased().utf8
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// - Parameter time: seconds since 1970; until the year 9999.
    package static func timestamp(_ time: Int64) -> String {
        let date = CivilDate(time)
        func padded(_ number: Int64, _ count: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, count - digits.count)) + digits
        }
        let day = padded(date.year, 4) + padded(date.month, 2) + padded(date.day, 2)
        return "\(day)T\(padded(date.hour, 2))\(padded(date.minute, 2))\(padded(date.second, 2))Z"
    }
}
