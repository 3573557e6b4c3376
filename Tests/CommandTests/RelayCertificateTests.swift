import Foundation
import SecrRelayClient
import SecrTestSupport
import Testing

/// Certificates are renewed while a relay runs.
@Suite(.enabled(if: Run.isInstalled("openssl"), "openssl makes the certificates")) struct RelayCertificateTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        for name in ["first", "second"] { try folder.makeCertificate(name) }
    }

    /// Puts one of them where the relay looks.
    private func use(_ name: String, key: String? = nil) throws {
        try folder.write(folder.bytes(name + ".pem"), to: "chain")
        try folder.write(folder.bytes((key ?? name) + ".key"), to: "key")
    }

    private var options: [String] {
        ["--certificate", folder.file("chain").path, "--certificate-key", folder.file("key").path]
    }

    /// Whether somebody who trusts this certificate and no other gets an answer, on a connection of its own.
    private func isServed(_ name: String, by relay: RelayProcess) async -> Bool {
        await (try? client(of: relay, trusting: name).terms()) != nil
    }

    private func client(of relay: RelayProcess, trusting name: String) throws -> RelayClient {
        var endpoint = RelayEndpoint(origin: "https://127.0.0.1:\(relay.port)")
        endpoint.trust = .certificates(file: folder.file(name + ".pem").path)
        return try RelayProcess.client(endpoint)
    }

    @Test func aSignalHasItReadAgain() async throws {
        try use("first")
        let relay = try RelayProcess(options)
        let early = try client(of: relay, trusting: "first")
        _ = try await early.terms()
        try use("second")
        #expect(await isServed("first", by: relay))
        kill(relay.identifier, SIGHUP)
        #expect(try await relay.says("\nthe certificate was read again\n"))
        #expect(await isServed("second", by: relay))
        #expect(await !isServed("first", by: relay))
        // The connection from before is still there.
        _ = try await early.terms()
        // What can't be used is not, each time that it is tried.
        for round in 1...2 {
            try use("first", key: "second")
            kill(relay.identifier, SIGHUP)
            try await Task.sleep(for: .milliseconds(500))
            let warnings = relay.said.components(
                separatedBy: "secr-relay: warning: the certificate or its key can't be used")
            #expect(warnings.count == 1 + round, "\(relay.said)")
        }
        try FileManager.default.removeItem(at: folder.file("chain"))
        kill(relay.identifier, SIGHUP)
        try await Task.sleep(for: .milliseconds(300))
        #expect(await isServed("second", by: relay))
        _ = try await early.terms()
        #expect(try await relay.stop() == 0)
    }

    @Test func aBadOneIsToldAlways() async throws {
        try use("first")
        let relay = try RelayProcess(options + ["--quiet"], listen: "unix:FOLDER/socket")
        try use("second", key: "first")
        kill(relay.identifier, SIGHUP)
        #expect(try await relay.says("the one from before is still in use\n"))
        try use("second")
        kill(relay.identifier, SIGHUP)
        try await Task.sleep(for: .milliseconds(300))
        #expect(relay.said.split(separator: "\n").count == 1, "\(relay.said)")
    }

    /// Whoever does not shake hands has no more time than for a head.
    @Test func handshakesHaveTheirTime() async throws {
        try use("first")
        let relay = try RelayProcess(options)
        let silent = try relay.connect()
        #expect(try await !silent.isClosed(within: 15))
        #expect(try await silent.isClosed(within: 30))
    }

    /// Where there is no certificate there is nothing to do.
    @Test func withoutOneTheSignalIsHarmless() async throws {
        let relay = try RelayProcess()
        kill(relay.identifier, SIGHUP)
        try await Task.sleep(for: .milliseconds(300))
        _ = try await relay.client().terms()
        #expect(try await relay.stop() == 0)
        #expect(relay.said == "listening on http://127.0.0.1:\(relay.port)\n")
    }
}
