internal import ServiceLifecycle
internal import UnixSignals

/// Reads the certificate again each time that the operator asks for it.
struct CertificateKeeper: Service {
    /// `nil` where there is none; then the signal changes nothing.
    let certificate: ServerCertificate?
    let signals: UnixSignalsSequence
    /// Gets what came of it.
    let reloaded: @Sendable (RelayServer.Failure?) -> Void

    func run() async throws {
        for try await _ in signals.cancelOnGracefulShutdown() {
            guard let certificate else { continue }
            do throws(RelayServer.Failure) {
                try certificate.reload()
                reloaded(nil)
            } catch {
                reloaded(error)
            }
        }
    }
}
