import SecrMessenger
import SecrTestSupport
import Testing

/// Two people, each with a vault, and a relay in between.
@Suite struct ConversationTests {
    let relay: RelayProcess
    let (anna, ben): (Person, Person)

    init() throws {
        relay = try RelayProcess()
        (anna, ben) = (try Person(relay), try Person(relay))
    }

    /// What the other side said, in order.
    private func texts(_ messenger: Messenger, _ name: String) throws -> [String] {
        try messenger.history(of: messenger.contact(name)).filter { $0.direction == .incoming }.map {
            if case .text(let text) = $0.body { text } else { "?" }
        }
    }

    @Test func theyMeetAndTalk() async throws {
        let (a, b) = (try anna.messenger(), try ben.messenger())
        let invitation = try await a.invite("Ben")
        try await b.accept(invitation.link, as: "Anna")
        _ = try await b.synchronize()
        let began = try await a.synchronize()
        #expect(began.contains { if case .began = $0 { true } else { false } }, "\(began)")
        _ = try await b.synchronize()
        _ = try await a.synchronize()
        #expect(try a.contact("Ben").state == .active && b.contact("Anna").state == .active)
        #expect(try a.contact("Ben").safetyCode == b.contact("Anna").safetyCode)
        for round in 0..<150 {
            try a.send("from anna \(round)", to: a.contact("Ben"))
            if round % 3 == 0 { try b.send("from ben \(round)", to: b.contact("Anna")) }
            if round % 7 == 0 {
                _ = try await a.synchronize()
                _ = try await b.synchronize()
            }
        }
        for _ in 0..<3 {
            _ = try await a.synchronize()
            _ = try await b.synchronize()
        }
        #expect(try texts(b, "Anna") == (0..<150).map { "from anna \($0)" })
        #expect(try texts(a, "Ben") == (0..<150).filter { $0 % 3 == 0 }.map { "from ben \($0)" })
        let history = try a.history(of: a.contact("Ben"))
        #expect(history.filter { $0.direction == .outgoing }.allSatisfy { $0.delivery != .waiting })
        #expect(try a.contact("Ben").lost == 0 && b.contact("Anna").lost == 0)
    }
}
