import SecrMessenger
import SecrTestSupport
import SecrVault
import Testing

/// A process that ends anywhere: the next one goes on, and everything arrives once and in order.
@Suite struct CrashTests {
    private let couple: Couple

    init() throws { couple = try Couple() }

    /// Lets somebody do something that ends after each number of steps in turn, until it comes to its end.
    private func atEachStep(
        _ person: Person, isDone: Bool, _ body: (_ round: Int, Messenger) async throws -> Void,
        then check: (_ round: Int) async throws -> Void
    ) async throws {
        for round in 0..<200 {
            let (messenger, store) = try person.messenger(endingAfter: round, isDone: isDone)
            do {
                try await body(round, messenger)
            } catch {
                #expect(store.hasEnded, "\(error)")
            }
            let hasEnded = store.hasEnded
            try await check(round)
            if !hasEnded {
                #expect(round > 0)
                return
            }
        }
        Issue.record("there is no end to it")
    }

    @Test(arguments: [false, true]) func sending(isDone: Bool) async throws {
        let (_, b) = try await couple.meet()
        try await atEachStep(couple.anna, isDone: isDone) { round, a in
            try a.send("\(round), first", to: a.contact("Ben"))
            try a.send("\(round), second", to: a.contact("Ben"))
            _ = try await a.synchronize()
        } then: { _ in
            let a = try couple.anna.messenger()
            try await couple.expectTalk(a, b)
            #expect(try b.heard("Anna") == a.said("Ben"))
            #expect(try a.outbox("Ben").isEmpty && b.contact("Anna").lost == 0)
        }
    }

    @Test(arguments: [false, true]) func receiving(isDone: Bool) async throws {
        let (a, _) = try await couple.meet()
        try await atEachStep(couple.ben, isDone: isDone) { round, b in
            for text in ["\(round), first", String(repeating: "long ", count: 5_000), "\(round), last"] {
                try a.send(text, to: a.contact("Ben"))
            }
            _ = try await a.synchronize()
            _ = try await b.synchronize()
        } then: { _ in
            let b = try couple.ben.messenger()
            try await couple.expectTalk(a, b)
            #expect(try b.heard("Anna") == a.said("Ben") && b.contact("Anna").lost == 0)
        }
    }

    /// Three blobs, of which some may be with the relay already.
    @Test(arguments: [false, true]) func sendingFiles(isDone: Bool) async throws {
        let (_, b) = try await couple.meet()
        try await atEachStep(couple.anna, isDone: isDone) { round, a in
            let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: round), count: 150_000)
            try a.attach(AttachmentTests.file(bytes, "\(round)"), to: a.contact("Ben"))
            _ = try await a.synchronize()
        } then: { _ in
            let a = try couple.anna.messenger()
            // What was said before a file was complete overtakes it.
            _ = try await a.synchronize()
            try await couple.expectTalk(a, b)
            try expectSameFiles(a, b)
        }
    }

    @Test(arguments: [false, true]) func fetchingFiles(isDone: Bool) async throws {
        let (a, _) = try await couple.meet()
        try await atEachStep(couple.ben, isDone: isDone) { round, b in
            let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: round), count: 150_000)
            try a.attach(AttachmentTests.file(bytes, "\(round)"), to: a.contact("Ben"))
            _ = try await a.synchronize()
            _ = try await b.synchronize()
        } then: { _ in
            let b = try couple.ben.messenger()
            try await couple.expectTalk(a, b)
            try expectSameFiles(a, b)
        }
    }

    /// Each file that one side has sent lies in the other one's vault, once and as it was.
    private func expectSameFiles(_ a: Messenger, _ b: Messenger) throws {
        let sent = try a.history(of: a.contact("Ben")).filter { $0.attachment != nil }
        let come = try b.history(of: b.contact("Anna")).filter { $0.attachment != nil }
        #expect(come.map(\.attachment?.name) == sent.map(\.attachment?.name))
        for (one, other) in zip(sent.suffix(2), come.suffix(2)) {
            #expect(try a.bytes(of: one) == b.bytes(of: other))
        }
        #expect(try b.filesInVault().count { $0.hasPrefix("/chat/Anna/") } == come.count)
    }

    /// A day has passed, so somebody commits.
    @Test(arguments: [false, true]) func committing(isDone: Bool) async throws {
        let (_, b) = try await couple.meet()
        try await atEachStep(couple.anna, isDone: isDone) { round, a in
            couple.clock.advance(86_401)
            try b.send("\(round) from Ben", to: b.contact("Anna"))
            _ = try await b.synchronize()
            _ = try await a.synchronize()
        } then: { _ in
            let a = try couple.anna.messenger()
            try await couple.expectTalk(a, b)
            #expect(try b.heard("Anna") == a.said("Ben") && a.heard("Ben") == b.said("Anna"))
        }
    }

    @Test(arguments: [false, true]) func answering(isDone: Bool) async throws {
        let a = try couple.anna.messenger()
        try await atEachStep(couple.ben, isDone: isDone) { round, b in
            let invitation = try await a.invite("Ben \(round)")
            try await b.accept(invitation.link, as: "Anna \(round)")
            _ = try await b.synchronize()
            _ = try await a.synchronize()
            _ = try await b.synchronize()
        } then: { round in
            let b = try couple.ben.messenger()
            if try b.contacts().allSatisfy({ $0.name != "Anna \(round)" }) {
                let pending = try a.pending("Ben \(round)")
                try await b.accept(pending.invitation.link, as: "Anna \(round)")
            }
            try await expectTalk(a, b, round)
        }
    }

    @Test(arguments: [false, true]) func inviting(isDone: Bool) async throws {
        let b = try couple.ben.messenger()
        try await atEachStep(couple.anna, isDone: isDone) { round, a in
            let invitation = try await a.invite("Ben \(round)")
            try await b.accept(invitation.link, as: "Anna \(round)")
            _ = try await b.synchronize()
            _ = try await a.synchronize()
            _ = try await b.synchronize()
            _ = try await a.synchronize()
        } then: { round in
            let a = try couple.anna.messenger()
            if try b.contacts().allSatisfy({ $0.name != "Anna \(round)" }) {
                let isThere = try a.contacts().contains { $0.name == "Ben \(round)" }
                let invitation = try await a.invite("Ben \(round)", anew: isThere)
                try await b.accept(invitation.link, as: "Anna \(round)")
            }
            try await expectTalk(a, b, round)
        }
    }

    private func expectTalk(_ a: Messenger, _ b: Messenger, _ round: Int) async throws {
        for _ in 0..<3 {
            _ = try await b.synchronize()
            _ = try await a.synchronize()
        }
        let (ben, anna) = (try a.contact("Ben \(round)"), try b.contact("Anna \(round)"))
        guard ben.state == .active, anna.state == .active else {
            Issue.record("after \(round): \(ben.state), \(anna.state)")
            return
        }
        try a.send("hello", to: ben)
        try b.send("hello yourself", to: anna)
        var happenings: [Happening] = []
        for _ in 0..<2 {
            happenings += try await a.synchronize()
            happenings += try await b.synchronize()
        }
        #expect(happenings.failures.isEmpty, "after \(round): \(happenings.failures)")
        #expect(try b.heard(anna.name) == ["hello"] && a.heard(ben.name) == ["hello yourself"], "after \(round)")
    }

    /// A hello that got there, of which only the relay knows any more.
    @Test func aHelloThatWasNotNoted() async throws {
        let (a, b) = (try couple.anna.messenger(), try couple.ben.messenger())
        let invitation = try await a.invite("Ben")
        try await b.accept(invitation.link, as: "Anna")
        let cell = try #require(try b.outbox("Anna").first)
        let box = try #require(cell.box)
        _ = try await couple.client.put(
            cell.cell, into: box.address(writeKey: box.writer.publicKey), box.writer, nonce: cell.nonce)
        // And its box is gone by the time that it is put again.
        #expect(try await a.synchronize().began)
        #expect(try await b.synchronize().began)
        try await couple.exchange(a, b)
        try await couple.expectTalk(a, b)
    }

    /// Two programs on one vault.
    @Test func twoAtOnce() async throws {
        let (first, b) = try await couple.meet()
        let second = try couple.anna.messenger()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (name, messenger) in [("first", first), ("second", second)] {
                group.addTask {
                    for round in 0..<15 {
                        try messenger.send("\(name) \(round)", to: messenger.contact("Ben"))
                        if round % 4 == 0 { _ = try await messenger.synchronize() }
                    }
                    _ = try await messenger.synchronize()
                }
            }
            group.addTask {
                for round in 0..<10 {
                    try b.send("from Ben \(round)", to: b.contact("Anna"))
                    _ = try await b.synchronize()
                }
            }
            try await group.waitForAll()
        }
        _ = try await b.synchronize()
        _ = try await first.synchronize()
        let heard = try b.heard("Anna")
        #expect(try heard == first.said("Ben") && heard == second.said("Ben") && heard.count == 30)
        for name in ["first", "second"] {
            #expect(heard.filter { $0.hasPrefix(name) } == (0..<15).map { "\(name) \($0)" })
        }
        #expect(try second.heard("Ben") == (0..<10).map { "from Ben \($0)" })
        #expect(try b.contact("Anna").lost == 0 && second.contact("Ben").lost == 0)
        try await couple.expectTalk(second, b)
    }
}
