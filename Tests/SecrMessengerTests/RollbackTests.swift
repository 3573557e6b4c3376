import SecrMessenger
import SecrTestSupport
import SecrVault
import SecrWire
import Testing

/// A vault that is not what this device has seen: nothing is encrypted there any more until the conversation is begun
/// anew, since another one may go on from the same keys.
@Suite struct RollbackTests {
    private let couple: Couple
    private var anna: Person { couple.anna }

    init() throws { couple = try Couple(isRecorded: true) }

    private func expectFrozen(_ error: any Error, at location: SourceLocation) {
        guard case .frozen("Ben") = error as? MessengerError else {
            Issue.record("\(error)", sourceLocation: location)
            return
        }
    }

    private func refuses(_ body: () throws -> Void, at location: SourceLocation = #_sourceLocation) {
        do {
            try body()
            Issue.record("it did what it was asked for", sourceLocation: location)
        } catch {
            expectFrozen(error, at: location)
        }
    }

    /// Anna's vault is one of which nobody knows what else has become of it.
    ///
    /// - Parameters:
    ///   - copy: with that vault.
    ///   - b: Ben, who talks to it.
    private func expectFrozen(
        _ copy: Messenger, _ b: Messenger, at location: SourceLocation = #_sourceLocation
    ) async throws {
        let contact = try copy.contact("Ben")
        #expect(copy.isFrozen(contact), sourceLocation: location)
        let before = try #require(contact.conversation)
        let waiting = try copy.outbox("Ben").map(\.cell)
        #expect(try copy.said("Ben").contains("before"), sourceLocation: location)
        let own = try #require(try copy.history(of: contact).first { $0.direction == .outgoing }).number
        func tryAll() throws {
            let contact = try copy.contact("Ben")
            refuses({ try copy.send("no", to: contact) }, at: location)
            refuses({ try copy.attach(AttachmentTests.file([1, 2, 3]), to: contact) }, at: location)
            refuses({ try copy.setLifetime(60, with: contact) }, at: location)
            refuses({ try copy.sayFarewell(to: contact) }, at: location)
            refuses({ try copy.delete(own, of: contact, forBoth: true) }, at: location)
            #expect(try copy.history(of: contact).contains { $0.number == own }, sourceLocation: location)
        }
        try tryAll()
        // What makes a receipt and a commit due, were it another vault.
        let inbox = try copy.inbox("Ben")
        for round in 0..<70 { try b.send("to the copy \(round)", to: b.contact("Anna")) }
        _ = try await b.synchronize()
        _ = try await copy.synchronize()
        try couple.learn(copy, b)
        #expect(
            try copy.heard("Ben").suffix(70) == (0..<70).map { "to the copy \($0)" }, sourceLocation: location)
        couple.clock.advance(2 * 86_400)
        _ = try await copy.synchronize()
        try b.send("later", to: b.contact("Anna"))
        _ = try await b.synchronize()
        _ = try await copy.synchronize()
        try couple.learn(copy, b)
        #expect(try copy.heard("Ben").last == "later", sourceLocation: location)
        #expect(try copy.inbox("Ben").address == inbox.address, sourceLocation: location)
        try tryAll()
        // Nothing was encrypted, and nothing left.
        let after = try #require(try copy.contact("Ben").conversation)
        #expect(after.nextOut == before.nextOut && after.nextContent == before.nextContent, sourceLocation: location)
        #expect(try copy.outbox("Ben").map(\.cell) == waiting, sourceLocation: location)
        let box = try b.inbox("Anna")
        #expect(
            try await couple.client.get(from: box.address, box.reader, after: box.received) == nil,
            sourceLocation: location)
        #expect(try copy.contact("Ben").lifetime == 0, sourceLocation: location)
    }

    /// The two begin anew, each keeps what was said, and all goes on.
    private func expectNewBeginning(
        _ copy: Messenger, _ b: Messenger, invites: Bool, at location: SourceLocation = #_sourceLocation
    ) async throws {
        let (said, heard) = (try copy.said("Ben"), try copy.heard("Ben"))
        let known = try b.heard("Anna")
        if invites {
            let invitation = try await copy.invite("Ben", anew: true)
            try await b.accept(invitation.link, as: "Anna", anew: true)
            try couple.learn(copy, b)
            try await couple.greet(copy, b, at: location)
        } else {
            let invitation = try await b.invite("Anna", anew: true)
            try await copy.accept(invitation.link, as: "Ben", anew: true)
            try couple.learn(copy, b)
            _ = try await copy.synchronize()
            try await couple.exchange(b, copy)
        }
        #expect(try !copy.isFrozen(copy.contact("Ben")), sourceLocation: location)
        try await couple.expectTalk(copy, b, "again", at: location)
        #expect(try copy.said("Ben") == said + ["again, Ben"], sourceLocation: location)
        #expect(try copy.heard("Ben") == heard + ["again, Anna"], sourceLocation: location)
        #expect(try b.heard("Anna") == known + ["again, Ben"], sourceLocation: location)
        try couple.expectFreshNonces(at: location)
    }

    @Test(arguments: [true, false]) func anOlderCopyIsFrozen(invites: Bool) async throws {
        let (a, b) = try await couple.meet()
        try a.send("before", to: a.contact("Ben"))
        try await couple.exchange(a, b)
        // This one waits in the copy's outbox, too.
        try a.send("waits", to: a.contact("Ben"))
        let older = try anna.backup()
        for round in 0..<3 { try a.send("after \(round)", to: a.contact("Ben")) }
        try await couple.exchange(a, b)
        try anna.restore(older)
        #expect { try anna.messenger() } throws: { error in
            if case .rolledBack = error as? VaultError { true } else { false }
        }
        try await expectFrozen(anna.messenger(acceptsOlder: true), b)
        // It stays so.
        let again = try anna.messenger()
        #expect(try again.isFrozen(again.contact("Ben")))
        try await expectNewBeginning(again, b, invites: invites)
    }

    @Test(arguments: [true, false]) func aRestoredVaultIsFrozen(invites: Bool) async throws {
        let (a, b) = try await couple.meet()
        try a.send("before", to: a.contact("Ben"))
        try await couple.exchange(a, b)
        let backup = try anna.backup()
        try a.send("after", to: a.contact("Ben"))
        try await couple.exchange(a, b)
        let copy = try couple.keep(anna.copied(withState: false, from: backup)).messenger()
        try await expectFrozen(copy, b)
        try await expectNewBeginning(copy, b, invites: invites)
    }

    /// One goes on, and the other one is silent.
    @Test func aClonedHomeIsFrozen() async throws {
        let (a, b) = try await couple.meet()
        try a.send("before", to: a.contact("Ben"))
        try await couple.exchange(a, b)
        let copy = try couple.keep(anna.copied(withState: true)).messenger()
        try await expectFrozen(copy, b)
        // The first one takes in all that the copy has taken in, and goes on.
        #expect(try !a.isFrozen(a.contact("Ben")))
        try await couple.expectTalk(a, b, "still here")
        #expect(try a.heard("Ben").dropLast() == copy.heard("Ben")[...] && a.contact("Ben").lost == 0)
        try await expectNewBeginning(copy, b, invites: true)
    }

    @Test func aRepairedVaultIsFrozen() async throws {
        let (a, b) = try await couple.meet()
        try a.send("before", to: a.contact("Ben"))
        try await couple.exchange(a, b)
        try a.send("after", to: a.contact("Ben"))
        try await couple.exchange(a, b)
        let report = try anna.damageAndRepair()
        #expect(report.firstLostChange != nil)
        let repaired = try anna.messenger()
        try await expectFrozen(repaired, b)
        try await expectNewBeginning(repaired, b, invites: false)
    }

    /// Those who look for keys that were used twice would find them: here a copy goes on, as none does by itself.
    @Test func whatIsUsedTwiceIsSeen() async throws {
        let (a, b) = try await couple.meet()
        try a.send("before", to: a.contact("Ben"))
        try await couple.exchange(a, b)
        try couple.expectFreshNonces()
        let copy = try couple.keep(anna.copied(withState: true)).messenger()
        let cells = try copy.forge("Ben", .text("from the copy"))
        try a.send("from the first one", to: a.contact("Ben"))
        _ = try await a.synchronize()
        try await couple.put(cells, into: b.inbox("Anna"))
        let twice = try couple.audit()
        #expect(twice.repeatedKeys.count == 1 && twice.repeatedKeys.first?.sender == 0 && twice.repeatedNonces == 0)
        // Neither does a nonce of the wrap escape them.
        let nonce = try #require(cells.first).prefix(24)
        try await couple.put([nonce + [UInt8](repeating: 0, count: Cell.size - 24)], into: b.inbox("Anna"))
        #expect(try couple.audit().repeatedNonces == 1)
    }

    // MARK: Before there is a conversation

    private func copies() throws -> [Messenger] {
        [
            try couple.keep(anna.copied(withState: true)).messenger(),
            try couple.keep(anna.copied(withState: false)).messenger(),
        ]
    }

    @Test func anInvitationGoesOnWhereItWasMade() async throws {
        let (a, b) = (try anna.messenger(), try couple.ben.messenger())
        let invitation = try await a.invite("Ben")
        let copies = try copies()
        try await b.accept(invitation.link, as: "Anna")
        _ = try await b.synchronize()
        try couple.learn(a, b)
        for copy in copies {
            let happenings = try await copy.synchronize()
            #expect(happenings.isEmpty)
            #expect(try copy.contact("Ben").state == .inviting)
            #expect(try copy.outbox("Ben").isEmpty)
        }
        try await couple.exchange(a, b)
        try await couple.expectTalk(a, b)
        try couple.expectFreshNonces()
    }

    @Test func anAnswerGoesOnWhereItWasGiven() async throws {
        let (a, b) = (try anna.messenger(), try couple.ben.messenger())
        let invitation = try await b.invite("Anna")
        try await a.accept(invitation.link, as: "Ben")
        try couple.learn(a, b)
        let early = try copies()
        // The hello of a copy does not leave.
        for copy in early {
            #expect(try await copy.synchronize().isEmpty)
            #expect(try copy.outbox("Ben").count == 1)
        }
        let box = try b.pending("Anna").box
        #expect(try await couple.client.get(from: box.address, box.reader, after: 0) == nil)
        _ = try await a.synchronize()
        let late = try copies()
        _ = try await b.synchronize()
        for copy in early + late {
            _ = try await copy.synchronize()
            #expect(try copy.contact("Ben").state == .answering && copy.contact("Ben").conversation == nil)
        }
        try await couple.exchange(a, b)
        try await couple.expectTalk(a, b)
        try couple.expectFreshNonces()
    }
}
