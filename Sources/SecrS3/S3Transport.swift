internal import SecrBytes
internal import SecrCrypto
internal import SecrHTTP
internal import Synchronization

/// A request before it is signed.
struct S3Request: Sendable {
    let method: String
    /// `nil` is the bucket.
    let key: String?
    var query: [(String, String)] = []
    /// Besides those that signing adds; names in lower case.
    var headers: [(String, String)] = []
    var body: [UInt8]?
    /// Of an answer that is no error.
    var maximumBodySize = longestError
    var mayBeRepeated = true

    /// Most bytes of an error's body.
    static let longestError = 65_536

    init(method: String, key: String?) {
        self.method = method
        self.key = key
    }
}

/// Signs requests, sends them, and sends them again.
final class S3Transport: Sendable {
    private let configuration: S3Configuration
    private let address: S3Address
    private let credentials: S3Credentials
    private let http: HTTPClient
    private let clock: @Sendable () -> Int64
    /// The key of the day, since memory for secrets is not had for nothing.
    private let signingKey = Mutex(DayKey())

    private struct DayKey: ~Copyable {
        var day = ""
        var key = SecretBytes(copying: [])
    }

    init(
        _ configuration: S3Configuration, credentials: consuming S3Credentials, http: HTTPClient,
        clock: @escaping @Sendable () -> Int64
    ) throws(S3Error) {
        address = try S3Address(configuration)
        self.configuration = configuration
        self.credentials = credentials
        self.http = http
        self.clock = clock
    }

    /// Sends a request until it has an answer, or no attempt is left.
    ///
    /// - Parameter accepts: statuses besides 200...299 that are answers. 409 is one when no attempt is left.
    /// - Returns: the answer, and whether an earlier attempt may have been carried out, too.
    func send(
        _ request: S3Request, accepts: [Int] = []
    ) async throws(S3Error) -> (response: HTTPResponse, isUncertain: Bool) {
        let bodyHash = request.body.map { Hexadecimal.text(SHA256.hash($0)) } ?? SigV4.hashOfNothing
        var isUncertain = false
        var attempt = 1
        while true {
            let mayTryAgain = attempt < configuration.attempts
            var wish: Int?
            do {
                let response = try await http.send(signed(request, bodyHash: bodyHash))
                let isConflict = response.status == 409 && accepts.contains(409)
                let isAnswer = (200...299).contains(response.status) || accepts.contains(response.status)
                if isAnswer, !(isConflict && mayTryAgain) {
                    guard response.body.count <= request.maximumBodySize else {
                        throw S3Error(.tooLarge, "the object is too large")
                    }
                    return (response, isUncertain)
                }
                if !isConflict {
                    let (error, mayPass) = meaning(of: response)
                    if !mayPass || !mayTryAgain { throw error }
                    wish = response.headers["retry-after"].flatMap { Int($0) }
                    isUncertain = isUncertain || response.status >= 500
                }
            } catch let error as HTTPError {
                let passing: [HTTPError.Code] = [.timedOut, .connectionLost, .cannotConnect]
                if !mayTryAgain || !passing.contains(error.code) { throw S3Error(error) }
                isUncertain = isUncertain || error.mayHaveBeenReceived
            } catch let error as S3Error {
                throw error
            } catch {
                throw S3Error(.malformedRequest, "the request can't be sent")
            }
            try await pause(after: attempt, wish: wish)
            attempt += 1
        }
    }

    private func signed(_ request: S3Request, bodyHash: String) -> HTTPRequest {
        let signer = SigV4(region: configuration.region, time: clock())
        var headers = request.headers
        headers += [("x-amz-content-sha256", bodyHash), ("x-amz-date", signer.timestamp)]
        // Safe: the bytes are copied. The header is text, and lasts as long as the request.
        let token = unsafe credentials.sessionToken.withBytes { unsafe String(decoding: $0, as: UTF8.self) }
        if !token.isEmpty { headers.append(("x-amz-security-token", token)) }
        let path = address.path(request.key)
        let toSign = SigV4.Request(
            request.method, path, query: request.query, headers: headers + [("host", address.host)], bodyHash: bodyHash)
        let authorization = signingKey.withLock { known in
            if known.day != signer.day {
                known = DayKey(day: signer.day, key: signer.signingKey(secretKey: credentials.secretKey))
            }
            return signer.authorization(of: toSign, accessKey: credentials.accessKey, key: known.key)
        }
        var signed = HTTPRequest(
            request.method, address.url(path, query: request.query),
            headers: headers + [("authorization", authorization)], body: request.body,
            maximumBodySize: max(request.maximumBodySize, S3Request.longestError))
        signed.timeouts = configuration.timeouts
        signed.proxy = configuration.proxy
        signed.trust = configuration.trust
        signed.mayBeRepeated = request.mayBeRepeated
        return signed
    }

    /// What an answer that is none says, and whether that may pass.
    private func meaning(of response: HTTPResponse) -> (S3Error, mayPass: Bool) {
        let word = S3Answer.errorCode(response.body)
        func error(_ code: S3Error.Code, _ detail: String) -> S3Error { S3Error(code, serverCode: word, detail) }
        switch (response.status, word) {
        case (_, "RequestTimeTooSkewed"):
            return (error(.clockSkewed, "the clock here and that of the server differ too much"), false)
        case (_, "RequestTimeout"), (429, _), (500, _), (502, _), (503, _), (504, _):
            return (error(.server(response.status), "the server can't answer, status \(response.status)"), true)
        case (_, "NoSuchBucket"): return (error(.noSuchBucket, "there is no such bucket"), false)
        case (404, _): return (error(.notFound, "there is no such object"), false)
        case (301, _), (307, _):
            return (error(.server(response.status), "the bucket is in another region or at another endpoint"), false)
        case (401, _), (403, _): return (error(.accessDenied, "the server denies access"), false)
        default:
            return (error(.server(response.status), "the server refuses, status \(response.status)"), false)
        }
    }

    /// - Parameter wish: seconds that the server asks to wait.
    private func pause(after attempt: Int, wish: Int?) async throws(S3Error) {
        let doubled = configuration.firstPause * (1 << min(attempt - 1, 20))
        let longest = min(doubled, configuration.longestPause)
        let pause = max(
            longest * Double.random(in: 0...1), min(.seconds(max(0, wish ?? 0)), configuration.longestPause))
        do {
            try await Task.sleep(for: pause)
        } catch {
            throw S3Error(.cancelled, "the request was cancelled")
        }
    }
}
