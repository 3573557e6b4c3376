internal import NIOCore

/// Stands before everything else on a connection: turns away those who have too many, and tells when bytes come.
final class Doorkeeper: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// What those behind are told.
    enum Event {
        /// Bytes come next, of whatever kind.
        case bytes
    }

    private let connections: Shares?
    /// For whom this connection counts.
    private var counted: NetworkAddress?

    /// - Parameter connections: those that an address may have; `nil` for any number.
    init(_ connections: Shares?) { self.connections = connections }

    func channelActive(context: ChannelHandlerContext) {
        if let connections {
            let address = NetworkAddress(of: context.remoteAddress)
            guard connections.take(1, for: address) else { return context.close(promise: nil) }
            counted = address
        }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireUserInboundEventTriggered(Event.bytes)
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if let address = counted.take() { connections?.give(back: 1, from: address) }
        context.fireChannelInactive()
    }
}

extension NetworkAddress {
    /// - Parameter peer: the other end of a connection.
    init(of peer: SocketAddress?) { self = peer?.ipAddress.map { NetworkAddress($0) } ?? .local }
}
