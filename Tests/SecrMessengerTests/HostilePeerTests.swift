import SecrCrypto
import SecrMLS
import SecrMessenger
import SecrRelayClient
import SecrTestSupport
import SecrWire
import Testing

/// A peer with all keys who does not do as the page says. Whatever comes, the next honest message is read.
@Suite struct HostilePeerTests {
    private let couple: Couple

    init() throws { couple = try Couple() }

    /// Has Anna take cells of Ben's.
    private func take(_ cells: [[UInt8]], _ a: Messenger) async throws -> [Happening] {
        try await couple.put(cells, into: a.inbox("Ben"))
        return try await a.synchronize()
    }

    @Test func malformedContents() async throws {
        let (a, b) = try await couple.meet()
        let good = Content(number: 50, time: 1, body: .text("good")).encoded
        func changed(_ place: Int, _ byte: UInt8) -> [UInt8] {
            var bytes = good
            bytes[place] = byte
            return bytes
        }
        let contents: [[UInt8]] = [
            [], [1], changed(0, 2), changed(1, 0), changed(1, 9), changed(2, 1), changed(8, 0x80), changed(15, 0),
            changed(16, 0x80), changed(24, 0xFF), changed(35, 9), changed(38, 0xFF), good + [0], Array(good.dropLast()),
            SecureRandom.bytes(70_000),
        ]
        for content in contents {
            let happenings = try await take(b.forge("Anna", content: content), a)
            #expect(happenings.refusals.count == 1 && happenings.count == 1, "\(happenings)")
        }
        #expect(try a.heard("Ben").isEmpty)
        try await couple.expectTalk(a, b)
        #expect(try a.contact("Ben").lost == 0)
    }

    @Test func malformedFramesAndMessages() async throws {
        let (a, b) = try await couple.meet()
        var frame = [UInt8](repeating: 0, count: CellFrame.size)
        var cells = [try b.forge("Anna", frame: frame), try b.forge("Anna", frame: SecureRandom.bytes(frame.count))]
        // Whole frames with messages that are none, and with greetings.
        let next = try #require(try b.contact("Anna").conversation).nextOut
        for kind in 1...3 as ClosedRange<UInt8> {
            frame =
                [1, kind, 0, 0, 0, 1, 0, 4] + [UInt8](repeating: 0, count: 7) + [UInt8(next) + kind - 1, 0, 1, 0, 3]
            frame += [UInt8](repeating: 0, count: CellFrame.size - frame.count)
            cells.append(try b.forge("Anna", frame: frame))
        }
        let happenings = try await take(cells, a)
        #expect(happenings.refusals.count == 5 && happenings.count == 5, "\(happenings)")
        // These numbers are gone; what Ben says under them is taken for a repetition, and the rest arrives.
        for round in 0..<4 { try b.send("\(round)", to: b.contact("Anna")) }
        try await couple.exchange(a, b)
        #expect(try a.heard("Ben") == ["3"])
        try await couple.expectTalk(a, b)
    }

    @Test func numbersThatAreWrong() async throws {
        let (a, b) = try await couple.meet()
        let most = UInt64(Int64.max)
        func text(_ number: UInt64, _ text: String, acknowledged: UInt64 = 0) throws -> [[UInt8]] {
            try b.forge(
                "Anna",
                content: Content(number: number, acknowledged: acknowledged, time: most, lifetime: 0, body: .text(text))
                    .encoded)
        }
        try a.send("one", to: a.contact("Ben"))
        #expect(try await take(text(1, "said before"), a).isEmpty)
        #expect(try await take(text(most, "far", acknowledged: most), a).texts == ["far"])
        #expect(try await take(text(most, "far again"), a).isEmpty)
        try await couple.expectTalk(a, b)
        #expect(try a.history(of: a.contact("Ben")).first?.delivery == .arrived)
        // Deletions of what never was, and of what Anna said herself.
        for number in [1, 77, most - 1] {
            #expect(try await take(b.forge("Anna", .deletion(number)), a).isEmpty)
        }
        try await couple.expectTalk(a, b, "once more")
        #expect(try a.said("Ben") == ["one", "hello, Ben", "once more, Ben"])
    }

    @Test func aJumpOfSequences() async throws {
        let (a, b) = try await couple.meet()
        let most = UInt64(Int64.max)
        func text(_ number: UInt64, at sequence: UInt64) throws -> [[UInt8]] {
            try b.forge(
                "Anna", sequence: sequence, content: Content(number: number, time: 1, body: .text("\(number)")).encoded)
        }
        let happenings = try await take(text(1_000, at: most), a)
        #expect(happenings.texts == ["1000"] && happenings.skipped > most / 2)
        #expect(try await take(text(1_001, at: most), a).isEmpty)
        try await couple.expectTalk(a, b)
        // Splitting the gap again and again.
        for round in 0..<3 as Range<UInt64> {
            let cells = try (0..<40).map { try text(2_000 + round * 40 + $0, at: 1_000 + (round * 40 + $0) * 7)[0] }
            _ = try await take(cells, a)
        }
        let state = try #require(try a.contact("Ben").conversation)
        #expect(state.missing.count <= ConversationState.mostMissing)
        #expect(try a.heard("Ben").count == 122)
    }

    @Test func partsThatAreNeverCompleted() async throws {
        let (a, b) = try await couple.meet()
        // Each is the first of 32, and the second one never comes.
        for _ in 0..<3 {
            let cells = try (0..<40).map { _ in
                try b.forge("Anna") { sequence in
                    var frame: [UInt8] = [1, 3, 0, 0, 0, 32]
                    frame += withUnsafeBytes(of: UInt16(CellFrame.capacity).bigEndian) { Array($0) }
                    frame += withUnsafeBytes(of: sequence.bigEndian) { Array($0) }
                    return frame + SecureRandom.bytes(CellFrame.capacity)
                }
            }
            _ = try await take(cells, a)
        }
        let parts = StateKey.parts(try a.contact("Ben").id)
        #expect(try a.vault.readState { try $0.entries(withPrefix: parts).count } == ConversationMachine.mostParts)
        try await couple.expectTalk(a, b)
        let long = String(repeating: "x", count: 60_000)
        try b.send(long, to: b.contact("Anna"))
        try await couple.exchange(a, b)
        #expect(try a.heard("Ben").last == long)
    }

    // MARK: Changes of the group

    @Test func proposalsAndCommitsThatNobodyMayMake() async throws {
        let (a, b) = try await couple.meet()
        // It is Ben's turn, so a commit would count; but not one like these.
        let id = try b.contact("Anna").id
        let peer = try #require(try b.vault.readState { try $0.group(id).peerIndex })
        let package = try GroupOfTwo.makeBundle(now: couple.clock.now).keyPackage
        let rules = NoRules.configuration
        var open = rules
        open.handshakeFormat = .publicMessage
        let (now, none) = (couple.clock.now, CommitContent())
        var forged: [[[UInt8]]] = []
        for rules in [rules, open] {
            forged.append(try b.forge("Anna", uses: false, rules) { try $0.proposeUpdate() })
            forged.append(try b.forge("Anna", uses: false, rules) { try $0.propose(.remove(peer)) })
            forged.append(try b.forge("Anna", uses: false, rules) { try $0.propose(.add(package)) })
            forged.append(try b.forge("Anna", uses: false, rules) { try $0.propose(.selfRemove) })
            forged.append(
                try b.forge("Anna", uses: false, rules) { try $0.commit(CommitContent([.add(package)]), at: now) })
            forged.append(
                try b.forge("Anna", uses: false, rules) { try $0.commit(CommitContent([.remove(peer)]), at: now) })
        }
        for cells in forged {
            let happenings = try await take(cells, a)
            #expect(happenings.refusals.count == 1 && happenings.count == 1, "\(happenings)")
        }
        try await couple.expectTalk(a, b)
        couple.clock.advance(86_401)
        try await couple.expectTalk(a, b, "an honest commit")
        #expect(try a.contact("Ben").conversation?.hasTurn == true)
        // And now it is not Ben's turn.
        for rules in [rules, open] {
            let happenings = try await take(b.forge("Anna", uses: false, rules) { try $0.commit(none, at: now) }, a)
            #expect(happenings.refusals == ["a commit out of turn"], "\(happenings)")
        }
        try await couple.expectTalk(a, b, "unchanged")
        couple.clock.advance(86_401)
        try await couple.expectTalk(a, b, "Anna's commit")
        #expect(try a.contact("Ben").conversation?.hasTurn == false)
        couple.clock.advance(86_401)
        try await couple.expectTalk(a, b, "Ben's commit")
        #expect(try a.contact("Ben").conversation?.hasTurn == true)
    }

    // MARK: Boxes

    private func box(_ origin: String) -> WriteCapability {
        WriteCapability(
            origin: origin, days: 7, cells: 16, readKey: SigningCapability().publicKey,
            writeSeed: WireSecret(SecureRandom.bytes(WireSecret.size)))
    }

    @Test func boxesAtBadRelays() async throws {
        let (a, b) = try await couple.meet()
        let honest = try b.inbox("Anna").capability
        for origin in ["http://example.com", "http://127.evil.example", "http://127.0.0.1.evil.example:80"] {
            let happenings = try await take(b.forge("Anna", .box(box(origin))), a)
            #expect(happenings.refusals.count == 1 && happenings.refusals[0].contains(origin), "\(happenings)")
            #expect(try a.contact("Ben").relays.theirs == couple.relay.origin)
        }
        try await couple.expectTalk(a, b)
        // One that is not there, and one that does not know the box.
        for origin in ["http://127.0.0.1:1", couple.relay.origin] {
            _ = try await take(b.forge("Anna", .box(box(origin))), a)
            try a.send("into the void", to: a.contact("Ben"))
            let happenings = try await a.synchronize()
            #expect(happenings.failures.count >= 1, "\(happenings)")
            #expect(try a.outbox("Ben").count == 1)
            // Nothing of Ben's is held up by that.
            try b.send("still there?", to: b.contact("Anna"))
            _ = try await b.synchronize()
            #expect(try await a.synchronize().texts == ["still there?"])
            _ = try await take(b.forge("Anna", .box(honest)), a)
            try await couple.expectTalk(a, b, "back at \(origin)")
            #expect(try b.heard("Anna").suffix(2).first == "into the void")
        }
    }

    @Test func whatIsSafe() {
        for origin in [
            "https://a.b", "http://localhost", "http://localhost:7", "http://127.0.0.1", "http://127.9.8.7:1",
            "http://[::1]", "http://[::1]:80", "http://abc.onion",
        ] { #expect(Relays.isSafe(origin), "\(origin)") }
        for origin in [
            "http://a.b", "http://127.a.b.c", "http://127.0.0.1.com", "http://127.0.0", "http://128.0.0.1",
            "http://[::2]", "http://localhost.com", "http://onion",
        ] { #expect(!Relays.isSafe(origin), "\(origin)") }
    }
}
