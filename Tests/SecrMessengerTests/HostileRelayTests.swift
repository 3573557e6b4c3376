import SecrCrypto
import SecrMessenger
import SecrTestSupport
import SecrWire
import Testing

/// A relay that does with cells what it likes.
@Suite struct HostileRelayTests {
    private let couple: Couple

    init() throws { couple = try Couple() }

    /// What Ben says, as cells that Anna has not seen.
    private func cells(
        _ texts: [String], _ a: Messenger, _ b: Messenger
    ) async throws -> (cells: [[UInt8]], box: OwnBox) {
        for text in texts { try b.send(text, to: b.contact("Anna")) }
        _ = try await b.synchronize()
        let box = try a.inbox("Ben")
        return (try await couple.takeAll(from: box), box)
    }

    @Test func whatIsRepeatedIsTakenOnce() async throws {
        let (a, b) = try await couple.meet()
        let (cells, box) = try await cells(["1", "2", "3"], a, b)
        #expect(cells.count == 3)
        try await couple.put([0, 1, 0, 1, 2, 0, 2, 2].map { cells[$0] }, into: box)
        var happenings = try await a.synchronize()
        try await couple.put(cells, into: box)
        happenings += try await a.synchronize()
        #expect(happenings.texts == ["1", "2", "3"] && happenings.count == 3, "\(happenings)")
        #expect(try a.contact("Ben").lost == 0)
        try await couple.expectTalk(a, b)
    }

    @Test func whatComesInAnotherOrderIsTaken() async throws {
        let (a, b) = try await couple.meet()
        let (cells, box) = try await cells((0..<6).map { "\($0)" }, a, b)
        try await couple.put([5, 0, 3, 1, 4, 2].map { cells[$0] }, into: box)
        let happenings = try await a.synchronize()
        #expect(happenings.texts == ["5", "0", "3", "1", "4", "2"] && happenings.skipped == 5)
        #expect(try a.contact("Ben").lost == 0)
        try await couple.expectTalk(a, b)
    }

    @Test func aGapIsToldAndFilledLater() async throws {
        let (a, b) = try await couple.meet()
        let (cells, box) = try await cells((0..<5).map { "\($0)" }, a, b)
        try await couple.put([0, 3, 4].map { cells[$0] }, into: box)
        let happenings = try await a.synchronize()
        #expect(happenings.texts == ["0", "3", "4"] && happenings.skipped == 2)
        #expect(try a.contact("Ben").lost == 2)
        // Ben is told of what came without a gap.
        try await couple.expectTalk(a, b)
        let deliveries = try b.history(of: b.contact("Anna")).filter { $0.direction == .outgoing }.map(\.delivery)
        #expect(deliveries == [.arrived, .sent, .sent, .sent, .sent, .sent])
        try await couple.put([cells[2], cells[1], cells[2]], into: box)
        #expect(try await a.synchronize().texts == ["2", "1"])
        #expect(try a.contact("Ben").lost == 0)
        try await couple.expectTalk(a, b, "and now")
        let later = try b.history(of: b.contact("Anna")).filter { $0.direction == .outgoing }.dropLast()
        #expect(later.allSatisfy { $0.delivery == .arrived })
    }

    @Test func cellsOfOthersAreNothing() async throws {
        let (a, b) = try await couple.meet()
        // Anna's own, and Ben's to somebody else.
        let other = couple.keep(try Person(couple.relay, clock: couple.clock))
        let c = try other.messenger()
        try await b.accept(await c.invite("Ben").link, as: "Clara")
        _ = try await b.synchronize()
        try await couple.exchange(c, b)
        try b.send("for Clara", to: b.contact("Clara"))
        try a.send("from Anna", to: a.contact("Ben"))
        _ = try await b.synchronize([b.contact("Clara")])
        _ = try await a.synchronize()
        let foreign = try await couple.takeAll(from: c.inbox("Ben"))
        let own = try await couple.takeAll(from: b.inbox("Anna"))
        #expect(foreign.count == 1 && own.count == 1)
        try await couple.put(foreign + own, into: a.inbox("Ben"))
        let happenings = try await a.synchronize()
        #expect(happenings.unopened == 2 && happenings.count == 2)
        try await couple.put(foreign, into: c.inbox("Ben"))
        try await couple.put(own, into: b.inbox("Anna"))
        try await couple.expectTalk(a, b)
        #expect(try await c.synchronize().texts == ["for Clara"])
        #expect(try b.heard("Anna") == ["from Anna", "hello, Ben"])
    }

    @Test func junkIsToldAndBounded() async throws {
        let (a, b) = try await couple.meet()
        let box = try a.inbox("Ben")
        try await couple.put((0..<40).map { _ in SecureRandom.bytes(Cell.size) }, into: box)
        #expect(try await a.synchronize().unopened == 40)
        #expect(try a.contact("Ben").unopened == 40)
        let held = StateKey.held(try a.contact("Ben").id)
        #expect(try a.vault.readState { try $0.entries(withPrefix: held).count } == ConversationMachine.mostHeld)
        try await couple.expectTalk(a, b)
        #expect(try a.contact("Ben").unopened == 0)
        // It goes with the next epoch.
        couple.clock.advance(86_401)
        try await couple.expectTalk(a, b, "later")
        #expect(try a.vault.readState { try $0.entries(withPrefix: held).count } == 0)
    }

    /// Each epoch is ended by the one whose turn it is.
    private func nextEpoch(_ a: Messenger, _ b: Messenger) async throws {
        couple.clock.advance(86_401)
        try await couple.expectTalk(a, b, "epoch at \(couple.clock.now)")
    }

    @Test(arguments: [1, 2, 3, 4]) func aCellOfAnOldEpoch(epochs: Int) async throws {
        let (a, b) = try await couple.meet()
        let (cells, box) = try await cells(["old"], a, b)
        for _ in 0..<epochs { try await nextEpoch(a, b) }
        #expect(try a.contact("Ben").lost == 1)
        try await couple.put(cells, into: box)
        let happenings = try await a.synchronize()
        if epochs <= 2 {
            #expect(happenings.texts == ["old"])
        } else {
            #expect(happenings.texts.isEmpty && happenings.unopened == 1)
        }
        #expect(try a.contact("Ben").lost == (epochs <= 2 ? 0 : 1))
        try await couple.expectTalk(a, b)
    }

    @Test func aCommitThatComesLate() async throws {
        let (a, b) = try await couple.meet()
        couple.clock.advance(86_401)
        let (cells, box) = try await cells((0..<5).map { "\($0)" }, a, b)
        // The second one is the commit.
        #expect(cells.count == 6)
        try await couple.put([0, 2, 3, 4, 5].map { cells[$0] }, into: box)
        let happenings = try await a.synchronize()
        #expect(happenings.texts == ["0"] && happenings.unopened == 4)
        try a.send("still here", to: a.contact("Ben"))
        try await couple.put([cells[1]], into: box)
        #expect(try await a.synchronize().texts == ["1", "2", "3", "4"])
        try await couple.expectTalk(a, b)
        #expect(try b.heard("Anna") == ["still here", "hello, Ben"] && a.contact("Ben").lost == 0)
    }

    @Test func partsInAnyOrder() async throws {
        let (a, b) = try await couple.meet()
        let text = String(repeating: "0123456789abcde\n", count: 4_000)
        let (cells, box) = try await cells([text, "short", text + "!"], a, b)
        #expect(cells.count == 9)
        try await couple.put([3, 1, 8, 4, 0, 2, 5].map { cells[$0] }, into: box)
        #expect(try await a.synchronize().texts == ["short", text])
        #expect(try a.contact("Ben").lost == 2)
        try await couple.expectTalk(a, b)
        try await couple.put([7, 6].map { cells[$0] }, into: box)
        #expect(try await a.synchronize().texts == [text + "!"])
        #expect(try a.contact("Ben").lost == 0)
        let parts = StateKey.parts(try a.contact("Ben").id)
        #expect(try a.vault.readState { try $0.entries(withPrefix: parts).isEmpty })
    }

    // MARK: Greetings

    @Test(arguments: [false, true]) func greetingsInAnotherOrder(withJunk: Bool) async throws {
        let (a, b) = (try couple.anna.messenger(), try couple.ben.messenger())
        try await b.accept(await a.invite("Ben").link, as: "Anna")
        let pending = try b.pending("Anna")
        if withJunk {
            try await couple.put([SecureRandom.bytes(Cell.size)], into: pending.box)
            let made = try a.pending("Ben")
            try await couple.put([SecureRandom.bytes(Cell.size)], into: made.box)
        }
        _ = try await b.synchronize()
        #expect(try await a.synchronize().began)
        try a.send("at once", to: a.contact("Ben"))
        _ = try await a.synchronize()
        let cells = try await couple.takeAll(from: pending.box)
        #expect(cells.count >= 3)
        try await couple.put(cells.reversed() + cells, into: pending.box)
        let happenings = try await b.synchronize()
        #expect(happenings.began && happenings.texts == ["at once"], "\(happenings)")
        try await couple.exchange(a, b)
        try await couple.expectTalk(a, b)
        #expect(try b.contact("Anna").lost == 0)
    }
}
