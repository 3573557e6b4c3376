internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes

/// Cuts connections that send more than any command has, or that take longer for it than a slow line would.
///
/// A request that is being answered has no such time: a get may wait.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    struct Pace: Sendable {
        /// Bytes that a request's body has at most.
        var longestBody: Int
        /// Seconds that anything may take.
        var grace = 20
        /// Bytes in a second that are expected on top.
        var speed = 16_384
    }

    private let pace: Pace
    private var received = 0
    /// When the head of a request has to be there, from its first byte on, or from the beginning of the connection.
    private var beginning: NIODeadline?
    /// When a request has to be there that has begun, whether or not it has an answer already.
    private var reading: NIODeadline?
    /// When the answers have to be taken that are under way.
    private var writing: NIODeadline?
    /// How many answers that are.
    private var unsent = 0
    /// How many requests have no answer yet.
    private var unanswered = 0
    /// Looks at all of them when one was due when this was set: most requests need no timer of their own.
    private var timer: (task: Scheduled<Void>, due: NIODeadline)?

    private let departures: Departures

    init(_ pace: Pace, _ departures: Departures) {
        self.pace = pace
        self.departures = departures
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    /// Whoever has closed only the half that sends gets an answer, but does not wait for one.
    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is Doorkeeper.Event { return begin(context) }
        if case ChannelEvent.inputClosed = event { departures.left(context.channel) }
        context.fireUserInboundEventTriggered(event)
    }

    /// The head of a request begins, unless something else is under way: then these may be bytes of that.
    private func begin(_ context: ChannelHandlerContext) {
        guard beginning == nil, reading == nil, unanswered == 0 else { return }
        beginning = deadline(bytes: 0)
        watch(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            received = 0
            beginning = nil
            unanswered += 1
            let count = head.headerFields[.contentLength].flatMap { Int($0) } ?? 0
            // Those without a body end with the next part.
            reading = deadline(bytes: min(count, pace.longestBody))
            watch(context)
        case .body(let buffer):
            received += buffer.readableBytes
            // What is too long by its own account is answered, but not listened to.
            if received > 2 * pace.longestBody { return context.close(promise: nil) }
        case .end:
            reading = nil
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            unsent += 1
            writing = deadline(bytes: head.headerFields[.contentLength].flatMap { Int($0) } ?? 0)
            watch(context)
            context.write(data, promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            // What is no request has an answer, too.
            unanswered = max(0, unanswered - 1)
            let sent = promise ?? context.eventLoop.makePromise()
            // Safe: both run on the loop of this connection.
            sent.futureResult.assumeIsolated().whenComplete { [self] _ in
                unsent -= 1
                if unsent == 0 { writing = nil }
            }
            context.write(data, promise: sent)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        forget()
        departures.closed(context.channel)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { forget() }

    private func forget() {
        (beginning, reading, writing) = (nil, nil, nil)
        timer?.task.cancel()
        timer = nil
    }

    private func deadline(bytes: Int) -> NIODeadline { .now() + .seconds(Int64(pace.grace + bytes / pace.speed)) }

    private var next: NIODeadline? { [beginning, reading, writing].compactMap(\.self).min() }

    private func watch(_ context: ChannelHandlerContext) {
        guard let next else { return }
        if let timer {
            guard next < timer.due else { return }
            timer.task.cancel()
        }
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: next) { [self] in
            timer = nil
            guard let next = self.next else { return }
            if next <= .now() { context.close(promise: nil) } else { watch(context) }
        }
        timer = (task, next)
    }
}
