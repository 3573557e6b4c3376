import SecrCrypto
import SecrMLS
import SecrMessenger
import SecrRelayClient
import SecrTestSupport
import SecrWire
import Testing

/// Invitations and their answers that are not as they should be.
@Suite struct GreetingTests {
    private let couple: Couple

    init() throws { couple = try Couple() }

    private func put(_ message: [UInt8], _ kind: CellFrame.Kind, _ key: borrowing SecretBytes, _ box: WriteCapability)
        async throws
    {
        var cells: [[UInt8]] = []
        for frame in CellFrame.frames(of: message, kind, from: 1) {
            cells.append(frame.wrapped(nonce: SecureRandom.bytes(XChaCha20Poly1305.nonceSize), key: key))
        }
        let writer = SigningCapability(seed: SecretBytes(copying: box.writeSeed.bytes))
        for cell in cells {
            _ = try await couple.client.put(cell, into: box.address(writeKey: writer.publicKey), writer)
        }
    }

    private func answers(_ origin: String? = nil) -> WriteCapability {
        WriteCapability(
            origin: origin ?? couple.relay.origin, days: 7, cells: 16, readKey: SigningCapability().publicKey,
            writeSeed: WireSecret(SecureRandom.bytes(WireSecret.size)))
    }

    private func package(_ now: UInt64) throws -> [UInt8] {
        MLSMessage.keyPackage(try GroupOfTwo.makeBundle(now: now).keyPackage).bytes
    }

    @Test func badHellos() async throws {
        let (a, b) = (try couple.anna.messenger(), try couple.ben.messenger())
        let invitation = try await a.invite("Ben")
        let now = couple.clock.now
        let fresh = try package(now)
        let otherSuite = try KeyPackageBundle(
            suite: .x25519ChaCha20Poly1305, credential: .basic(identity: []),
            keys: SignatureKeyPair(for: .x25519ChaCha20Poly1305),
            lifetime: Lifetime(notBefore: now - 60, notAfter: now + 60))
        let named = try KeyPackageBundle(
            suite: GroupOfTwo.suite, credential: .basic(identity: [1]), keys: SignatureKeyPair(for: GroupOfTwo.suite),
            lifetime: Lifetime(notBefore: now - 60, notAfter: now + 60))
        let packages = [
            try package(now - 100 * 86_400), try package(now + 3 * 86_400), [UInt8](repeating: 7, count: 500),
            MLSMessage.keyPackage(otherSuite.keyPackage).bytes, MLSMessage.keyPackage(named.keyPackage).bytes,
            Array(fresh.dropLast()), fresh + [0],
        ]
        let keys = InvitationKeys(invitation.secret)
        var hellos = packages.map { Hello(keyPackage: $0, answers: answers()).encoded(keys) }
        // From somebody who has not the secret, one with an address that can't be trusted, and rubbish.
        let foreign = InvitationKeys(WireSecret(SecureRandom.bytes(WireSecret.size)))
        hellos.append(Hello(keyPackage: fresh, answers: answers()).encoded(foreign))
        hellos.append(Hello(keyPackage: fresh, answers: answers("http://example.com")).encoded(keys))
        hellos.append([1, 2, 3])
        hellos.append(SecureRandom.bytes(20_000))
        for (number, hello) in hellos.enumerated() {
            try await put(hello, .hello, keys.answerWrap, invitation.answers)
            let happenings = try await a.synchronize()
            #expect(
                !happenings.refusals.isEmpty && happenings.refusals.count == happenings.count,
                "\(number): \(happenings)")
        }
        try await put(
            Hello(keyPackage: fresh, answers: answers()).encoded(keys), .welcome, keys.answerWrap, invitation.answers)
        #expect(try await a.synchronize().refusals.count == 1)
        #expect(try a.contact("Ben").state == .inviting)
        try await b.accept(invitation.link, as: "Anna")
        try await couple.greet(a, b)
        try await couple.expectTalk(a, b)
    }

    @Test func badWelcomes() async throws {
        let (a, b) = (try couple.anna.messenger(), try couple.ben.messenger())
        let invitation = try await a.invite("Ben")
        try await b.accept(invitation.link, as: "Anna")
        let pending = try b.pending("Anna")
        guard case .answered(let bundle, let hello, _) = pending.side else {
            Issue.record("not answered")
            return
        }
        let keys = InvitationKeys(invitation.secret)
        let box = pending.box.capability
        let now = couple.clock.now
        let foreign = try GroupOfTwo.makeBundle(now: now)
        let ours = MLSMessage.keyPackage(bundle.keyPackage).bytes
        func welcome(for package: [UInt8], signatureKey: [UInt8]?, to hello: [UInt8]) throws -> [UInt8] {
            let founded = try GroupOfTwo.create(with: package, now: now)
            let own = founded.group.members.first { $0.index == founded.group.ownIndex }?.signatureKey
            return SecrWire.Welcome(welcome: founded.welcome, signatureKey: signatureKey ?? own ?? []).encoded(
                to: hello, keys)
        }
        let welcomes = [
            // The answer to another hello; into a group of somebody else; of another inviter than it says.
            try welcome(for: ours, signatureKey: nil, to: hello + [0]),
            try welcome(for: MLSMessage.keyPackage(foreign.keyPackage).bytes, signatureKey: nil, to: hello),
            try welcome(for: ours, signatureKey: [UInt8](repeating: 1, count: 32), to: hello),
            SecrWire.Welcome(welcome: [1, 2, 3], signatureKey: [1]).encoded(to: hello, keys),
            [1, 2, 3], SecureRandom.bytes(40_000),
        ]
        for (number, welcome) in welcomes.enumerated() {
            try await put(welcome, .welcome, keys.welcomeWrap, box)
            let happenings = try await b.synchronize()
            #expect(happenings.refusals.count == 1 && happenings.count == 1, "\(number): \(happenings)")
            #expect(try b.contact("Anna").state == .answering)
        }
        try await couple.greet(a, b)
        try await couple.expectTalk(a, b)
    }

    @Test func anInvitationIsForOne() async throws {
        let (a, b) = (try couple.anna.messenger(), try couple.ben.messenger())
        let others = try (0..<2).map { _ in couple.keep(try Person(couple.relay, clock: couple.clock)) }
        let (c, d) = (try others[0].messenger(), try others[1].messenger())
        let invitation = try await a.invite("Ben")
        try await b.accept(invitation.link, as: "Anna")
        try await c.accept(invitation.link, as: "Anna")
        // Both answers are there when Anna looks.
        _ = try await b.synchronize()
        _ = try await c.synchronize()
        try await couple.exchange(a, b)
        _ = try await c.synchronize()
        #expect(try c.contact("Anna").state == .answering && c.contact("Anna").conversation == nil)
        try await couple.expectTalk(a, b)
        // And later, when it was used.
        try await d.accept(invitation.link, as: "Anna")
        let happenings = try await d.synchronize()
        guard case .usedInvitation = try #require(happenings.failures.first) else {
            Issue.record("\(happenings)")
            return
        }
        try await couple.expectTalk(a, b, "still")
    }

    @Test func expiredAndOwnOnes() async throws {
        let (a, b) = (try couple.anna.messenger(), try couple.ben.messenger())
        let invitation = try await a.invite("Ben", days: 2)
        func error(_ body: () async throws -> Void) async -> MessengerError? {
            do {
                try await body()
                return nil
            } catch { return error as? MessengerError }
        }
        guard case .ownInvitation = await error({ try await a.accept(invitation.link, as: "Me") }) else {
            Issue.record("answered an invitation of one's own")
            return
        }
        guard case .badInvitation = await error({ try await b.accept(String(invitation.link.dropLast()), as: "Anna") })
        else {
            Issue.record("answered something else")
            return
        }
        guard case .nameTaken = await error({ _ = try await a.invite("Ben") }) else {
            Issue.record("a name that is taken")
            return
        }
        guard case .unknownContact = await error({ _ = try await a.invite("Nobody", anew: true) }) else {
            Issue.record("nobody of that name")
            return
        }
        // The answer comes too late.
        try await b.accept(invitation.link, as: "Anna")
        _ = try await b.synchronize()
        couple.clock.advance(3 * 86_400)
        let happenings = try await a.synchronize()
        #expect(!happenings.began && happenings.refusals.count == 1, "\(happenings)")
        guard case .expiredInvitation = await error({ try await b.accept(invitation.link, as: "Again") }) else {
            Issue.record("answered an old one")
            return
        }
        let again = try await a.invite("Ben", anew: true)
        try await b.accept(again.link, as: "Anna", anew: true)
        try await couple.greet(a, b)
        try await couple.expectTalk(a, b)
    }
}
