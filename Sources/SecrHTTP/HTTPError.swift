/// Why a request has no answer.
///
/// It never holds secrets, and nothing of the request or the answer.
public struct HTTPError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: Equatable, Sendable {
        /// The request breaks a rule of ``HTTPRequest``, and was not sent.
        case malformedRequest
        /// The name of the host, or of the proxy, leads nowhere.
        case cannotResolve
        /// No connection came about: nobody listens, the proxy refuses, or TLS fails before certificates matter.
        case cannotConnect
        /// The other side can't prove that it is who it has to be.
        case refusedCertificate
        /// The file of trusted certificates can't be used.
        case unusableTrust
        /// The time that the request allows is over.
        case timedOut
        /// The connection broke before the end of the answer.
        case connectionLost
        /// The head or the body of the answer is longer than what is taken.
        case answerTooLarge
        /// The answer is not HTTP/1.1.
        case malformedAnswer
        /// The task was cancelled.
        case cancelled
        /// The client was shut down.
        case shutDown
        /// The system lacks memory, threads, descriptors, or libcurl 7.85.
        case unavailable
    }

    public var code: Code
    /// Whether the other side may have got the request, a part of it at least, and may have acted on it.
    public var mayHaveBeenReceived: Bool
    /// What exactly, as in an error message: lower case, no full stop.
    public var detail: String

    public init(_ code: Code, mayHaveBeenReceived: Bool = false, _ detail: String) {
        self.code = code
        self.mayHaveBeenReceived = mayHaveBeenReceived
        self.detail = detail
    }

    public var description: String { detail }
}
