internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import SecrWire

/// Translates between HTTP and ``Relay``.
struct RelayResponder: Sendable {
    let relay: Relay
    let departures: Departures
    /// Whether a proxy in front tells whom a request is from.
    let isBehindProxy: Bool

    private static let type = "application/octet-stream"

    /// - Parameter channel: on which the request came.
    func respond(to request: HummingbirdCore.Request, on channel: any Channel) async throws -> Response {
        let address = address(of: request, channel.remoteAddress)
        guard relay.allows(address) else { return Self.text(.tooManyRequests, "too many commands", retryAfter: 1) }
        switch (request.method, request.uri.path) {
        case (.post, Route.box), (.post, Route.blob):
            do {
                return request.uri.path == Route.box
                    ? try await box(request, address, departures.departure(from: channel))
                    : try await blob(request, address, channel)
            } catch let error as WireError {
                return Self.text(.badRequest, "malformed command: \(error)")
            } catch is NIOTooManyBytesError {
                return Self.text(.contentTooLarge, "longer than any command")
            }
        case (.get, Route.terms): return Self.bytes(relay.terms.encoded())
        case (.get, Route.health):
            return await relay.isHealthy()
                ? Self.text(.ok, "ok") : Self.text(.serviceUnavailable, "boxes can't be stored or read", retryAfter: 10)
        case (_, Route.box), (_, Route.blob), (_, Route.terms), (_, Route.health):
            return Self.text(.methodNotAllowed, "not that way")
        default: return Self.text(.notFound, "nothing here")
        }
    }

    private func box(
        _ request: HummingbirdCore.Request, _ address: NetworkAddress, _ departure: Departure
    ) async throws -> Response {
        // What came in is let go here: a get may wait for long.
        let bytes = try await [UInt8](buffer: request.body.collect(upTo: Relay.longestBoxCommand))
        return Self.bytes(try await relay.box(bytes, from: address, departure: departure))
    }

    /// The frame is read first: it says whether there is room for what follows.
    private func blob(
        _ request: HummingbirdCore.Request, _ address: NetworkAddress, _ channel: any Channel
    ) async throws -> Response {
        var bytes: [UInt8] = []
        var transfer: Relay.Transfer?
        for try await part in request.body {
            // What comes with the frame is no more than the system reads at a time.
            bytes += part.readableBytesView
            guard bytes.count >= Command.size else { continue }
            if transfer == nil {
                switch try relay.receive(bytes, from: address) {
                case .transfer(let room):
                    transfer = room
                    bytes.reserveCapacity(room.length)
                case .busy: return Self.text(.serviceUnavailable, "too many blobs at a time", retryAfter: 2)
                case .answer(let answer): return Self.bytes(answer)
                }
            }
            if let transfer, bytes.count > transfer.length { throw WireError.wrongSize }
        }
        let answer = ByteBuffer(bytes: try await relay.blob(bytes))
        // The room is taken until the other side has taken the answer: the end of it waits for that. But the writer lets
        // it pass as long as the channel has not seen the answer, and with it that there is more than it can send.
        let body = ResponseBody(contentLength: answer.readableBytes) { [transfer] writer in
            try await writer.write(answer)
            try await channel.eventLoop.submit {}.get()
            try await writer.finish(nil)
            withExtendedLifetime(transfer) {}
        }
        return Self.bytes(body)
    }

    private func address(of request: HummingbirdCore.Request, _ peer: SocketAddress?) -> NetworkAddress {
        if isBehindProxy {
            // The last one is what the proxy in front saw; those before it anybody can write.
            let names = request.headers[values: .forwardedFor].joined(separator: ",").split(separator: ",")
            return NetworkAddress(forwarded: names.last.map(String.init) ?? "")
        }
        return NetworkAddress(of: peer)
    }

    private static func bytes(_ bytes: [UInt8]) -> Response {
        Self.bytes(ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private static func bytes(_ body: ResponseBody) -> Response {
        Response(status: .ok, headers: [.contentType: type, .cacheControl: "no-store, no-transform"], body: body)
    }

    private static func text(_ status: HTTPResponse.Status, _ line: String, retryAfter: Int? = nil) -> Response {
        var headers: HTTPFields = [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"]
        if let retryAfter { headers[.retryAfter] = "\(retryAfter)" }
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: line + "\n")))
    }
}

extension HTTPField.Name {
    fileprivate static let forwardedFor = HTTPField.Name("X-Forwarded-For")!
}
