public import SecrHTTP

/// Why something could not be done with a bucket.
///
/// It never holds secrets. What comes from the server is cut to letters, digits and dots, and to 64 of them.
public struct S3Error: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Equatable, Sendable {
        /// There is no such object.
        case notFound
        /// There is no such bucket.
        case noSuchBucket
        /// There is an object of that name already.
        case exists
        /// The credentials are wrong, or don't allow it.
        case accessDenied
        /// The clock here and that of the server differ too much.
        case clockSkewed
        /// The object or the answer is larger than what is taken.
        case tooLarge
        /// The answer is none of this protocol.
        case malformedAnswer
        /// The configuration or an argument breaks a rule.
        case malformedRequest
        /// The file or the variables with the credentials can't be used.
        case badCredentials
        /// The task was cancelled.
        case cancelled
        /// No answer came, after all attempts.
        case http(HTTPError.Code)
        /// The server says no for another reason, or can't, after all attempts; its HTTP status.
        case server(Int)
    }

    public var code: Code
    /// The server's own word, such as `SlowDown`; empty where it said none.
    public var serverCode: String
    /// As in an error message: lower case, no full stop.
    public var detail: String

    public init(_ code: Code, serverCode: String = "", _ detail: String) {
        self.code = code
        self.serverCode = Self.harmless(serverCode)
        self.detail = detail
    }

    init(_ error: HTTPError) {
        switch error.code {
        case .cancelled: self.init(.cancelled, error.detail)
        case .answerTooLarge: self.init(.tooLarge, error.detail)
        case .malformedAnswer: self.init(.malformedAnswer, error.detail)
        default: self.init(.http(error.code), error.detail)
        }
    }

    public var description: String { serverCode.isEmpty ? detail : "\(detail) (\(serverCode))" }

    private static func harmless(_ text: String) -> String {
        String(
            decoding: text.utf8.prefix(64).map { byte in
                let isHarmless =
                    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == UInt8(ascii: ".")
                return isHarmless ? byte : UInt8(ascii: "?")
            }, as: UTF8.self)
    }
}
