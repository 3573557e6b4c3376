internal import Glibc
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import SecrSystem
internal import SecrWire
internal import ServiceLifecycle
public import SystemPackage
internal import UnixSignals

/// Serves a relay over HTTP until a signal asks it to end.
public struct RelayServer: Sendable {
    /// Where it listens.
    public enum Listening: Hashable, Sendable {
        /// A name or address, and a port; 0 for any that is free.
        case network(host: String, port: Int)
        case socket(FilePath)
    }

    /// PEM files.
    public struct TLS: Sendable {
        public var certificates: FilePath
        public var key: FilePath

        public init(certificates: FilePath, key: FilePath) {
            self.certificates = certificates
            self.key = key
        }
    }

    public enum Failure: Error {
        /// The certificate or its key can't be used; what is wrong.
        case certificate(String)
        /// It can't listen there; what the system says.
        case address(String)
    }

    public var relay: Relay
    public var listening: Listening
    public var tls: TLS?
    public var isBehindProxy = false
    public var connections = RelayLimits().connections
    /// Connections that one address may have. A proxy that tells whom it speaks for may have any number.
    public var connectionsPerAddress = RelayLimits().connectionsPerAddress
    /// Seconds that a connection may have nothing to do.
    public var idle = 90
    /// Seconds that those have who are in the middle of something when the server is asked to end.
    public var patience = 10

    public init(_ relay: Relay, at listening: Listening) {
        self.relay = relay
        self.listening = listening
    }

    /// Returns when the server has ended in an orderly way: everybody who waited has an answer.
    ///
    /// - Parameters:
    ///   - keeper: does what has to be done from time to time.
    ///   - reloaded: gets what came of it when `SIGHUP` had it read the certificate again; after a failure the one from
    ///     before is still in use.
    ///   - running: gets the port when it listens, or `nil` for a socket.
    public func run(
        keeper: Housekeeper, reloaded: @escaping @Sendable (Failure?) -> Void = { _ in },
        running: @escaping @Sendable (Int?) -> Void
    ) async throws(Failure) {
        let departures = Departures()
        let pace = ConnectionGuard.Pace(longestBody: Command.size + BlobSize.mebi4.count)
        let http = HTTP1Channel.Configuration(
            additionalChannelHandlers: [ConnectionGuard(pace, departures)], idleTimeout: .seconds(Int64(idle)),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: 8_192, maxHeaderListSize: 16_384, maxHeaderFieldCount: 64))
        let certificate = try tls.map { (files) throws(Failure) in try ServerCertificate(files) }
        let shares = isBehindProxy ? nil : Shares(total: .max, perAddress: connectionsPerAddress)
        let server = HTTPServerBuilder { responder in
            ConnectionSetup(
                http: HTTP1Channel(responder: responder, configuration: http), certificate: certificate,
                connections: shares)
        }
        let address: BindAddress =
            switch listening {
            case .network(let host, let port): .hostname(host, port: port)
            case .socket(let path): .unixDomainSocket(path: path.string)
            }
        // No log of requests: nothing that the server notes goes anywhere.
        let logger = Logger(label: "secr-relay") { _ in SwiftLogNoOpLogHandler() }
        let responder = RelayResponder(relay: relay, departures: departures, isBehindProxy: isBehindProxy)
        do {
            let service = try server.buildServer(
                configuration: ServerConfiguration(
                    address: address, backlog: 1_024,
                    availableConnectionsDelegate: MaximumAvailableConnections(connections)),
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger
            ) { request, writer, channel in
                let response = try await responder.respond(to: request, on: channel)
                try await writer.write(response: response.head, body: response.body)
            } onServerRunning: {
                if case .socket(let path) = listening {
                    // Its folder decides who gets there.
                    _ = unsafe path.withPlatformString { unsafe chmod($0, 0o666) }
                }
                running($0.localAddress?.port)
            }
            let reloading = CertificateKeeper(
                certificate: certificate, signals: await UnixSignalsSequence(trapping: .sighup), reloaded: reloaded)
            // The last one ends first: it lets those go who wait.
            var configuration = ServiceGroupConfiguration(
                services: [reloading, service, keeper], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
            configuration.maximumGracefulShutdownDuration = .seconds(patience)
            try await ServiceGroup(configuration: configuration).run()
        } catch is CancellationError {
            // Not everybody was done in time.
        } catch let error as IOError {
            // Safe: the system's text ends with a NUL, and is not kept.
            throw .address(unsafe String(cString: strerror(error.errnoCode)).lowercased())
        } catch {
            throw .address("\(error)")
        }
    }
}
