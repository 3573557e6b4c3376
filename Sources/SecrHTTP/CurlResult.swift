internal import CCurl

/// What libcurl's results mean.
enum CurlResult {
    static func error(_ result: CURLcode, mayHaveBeenReceived: Bool) -> HTTPError {
        let (code, detail) = meaning(of: result)
        return HTTPError(
            code, mayHaveBeenReceived: mayHaveBeenReceived,
            detail ?? "\(Self.detail(of: code)) (libcurl's error \(result.rawValue))")
    }

    static func error(_ code: HTTPError.Code, mayHaveBeenReceived: Bool) -> HTTPError {
        HTTPError(code, mayHaveBeenReceived: mayHaveBeenReceived, detail(of: code))
    }

    private static func meaning(of result: CURLcode) -> (HTTPError.Code, String?) {
        switch result {
        case CURLE_URL_MALFORMAT: (.malformedRequest, "the URL is malformed")
        case CURLE_COULDNT_RESOLVE_HOST: (.cannotResolve, "the name of the host can't be resolved")
        case CURLE_COULDNT_RESOLVE_PROXY: (.cannotResolve, "the name of the proxy can't be resolved")
        case CURLE_COULDNT_CONNECT: (.cannotConnect, "nobody can be connected to there")
        case CURLE_PROXY: (.cannotConnect, "the proxy makes no connection")
        case CURLE_SSL_CONNECT_ERROR: (.cannotConnect, "no TLS connection comes about")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR: (.refusedCertificate, nil)
        case CURLE_SSL_CACERT_BADFILE: (.unusableTrust, nil)
        case CURLE_OPERATION_TIMEDOUT: (.timedOut, nil)
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
            (.malformedAnswer, nil)
        // CURLE_TOO_LARGE, since version 8.6.
        case CURLcode(100): (.answerTooLarge, nil)
        case CURLE_OUT_OF_MEMORY, CURLE_FAILED_INIT: (.unavailable, nil)
        case CURLE_GOT_NOTHING: (.connectionLost, "the connection was closed before an answer")
        default: (.connectionLost, nil)
        }
    }

    private static func detail(of code: HTTPError.Code) -> String {
        switch code {
        case .malformedRequest: "the request is malformed"
        case .cannotResolve: "the name can't be resolved"
        case .cannotConnect: "no connection comes about"
        case .refusedCertificate: "the other side's certificate is not one to be trusted"
        case .unusableTrust: "the file of trusted certificates can't be used"
        case .timedOut: "the time is over"
        case .connectionLost: "the connection broke"
        case .answerTooLarge: "the answer is too large"
        case .malformedAnswer: "the answer is malformed"
        case .cancelled: "the request was cancelled"
        case .shutDown: "the client is shut down"
        case .unavailable: "libcurl or the system lacks what is needed"
        }
    }
}
