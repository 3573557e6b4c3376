import Foundation
import SecrTestSupport
import Testing

/// Whatever dies and whenever: each message comes, once, and in its order, and each file as it was.
@Suite(.serialized) struct ChatCrashTests {
    /// Messages of each side.
    private static let count = relayTestsAreLong ? 5_000 : 50

    @Test(.timeLimit(.minutes(120))) func everythingComesOnceAndInOrder() async throws {
        let relay = try RelayProcess(isInMemory: false)
        try await ChatExercise(at: relay.endpoint.origin).run(Self.count) {
            relay.crash()
            try relay.start()
        }
    }

    /// Three relays on one database and one bucket, behind something that gives each connection to one that is alive.
    /// One of them dies for good, the others come back.
    @Test(
        .enabled(if: PostgreSQLServer.isInstalled, "PostgreSQL is not installed"),
        .enabled(if: MotoServer.isInstalled, Comment(rawValue: MotoServer.advice)), .timeLimit(.minutes(120)))
    func oneOfThreeRelaysIsNotMissed() async throws {
        let nodes = try RelayNodes(3)
        let forwarder = try Forwarder(to: nodes.relays.map(\.port))
        let exercise = try ChatExercise(at: forwarder.origin)
        let lost = nodes.relays[0].identifier
        try await exercise.run(Self.count) {
            nodes.relays[0].crash()
        } disturb: {
            let relay = nodes.relays[Int.random(in: 1...2)]
            relay.crash()
            try relay.start()
        }
        // Each was of use, and that one stayed away.
        #expect(forwarder.connections.allSatisfy { $0 > 0 }, "\(forwarder.connections)")
        #expect(nodes.relays[0].identifier == lost && !nodes.relays[0].isRunning)
    }
}
