import SecrMessenger
import SecrTestSupport
import Testing

/// Two people, each with a vault, and a relay in between.
@Suite struct ConversationTests {
    private let couple: Couple

    init() throws { couple = try Couple() }

    @Test func theyMeetAndTalk() async throws {
        let (a, b) = try await couple.meet()
        for round in 0..<150 {
            try a.send("from anna \(round)", to: a.contact("Ben"))
            if round % 3 == 0 { try b.send("from ben \(round)", to: b.contact("Anna")) }
            if round % 7 == 0 {
                _ = try await a.synchronize()
                _ = try await b.synchronize()
            }
        }
        try await couple.exchange(a, b)
        #expect(try b.heard("Anna") == (0..<150).map { "from anna \($0)" })
        #expect(try a.heard("Ben") == (0..<150).filter { $0 % 3 == 0 }.map { "from ben \($0)" })
        let history = try a.history(of: a.contact("Ben"))
        #expect(history.filter { $0.direction == .outgoing }.allSatisfy { $0.delivery != .waiting })
        #expect(try a.contact("Ben").lost == 0 && b.contact("Anna").lost == 0)
    }
}
