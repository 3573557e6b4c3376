internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOSSL

/// What a connection passes through before it is HTTP.
struct ConnectionSetup: ServerChildChannel {
    let http: HTTP1Channel
    /// `nil` where no TLS is spoken.
    let certificate: ServerCertificate?
    /// Connections that an address may have; `nil` for any number.
    let connections: Shares?

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(Doorkeeper(connections))
            if let certificate { try pipeline.addHandler(NIOSSLServerHandler(context: certificate.context)) }
        }.flatMap { http.setup(channel: channel, logger: logger) }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async { await http.handle(value: value, logger: logger) }
}
