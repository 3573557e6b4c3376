import SecrMLS
import Testing

/// Proposals that every member takes, and nobody may commit: they keep nobody from committing.
@Suite struct LivenessTests {
    struct Wish: Sendable, CustomTestStringConvertible {
        let name: String
        let make: @Sendable (Stage) throws -> [Proposal]

        init(_ name: String, _ make: @escaping @Sendable (Stage) throws -> [Proposal]) {
            self.name = name
            self.make = make
        }

        var testDescription: String { name }
    }

    private static func psk(_ id: UInt8, _ nonce: UInt8) -> Proposal {
        .psk(PreSharedKeyID(kind: .external(id: [id]), nonce: [UInt8](repeating: nonce, count: 32)))
    }

    static let wishes: [Wish] = [
        Wish("a kind that nobody knows") { _ in [.custom(ProposalType(rawValue: 0xF123), [1])] },
        Wish("an extension that nobody knows") { _ in
            var extensions = Extensions.none
            extensions[ExtensionType(rawValue: 0xF0F0)] = []
            return [.groupContextExtensions(extensions)]
        },
        Wish("a capability that nobody has") { _ in
            var extensions = Extensions.none
            extensions.setRequiredCapabilities(RequiredCapabilities(proposals: [ProposalType(rawValue: 0xF123)]))
            return [.groupContextExtensions(extensions)]
        },
        Wish("an extension that its owner does not list") { stage in
            [.update(try stage.insider.update { $0.extensions[ExtensionType(rawValue: 0xF0F0)] = [] })]
        },
        Wish("another's encryption key") { stage in
            let key = try Insider(stage.fourth).leaf().encryptionKey
            return [.update(try stage.insider.update { $0.encryptionKey = key })]
        },
        Wish("a client that is there already") { [.add(try $0.keyPackage("dora"))] },
        Wish("a new member without capabilities") { stage in
            [.add(try stage.keyPackage(leaf: { $0.capabilities.credentials = [] }))]
        },
        Wish("a pre-shared key that is not known") { _ in [psk(9, 1)] },
        Wish("too many pre-shared keys") { _ in (0..<20).map { psk(1, $0) } },
        Wish("much of it") { stage in
            (0..<10).map { psk(9, $0) } + (0..<10).map { .custom(ProposalType(rawValue: 0xF123), [$0]) }
        },
    ]

    @Test(arguments: wishes) func membersGoOn(_ wish: Wish) throws {
        let stage = try Stage()
        let honest = try stage.helper.update()
        let update = try stage.shown(try stage.helper.propose(.update(honest)))
        for proposal in try wish.make(stage) { _ = try stage.shown(try stage.insider.propose(proposal)) }
        let add = try stage.shown(try Insider(stage.fourth).propose(.add(try stage.keyPackage("frank"))))
        let commit = try stage.victim.commit(psks: stage.psks)
        for message in [update, add] { try stage.fourth.receive(message) }
        let summary = try stage.victim.merge().summary
        #expect(summary.updated.contains(LeafIndex(2)) && summary.added.count == 1)
        #expect(stage.victim.group.waitingProposals.isEmpty)
        // Others follow who have seen what was committed; where keys were mixed in these are more than here.
        if summary.changes.count == 2 {
            try stage.fourth.receive(commit)
            #expect(stage.fourth.group.epochAuthenticator == stage.victim.group.epochAuthenticator)
        }
    }

    /// What is wrong with a member's own proposals, it is told.
    @Test func ownProposals() throws {
        let stage = try Stage()
        _ = try stage.shown(try stage.insider.propose(.remove(LeafIndex(2))))
        do {
            _ = try stage.victim.commit(CommitContent([.custom(ProposalType(rawValue: 0xF123), [])]))
            Issue.record("committed")
        } catch let error as MLSError { #expect(error.code == .invalid && error.clause == "12.2") }
        #expect(!stage.victim.group.hasPendingCommit && stage.victim.isStored)
    }

    /// Thousands of them cost no more than some attempts.
    @Test func floods() throws {
        let stage = try Stage()
        let insider = stage.insider
        for number in 0..<500 as Range<UInt32> {
            let content: [UInt8] = [UInt8(number >> 8), UInt8(number & 0xFF)]
            _ = try stage.victim.receive(insider.propose(.custom(ProposalType(rawValue: 0xF123), content)))
        }
        let start = ContinuousClock.now
        _ = try stage.victim.commit()
        #expect(ContinuousClock.now - start < .seconds(5))
        try stage.victim.merge()
        #expect(stage.victim.group.epoch == 2)
    }
}
