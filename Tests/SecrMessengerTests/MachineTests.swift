import Foundation
import SecrMessenger
import SecrTestSupport
import SecrVault
import Testing

/// What follows from what is said: epochs, receipts, messages that go.
@Suite struct MachineTests {
    private let couple: Couple
    private var clock: TestClock { couple.clock }

    init() throws { couple = try Couple() }

    private func epoch(_ messenger: Messenger, _ name: String) throws -> UInt64 {
        let id = try messenger.contact(name).id
        return try messenger.vault.readState { try $0.group(id).epoch }
    }

    private func hasTurn(_ messenger: Messenger, _ name: String) throws -> Bool {
        try #require(try messenger.contact(name).conversation).hasTurn
    }

    // MARK: Epochs

    @Test func anEpochHas64Contents() async throws {
        let (a, b) = try await couple.meet()
        #expect(try epoch(a, "Ben") == 1 && epoch(b, "Anna") == 1 && !hasTurn(a, "Ben") && hasTurn(b, "Anna"))
        // Both boxes were said.
        let exchanged = try #require(try b.contact("Anna").conversation).exchanged
        #expect(exchanged == 2)
        // Who has not the turn does not commit, however much there is.
        for round in 0..<70 { try a.send("\(round)", to: a.contact("Ben")) }
        #expect(try epoch(a, "Ben") == 1 && epoch(b, "Anna") == 1)
        _ = try await a.synchronize()
        _ = try await b.synchronize()
        // Nobody sees from outside when they were read: the commit comes later.
        #expect(try epoch(b, "Anna") == 1 && b.contact("Anna").conversation?.commitDue != nil)
        clock.advance(700)
        _ = try await b.synchronize()
        #expect(try epoch(b, "Anna") == 2 && !hasTurn(b, "Anna"))
        _ = try await a.synchronize()
        #expect(try epoch(a, "Ben") == 2 && hasTurn(a, "Ben"))
        #expect(try b.heard("Anna") == (0..<70).map { "\($0)" })
        try await couple.expectTalk(a, b)
        // Exactly with the 64th.
        let left = 64 - Int(try #require(try a.contact("Ben").conversation).exchanged)
        for round in 1..<left { try a.send("\(round)", to: a.contact("Ben")) }
        #expect(try epoch(a, "Ben") == 2)
        try a.send("last", to: a.contact("Ben"))
        #expect(try epoch(a, "Ben") == 3 && !hasTurn(a, "Ben"))
        try await couple.expectTalk(a, b)
        #expect(try epoch(b, "Anna") == 3 && hasTurn(b, "Anna"))
    }

    @Test func anEpochHasADay() async throws {
        let (a, b) = try await couple.meet()
        try await couple.expectTalk(a, b)
        clock.advance(86_399)
        try await couple.exchange(a, b)
        #expect(try epoch(b, "Anna") == 1)
        clock.advance(2)
        _ = try await a.synchronize()
        #expect(try epoch(a, "Ben") == 1)
        // Also where nothing is said.
        _ = try await b.synchronize()
        clock.advance(700)
        _ = try await b.synchronize()
        _ = try await a.synchronize()
        #expect(try epoch(a, "Ben") == 2 && epoch(b, "Anna") == 2 && hasTurn(a, "Ben") && !hasTurn(b, "Anna"))
        // But not day after day, where nobody is there.
        for _ in 0..<3 {
            clock.advance(86_401)
            try await couple.exchange(a, b)
        }
        #expect(try epoch(a, "Ben") <= 3)
        try await couple.expectTalk(a, b, "again")
    }

    @Test func theyGoOnAtOnce() async throws {
        let (a, b) = try await couple.meet()
        for round in 0..<100 {
            try a.send("a\(round)", to: a.contact("Ben"))
            try b.send("b\(round)", to: b.contact("Anna"))
            if round % 9 == 0 { async let one = a.synchronize(), two = b.synchronize(); _ = try await (one, two) }
        }
        try await couple.exchange(a, b)
        #expect(try b.heard("Anna") == a.said("Ben") && a.heard("Ben") == b.said("Anna"))
        #expect(try epoch(a, "Ben") == epoch(b, "Anna") && epoch(a, "Ben") > 2)
        #expect(try hasTurn(a, "Ben") != hasTurn(b, "Anna"))
    }

    // MARK: Receipts

    private func deliveries(_ messenger: Messenger, _ name: String) throws -> [Message.Delivery] {
        try messenger.history(of: messenger.contact(name)).filter { $0.direction == .outgoing }.map(\.delivery)
    }

    private func due(_ messenger: Messenger, _ name: String) throws -> UInt64? {
        try messenger.contact(name).conversation?.receiptDue
    }

    @Test func receiptsAreLateAndNotAnswered() async throws {
        let (a, b) = try await couple.meet()
        try b.send("1", to: b.contact("Anna"))
        #expect(try deliveries(b, "Anna") == [.waiting])
        _ = try await b.synchronize()
        #expect(try deliveries(b, "Anna") == [.sent])
        _ = try await a.synchronize()
        // Not at once.
        let time = try #require(try due(a, "Ben"))
        #expect(try time > clock.now && time <= clock.now + 600 && a.outbox("Ben").isEmpty)
        _ = try await b.synchronize()
        #expect(try deliveries(b, "Anna") == [.sent])
        clock.advance(time - clock.now)
        _ = try await a.synchronize()
        #expect(try due(a, "Ben") == nil)
        let happenings = try await b.synchronize()
        #expect(happenings.count { if case .acknowledged = $0 { true } else { false } } == 1)
        #expect(try deliveries(b, "Anna") == [.arrived] && due(b, "Anna") == nil)
        clock.advance(1_000)
        #expect(try await couple.exchange(a, b).isEmpty)
        // What is said says it, too.
        try b.send("2", to: b.contact("Anna"))
        _ = try await b.synchronize()
        _ = try await a.synchronize()
        try a.send("3", to: a.contact("Ben"))
        #expect(try due(a, "Ben") == nil)
        _ = try await a.synchronize()
        _ = try await b.synchronize()
        #expect(try deliveries(b, "Anna") == [.arrived, .arrived])
        #expect(try a.history(of: a.contact("Ben")).map(\.number) == [1, 2, 3])
    }

    @Test func whoSendsNoReceiptsTellsNothing() async throws {
        let (a, b) = try await couple.meet()
        try a.setReceipts(a.contact("Ben"), false)
        try b.send("1", to: b.contact("Anna"))
        try await couple.exchange(b, a)
        #expect(try due(a, "Ben") == nil)
        clock.advance(1_000)
        try a.send("2", to: a.contact("Ben"))
        try await couple.exchange(a, b)
        #expect(try deliveries(b, "Anna") == [.sent])
        #expect(try b.heard("Anna") == ["2"])
        // A conversation that is over tells nothing more.
        _ = try await b.invite("Anna", anew: true)
        #expect(try deliveries(b, "Anna") == [.unknown])
    }

    // MARK: What goes

    @Test func messagesDisappearOnBothSides() async throws {
        let (a, b) = try await couple.meet()
        try a.send("this one stays", to: a.contact("Ben"))
        try a.setLifetime(3_600, with: a.contact("Ben"))
        let secret = "a sentence that is nowhere any more"
        try a.send(secret, to: a.contact("Ben"))
        try await couple.exchange(a, b)
        #expect(try a.contact("Ben").lifetime == 3_600 && b.contact("Anna").lifetime == 3_600)
        try b.send(secret, to: b.contact("Anna"))
        try await couple.exchange(a, b)
        clock.advance(3_599)
        try await couple.exchange(a, b)
        #expect(try a.history(of: a.contact("Ben")).count == 3 && b.history(of: b.contact("Anna")).count == 3)
        clock.advance(1)
        #expect(try a.deleteExpired() == 2 && b.deleteExpired() == 2 && a.deleteExpired() == 0)
        for (messenger, name) in [(a, "Ben"), (b, "Anna")] {
            #expect(try messenger.history(of: messenger.contact(name)).count == 1)
            let id = try messenger.contact(name).id
            let (messages, expiries) = try messenger.vault.readState { state in
                (
                    try state.entries(withPrefix: StateKey.messages(id)).count,
                    try state.entries(withPrefix: StateKey.expiries).count
                )
            }
            #expect(messages == 1 && expiries == 0)
            let pages = Data(try messenger.vault.indexPages().flatMap(\.self))
            #expect(pages.range(of: Data("this one stays".utf8)) != nil)
            #expect(pages.range(of: Data(secret.utf8)) == nil)
        }
        try a.setLifetime(0, with: a.contact("Ben"))
        try await couple.expectTalk(a, b)
        clock.advance(86_400 * 20)
        try await couple.exchange(a, b)
        #expect(try b.heard("Anna") == ["this one stays", "hello, Ben"] && b.contact("Anna").lifetime == 0)
    }

    @Test func messagesAreDeletedHereOrForBoth() async throws {
        let (a, b) = try await couple.meet()
        for text in ["1", "2", "3"] { try a.send(text, to: a.contact("Ben")) }
        try await couple.exchange(a, b)
        func number(_ messenger: Messenger, _ name: String, _ text: String) throws -> UInt64 {
            try #require(try messenger.history(of: messenger.contact(name)).first { $0.body == .text(text) }).number
        }
        #expect(try !a.delete(number(a, "Ben", "1"), of: a.contact("Ben"), forBoth: false))
        #expect(try a.delete(number(a, "Ben", "2"), of: a.contact("Ben"), forBoth: true))
        // What the other one said is deleted here only.
        #expect(try !b.delete(number(b, "Anna", "3"), of: b.contact("Anna"), forBoth: true))
        let happenings = try await couple.exchange(a, b)
        #expect(happenings.count { if case .deleted = $0 { true } else { false } } == 1)
        #expect(try a.said("Ben") == ["3"] && b.heard("Anna") == ["1"])
        #expect(throws: MessengerError.self) { try a.delete(2, of: a.contact("Ben"), forBoth: true) }
        try await couple.expectTalk(a, b)
    }
}
