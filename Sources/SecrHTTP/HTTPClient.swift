internal import CCurl
internal import SecrSystem

/// Sends requests and keeps connections for the next ones.
///
/// One thread of its own drives all of them; tens of thousands may wait at a time. Connections are shared only by
/// requests with the same origin, proxy, identity, trust and socket. The thread and the connections end with the
/// client.
public final class HTTPClient: Sendable {
    /// Most bytes of an answer's head, and of those of status 1xx and of trailers with it.
    public static let maximumHeadSize = 65_536

    private let inbox: Inbox

    /// - Parameter maximumIdleConnections: how many connections are kept while nobody uses them, 1 at least. Where many
    ///   requests end at once while others go on, a few more may be kept until the next ones end.
    /// - Throws: `unavailable`.
    public init(maximumIdleConnections: Int = 1_024) throws(HTTPError) {
        guard secr_curl_is_there() != 0 else {
            throw HTTPError(.unavailable, "libcurl 7.85 or later, built with TLS, is not there")
        }
        guard let queue = try? ReadinessQueue() else {
            throw HTTPError(.unavailable, "the system has no descriptors left")
        }
        let inbox = Inbox(queue)
        self.inbox = inbox
        let idle = max(1, maximumIdleConnections)
        guard let thread = WorkerThread({ Engine(inbox, idleConnections: idle).run() }) else {
            throw HTTPError(.unavailable, "the system has no threads left")
        }
        // It holds nothing of this object, whose end ends it.
        thread.letGo()
    }

    deinit { inbox.close() }

    /// Sends a request and waits for the whole answer, of whatever status.
    ///
    /// Cancelling the task closes the request's connection at once.
    public func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        try RequestCheck.check(request)
        let ticket = inbox.ticket()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if !inbox.add(Arrival(ticket: ticket, request: request, continuation: continuation)) {
                    let error = CurlResult.error(.shutDown, mayHaveBeenReceived: false)
                    continuation.resume(returning: Result<HTTPResponse, HTTPError>.failure(error))
                }
            }
        } onCancel: {
            inbox.cancel(ticket)
        }
        return try result.get()
    }

    /// Ends everything that is under way with the error `shutDown`, and takes no more. Once is enough; the end of the
    /// client does it, too.
    public func shutdown() { inbox.close() }
}
