import Foundation
import SecrRelayClient
import SecrTestSupport
import Testing

/// What was answered is so, whenever a process dies.
@Suite(.serialized) struct RelayCrashTests {
    private static let retries = RetryPolicy(attempts: 20, base: .milliseconds(20), cap: .milliseconds(200))
    private static let times = relayTestsAreLong ? 200 : 10

    @Test(.timeLimit(.minutes(15))) func everythingComesExactlyOnce() async throws {
        let relay = try RelayProcess(isInMemory: false)
        let stored = try await RelayExercise(clients: [relay.client(Self.retries)]).run(times: Self.times) { _ in
            relay.crash()
            try relay.start()
        }
        #expect(try await relay.stop() == 0)
        let lines = relay.said.split(separator: "\n")
        #expect(lines.allSatisfy { $0.hasPrefix("listening on ") }, "\(relay.said)")
        // Nothing that was under way stays behind; what was stored without an answer may.
        let files = try FileManager.default.subpathsOfDirectory(atPath: relay.data + "/blobs").filter {
            $0.contains("/")
        }
        #expect(files.count >= stored && files.allSatisfy { $0.contains(#/^[0-9a-f]+\/[0-9a-f]{32}$/#) })
    }

    /// Three relays on one database and one bucket; now one of them dies, now the database.
    @Test(
        .enabled(if: PostgreSQLServer.isInstalled, "PostgreSQL is not installed"),
        .enabled(if: MotoServer.isInstalled, Comment(rawValue: MotoServer.advice)), .timeLimit(.minutes(15)))
    func threeRelaysAreAsGoodAsOne() async throws {
        let nodes = try RelayNodes(3)
        let (database, relays) = (nodes.database, nodes.relays)
        let clients = try relays.map { try $0.client(Self.retries) }
        let stored = try await RelayExercise(clients: clients).run(times: Self.times) { generator in
            if Int.random(in: 0..<4, using: &generator) == 0 {
                database.crash()
                try database.start()
            } else {
                let relay = relays.randomElement(using: &generator)!
                relay.crash()
                try relay.start()
            }
        }
        #expect(stored > 0)
        for relay in relays { #expect(try await relay.stop() == 0) }
    }
}
