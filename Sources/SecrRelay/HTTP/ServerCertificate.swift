internal import NIOSSL
internal import Synchronization
internal import SystemPackage

/// A certificate and its key, as they were when they were read last.
final class ServerCertificate: Sendable {
    private let files: RelayServer.TLS
    private let latest: Mutex<NIOSSLContext>

    init(_ files: RelayServer.TLS) throws(RelayServer.Failure) {
        self.files = files
        latest = Mutex(try Self.read(files))
    }

    /// For a connection that begins now.
    var context: NIOSSLContext { latest.withLock { $0 } }

    /// Reads both files again, for connections that begin later. Where they can't be used, nothing changes.
    func reload() throws(RelayServer.Failure) {
        let fresh = try Self.read(files)
        latest.withLock { $0 = fresh }
    }

    private static func read(_ files: RelayServer.TLS) throws(RelayServer.Failure) -> NIOSSLContext {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(files.certificates.string)
            let key = try NIOSSLPrivateKey(file: files.key.string, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            // A key of another certificate is noticed here.
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .certificate("\(error)")
        }
    }
}
