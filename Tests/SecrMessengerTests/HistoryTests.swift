import SecrMessenger
import SecrRelayClient
import SecrTestSupport
import Testing

/// Texts of any size, finding them, and what is done with contacts.
@Suite struct HistoryTests {
    private let couple: Couple

    init() throws { couple = try Couple() }

    private func code(_ body: () throws -> Void) -> MessengerError? {
        do {
            try body()
            return nil
        } catch { return error as? MessengerError }
    }

    @Test func longTexts() async throws {
        let (a, b) = try await couple.meet()
        let texts = [
            String(repeating: "x", count: 65_536), String(repeating: "ü", count: 32_768),
            String(repeating: "👩‍👩‍👧", count: 3_640), "\u{1F4A9}", String(repeating: "ab\n", count: 10_000), " ",
        ]
        for text in texts {
            let before = try a.outbox("Ben").count
            try a.send(text, to: a.contact("Ben"))
            let cells = try a.outbox("Ben").count - before
            #expect(cells == (text.utf8.count + 400) / 16_328 + 1, "\(text.utf8.count)")
        }
        let contact = try a.contact("Ben")
        for text in ["", String(repeating: "x", count: 65_537), String(repeating: "ü", count: 32_769), "a\0b"] {
            guard case .badText = code({ try a.send(text, to: contact) }) else {
                Issue.record("\(text.utf8.count) bytes")
                continue
            }
        }
        try await couple.exchange(a, b)
        #expect(try b.heard("Anna") == texts)
        let all = try b.history(of: b.contact("Anna"))
        #expect(try b.history(of: b.contact("Anna"), limit: 2).map(\.number) == [5, 6])
        #expect(try b.history(of: b.contact("Anna"), before: 3).map(\.number) == [1, 2])
        #expect(try b.history(of: b.contact("Anna"), before: 3, limit: 1).map(\.number) == [2])
        #expect(try all.map(\.number) == Array(1...6) && b.contact("Anna").unread == 6)
        try b.markSeen(b.contact("Anna"))
        #expect(try b.contact("Anna").unread == 0)
    }

    @Test func searching() async throws {
        let (a, b) = try await couple.meet()
        let clara = couple.keep(try Person(couple.relay, clock: couple.clock))
        try await b.accept(await clara.messenger().invite("Ben").link, as: "Clara")
        for text in ["The Quick Fox", "über", "nothing"] { try a.send(text, to: a.contact("Ben")) }
        try await couple.exchange(a, b)
        func found(_ text: String) throws -> [String: [UInt64]] {
            let results = try b.search(text, in: b.contacts())
            #expect(try results.map(\.contact.name) == b.contacts().map(\.name))
            return results.reduce(into: [:]) { $0[$1.contact.name] = $1.messages.map(\.number) }
        }
        #expect(try found("quick f") == ["Anna": [1], "Clara": []])
        #expect(try found("ÜBER") == ["Anna": [2], "Clara": []])
        #expect(try found("missing") == ["Anna": [], "Clara": []])
        #expect(try found("n") == ["Anna": [3], "Clara": []])
    }

    @Test func blocking() async throws {
        let (a, b) = try await couple.meet()
        try await couple.expectTalk(a, b)
        try b.send("on its way", to: b.contact("Anna"))
        _ = try await b.synchronize()
        try a.send("waits", to: a.contact("Ben"))
        try a.block(a.contact("Ben"))
        let contact = try a.contact("Ben")
        #expect(contact.state == .blocked && contact.safetyCode == nil)
        #expect(try await a.synchronize().isEmpty)
        guard case .notActive("Ben") = code({ try a.send("no", to: contact) }) else {
            Issue.record("it was sent")
            return
        }
        let deliveries = try a.history(of: contact).filter { $0.direction == .outgoing }.map(\.delivery)
        #expect(deliveries == [.unknown, .unknown])
        for prefix in StateKey.conversation(contact.id) + [StateKey.drops] {
            #expect(try a.vault.readState { try $0.entries(withPrefix: prefix).isEmpty })
        }
        // The relay has forgotten the box, and Ben hears of no reason.
        try b.send("hello?", to: b.contact("Anna"))
        guard case .relay(_, .refused) = try #require(try await b.synchronize().failures.first) else {
            Issue.record("the box is still there")
            return
        }
        // They can begin anew.
        let invitation = try await a.invite("Ben", anew: true)
        try await b.accept(invitation.link, as: "Anna", anew: true)
        try await couple.greet(a, b)
        try await couple.expectTalk(a, b, "anew")
        #expect(try a.heard("Ben") == ["hello, Anna", "anew, Anna"])
        try a.delete(a.contact("Ben"))
        #expect(try a.contacts().isEmpty)
        let left = try a.vault.readState { try $0.entries(withPrefix: []).filter { $0.key != StateKey.settings } }
        #expect(left.allSatisfy { $0.key.starts(with: StateKey.drops) })
    }

    @Test func leaving() async throws {
        let (a, b) = try await couple.meet()
        try a.send("bye", to: a.contact("Ben"))
        try a.sayFarewell(to: a.contact("Ben"))
        let happenings = try await couple.exchange(a, b)
        #expect(happenings.count { if case .left = $0 { true } else { false } } == 1)
        #expect(try b.contact("Anna").state == .left && a.contact("Ben").state == .left && b.heard("Anna") == ["bye"])
        for (messenger, name) in [(a, "Ben"), (b, "Anna")] {
            let contact = try messenger.contact(name)
            guard case .notActive = code({ try messenger.send("no", to: contact) }) else {
                Issue.record("\(name) was told something")
                continue
            }
        }
        couple.clock.advance(3 * 86_400)
        #expect(try await couple.exchange(a, b).isEmpty)
        #expect(try a.outbox("Ben").isEmpty && b.outbox("Anna").isEmpty)
    }

    @Test func names() async throws {
        let a = try couple.anna.messenger()
        for name in ["Ben", "Zoë", "Doris"] { _ = try await a.invite(name) }
        #expect(try a.contacts().map(\.name) == ["Ben", "Doris", "Zoë"])
        let ben = try a.contact("Ben")
        let bad = [
            "", " Ben", "Ben ", "-b", "/b", "a\nb", "a\tb", "a\u{202E}b", "a\u{200B}b", "a\0b", "\u{E000}",
            String(repeating: "b", count: 65), String(repeating: "👩‍👩‍👧", count: 40),
        ]
        for name in bad {
            guard case .badName = code({ try a.rename(ben, to: name) }) else {
                Issue.record("a contact with the name \(name.debugDescription)")
                continue
            }
        }
        for taken in ["Doris", "Zoe\u{308}"] {
            guard case .nameTaken = code({ try a.rename(ben, to: taken) }) else {
                Issue.record("two contacts with the name \(taken)")
                continue
            }
        }
        try a.rename(ben, to: "Ben")
        try a.rename(ben, to: "Benjamin of the long road, äöü 你好")
        #expect(try a.contact("Benjamin of the long road, äöü 你好").id == ben.id)
        guard case .unknownContact = code({ _ = try a.contact("Ben") }) else {
            Issue.record("the old name is still there")
            return
        }
    }
}
