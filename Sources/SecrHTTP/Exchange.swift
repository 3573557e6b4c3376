internal import CCurl

/// One request and what has come of its answer. It belongs to the engine's thread.
final class Exchange {
    let request: HTTPRequest
    private let ticket: Ticket
    private let continuation: Ticket.Continuation

    /// The last head, with the line that ends it once it is whole.
    private var head: [UInt8] = []
    private var body: [UInt8] = []
    /// Of all heads, those of status 1xx too, and of trailers.
    private var headSize = 0
    private var isHeadWhole = false
    private var status = 0
    /// What this side ends the transfer for; it says more than libcurl does.
    private var refusal: HTTPError.Code?
    /// How often it was sent, or was about to be.
    private var attempts = 0
    /// Bytes of the request's body that were handed out.
    private var sent = 0

    init(_ arrival: Arrival) {
        request = arrival.request
        ticket = arrival.ticket
        continuation = arrival.continuation
    }

    var id: UInt64 { ticket.id }

    /// Whether the request may be sent, now or once more.
    func mayBeSent() -> Bool {
        attempts += 1
        return attempts == 1 || request.mayBeRepeated
    }

    /// The next bytes of the request's body.
    func send(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let bytes = request.body else { return 0 }
        let count = min(buffer.count, bytes.count - sent)
        // Safe: no more bytes than both have.
        unsafe bytes.withUnsafeBytes {
            unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[sent..<sent + count]))
        }
        sent += count
        return count
    }

    func seek(to offset: Int) -> Bool {
        guard offset >= 0, offset <= request.body?.count ?? 0 else { return false }
        sent = offset
        return true
    }

    /// Takes one line of the head or of the trailers. Returns whether to go on.
    func receiveLine(_ line: UnsafeRawBufferPointer) -> Bool {
        headSize += line.count
        guard headSize <= HTTPClient.maximumHeadSize else { return refuse(.answerTooLarge) }
        if isHeadWhole {
            // A final head is followed by trailers, which nobody asked for; one of status 1xx by another one.
            if status >= 200 { return true }
            head.removeAll(keepingCapacity: true)
            isHeadWhole = false
        }
        unsafe head.append(contentsOf: line)
        let isBlank = unsafe line.count <= 2 && line.allSatisfy { $0 == 0x0D || $0 == 0x0A }
        return isBlank ? finishHead() : true
    }

    private func finishHead() -> Bool {
        isHeadWhole = true
        // "HTTP/1.1 200"; libcurl has checked its form.
        let digits = head.drop { $0 != 0x20 }.dropFirst().prefix(3)
        status = digits.reduce(0) { $0 * 10 + Int($1 &- 0x30) }
        guard digits.count == 3, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return refuse(.malformedAnswer)
        }
        guard status >= 200, status != 204, status != 304, request.method != "HEAD" else { return true }
        guard let headers = HTTPHeaders(head: head) else { return refuse(.malformedAnswer) }
        if let text = headers["content-length"], headers["transfer-encoding"] == nil {
            guard let size = UInt64(text) else { return refuse(.malformedAnswer) }
            guard size <= request.maximumBodySize else { return refuse(.answerTooLarge) }
            body.reserveCapacity(Int(size))
        }
        return true
    }

    /// Takes a piece of the body. Returns whether to go on.
    func receive(_ piece: UnsafeRawBufferPointer) -> Bool {
        guard piece.count <= request.maximumBodySize - body.count else { return refuse(.answerTooLarge) }
        unsafe body.append(contentsOf: piece)
        return true
    }

    private func refuse(_ code: HTTPError.Code) -> Bool {
        refusal = code
        return false
    }

    /// Answers whoever waits, at the end of the transfer.
    func finish(_ result: CURLcode) {
        guard result == CURLE_OK else { return finish(error(result)) }
        guard isHeadWhole, status >= 200 else { return finish(.connectionLost) }
        guard let headers = HTTPHeaders(head: head) else { return finish(.malformedAnswer) }
        continuation.resume(returning: .success(HTTPResponse(status: status, headers: headers, body: body)))
    }

    /// Answers whoever waits that there is no answer.
    func finish(_ code: HTTPError.Code) {
        finish(CurlResult.error(code, mayHaveBeenReceived: attempts > 0))
    }

    private func finish(_ error: HTTPError) {
        continuation.resume(returning: .failure(error))
    }

    private func error(_ result: CURLcode) -> HTTPError {
        let mayHaveBeenReceived = attempts > 0
        if let refusal { return CurlResult.error(refusal, mayHaveBeenReceived: mayHaveBeenReceived) }
        // Up to version 8.6, this is what libcurl says of a line that is longer than it takes, 100 KiB.
        let isLongLine = result == CURLE_OUT_OF_MEMORY && attempts > 0
        return isLongLine
            ? CurlResult.error(.answerTooLarge, mayHaveBeenReceived: true)
            : CurlResult.error(result, mayHaveBeenReceived: mayHaveBeenReceived)
    }
}
