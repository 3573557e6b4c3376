import SecrMessenger
import SecrTestSupport
import SecrWire
import Testing

/// What relays lose for good is made good where it can be.
@Suite struct LossTests {
    private let couple: Couple

    init() throws { couple = try Couple() }

    private static let day: UInt64 = 86_401

    /// Without it nothing that follows can be opened, so it comes again, and with it what waited.
    @Test func aCommitThatIsLost() async throws {
        let (a, b) = try await couple.meet()
        couple.clock.advance(Self.day)
        let box = try a.inbox("Ben")
        for text in ["before", "after"] { try b.send(text, to: b.contact("Anna")) }
        try await b.deliver(to: b.contact("Anna").id)
        let cells = try await couple.takeAll(from: box)
        // The second one is the commit.
        #expect(cells.count == 3)
        try await couple.put([cells[0], cells[2]], into: box)
        let happenings = try await a.synchronize()
        #expect(happenings.texts == ["before"] && happenings.unopened == 1)
        // Nothing comes again too soon.
        couple.clock.advance(Self.day / 2)
        try await couple.exchange(a, b)
        #expect(try a.heard("Ben") == ["before"])
        couple.clock.advance(Self.day)
        try await couple.exchange(a, b)
        #expect(try a.heard("Ben") == ["before", "after"])
        #expect(try a.contact("Ben").lost == 0 && a.contact("Ben").unopened == 0)
        try await couple.expectTalk(a, b)
    }

    /// Its cells look like others: another nonce, and so another cell.
    @Test func aRepetitionIsAnotherCell() async throws {
        let (a, b) = try await couple.meet()
        couple.clock.advance(Self.day)
        let box = try a.inbox("Ben")
        try b.send("one", to: b.contact("Anna"))
        try await b.deliver(to: b.contact("Anna").id)
        let first = try await couple.takeAll(from: box)
        var all = first
        for repetition in 0..<10 {
            couple.clock.advance(20 * Self.day)
            _ = try await b.synchronize()
            let cells = try await couple.takeAll(from: try a.inbox("Ben"))
            // Not for ever; and a box that became old is told as well.
            #expect(repetition >= 8 || !cells.isEmpty)
            all += cells
        }
        #expect(Set(all).count == all.count && Set(all.map { $0[..<24] }).count == all.count)
    }

    @Test func oneThatCameIsNotSentAgain() async throws {
        let (a, b) = try await couple.meet()
        couple.clock.advance(Self.day)
        try await couple.expectTalk(a, b)
        // Both are heard in the new epoch.
        try await couple.expectTalk(a, b)
        let before = (try a.contact("Ben").conversation?.nextOut, try b.contact("Anna").conversation?.nextOut)
        couple.clock.advance(5 * Self.day)
        let box = try a.inbox("Ben")
        _ = try await b.synchronize()
        let cells = try await couple.takeAll(from: box)
        let after = (try a.contact("Ben").conversation?.nextOut, try b.contact("Anna").conversation?.nextOut)
        // What was sent meanwhile is new: a receipt, a commit.
        #expect(cells.count == Int((after.1 ?? 0) - (before.1 ?? 0)))
    }

    /// What was taken back does not show up later.
    @Test func aDeletionThatOvertakes() async throws {
        let (a, b) = try await couple.meet()
        let box = try a.inbox("Ben")
        try b.send("oh no", to: b.contact("Anna"))
        try b.delete(1, of: b.contact("Anna"), forBoth: true)
        try b.send("hello", to: b.contact("Anna"))
        try await b.deliver(to: b.contact("Anna").id)
        let cells = try await couple.takeAll(from: box)
        #expect(cells.count == 3)
        try await couple.put([cells[1], cells[2], cells[0]], into: box)
        #expect(try await a.synchronize().texts == ["hello"])
        #expect(try a.heard("Ben") == ["hello"] && a.contact("Ben").unread == 1 && a.contact("Ben").lost == 0)
        let deletions = StateKey.deletions(try a.contact("Ben").id)
        #expect(try a.vault.readState { try $0.entries(withPrefix: deletions).isEmpty })
        try await couple.expectTalk(a, b)
    }

    // MARK: Boxes

    @Test func boxesAreRenewed() async throws {
        let (a, b) = try await couple.meet()
        let old = [try a.inbox("Ben"), try b.inbox("Anna")]
        couple.clock.advance(20 * Self.day)
        try await couple.expectTalk(a, b)
        #expect(try a.inbox("Ben").address == old[0].address)
        couple.clock.advance(12 * Self.day)
        try await couple.expectTalk(a, b)
        try await couple.expectTalk(a, b)
        let new = [try a.inbox("Ben"), try b.inbox("Anna")]
        #expect(Set((old + new).map(\.address)).count == 4)
        #expect(try a.contact("Ben").conversation?.oldInbox == nil && b.contact("Anna").conversation?.oldInbox == nil)
        for box in old { #expect(try await couple.client.get(from: box.address, box.reader, after: 0) == nil) }
        await #expect(throws: (any Error).self) {
            _ = try await couple.client.put(
                Array(repeating: 0, count: Cell.size), into: old[0].address, old[0].capability.writer)
        }
    }

    /// Somebody was away for so long that the relay has forgotten the box.
    @Test func aForgottenBoxIsReplaced() async throws {
        let (a, b) = try await couple.meet()
        let box = try b.inbox("Anna")
        try await couple.client.drop(box.address, box.reader)
        try a.send("where are you?", to: a.contact("Ben"))
        #expect(try await !a.synchronize().failures.isEmpty)
        couple.clock.advance(40 * Self.day)
        _ = try await b.synchronize()
        try await couple.exchange(a, b)
        #expect(try b.heard("Anna") == ["where are you?"])
        try await couple.expectTalk(a, b)
    }
}
