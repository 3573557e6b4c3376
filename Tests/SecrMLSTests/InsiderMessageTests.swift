import SecrMLS
import Testing

/// Something that one member does to another.
struct Attack: Sendable, CustomTestStringConvertible {
    let name: String
    let code: MLSError.Code
    let clause: String
    let make: @Sendable (Stage) throws -> [UInt8]

    init(
        _ name: String, _ code: MLSError.Code, _ clause: String, _ make: @escaping @Sendable (Stage) throws -> [UInt8]
    ) {
        self.name = name
        self.code = code
        self.clause = clause
        self.make = make
    }

    var testDescription: String { name }

    /// On a stage of its own.
    func run(_ suite: CipherSuite = .x25519AES128GCM) throws {
        let stage = try Stage(suite)
        expectRefused(try make(stage), by: stage.victim, code, clause, psks: stage.psks)
        // Nothing has been spoilt for honest members.
        #expect(try stage.victim.read(stage.friend.send("still here")) == "still here")
    }
}

/// A victim, an attacker, and two more members, one of whom may help the attacker.
final class Stage {
    let victim: Client
    let attacker: Client
    let friend: Client
    let fourth: Client
    let suite: CipherSuite
    /// A sender outside of the group.
    let outside: SignatureKeyPair
    let psks: PreSharedKeys = { kind in
        if case .external(id: [1]) = kind { Secret(copying: [1, 2, 3]) } else { nil }
    }

    init(_ suite: CipherSuite = .x25519AES128GCM) throws {
        self.suite = suite
        outside = try SignatureKeyPair(for: suite)
        var extensions = Extensions.none
        extensions.setExternalSenders([
            ExternalSender(signatureKey: outside.publicKey, credential: .basic(identity: Array("outside".utf8)))
        ])
        // Others may send while a proposal waits: it is not what is tested.
        var configuration = GroupConfiguration(rules: TrustingRules())
        configuration.commitsBeforeSending = false
        victim = try Client.founder("anna", suite, extensions: extensions, configuration: configuration)
        let names = ["ben", "cleo", "dora"]
        let bundles = try names.map { try bundle($0, suite) }
        _ = try victim.commit(CommitContent(bundles.map { .add($0.keyPackage) }))
        let welcome = try victim.merge().welcome
        attacker = try Client.joining(bundles[0], "ben", welcome, configuration)
        friend = try Client.joining(bundles[1], "cleo", welcome, configuration)
        fourth = try Client.joining(bundles[2], "dora", welcome, configuration)
    }

    var insider: Insider { Insider(attacker) }
    var helper: Insider { Insider(friend) }

    /// A key package with something wrong, signed by its owner.
    func keyPackage(
        _ name: String = "eve", _ change: (inout KeyPackage) throws -> Void = { _ in },
        leaf: (inout LeafNode) throws -> Void = { _ in }
    ) throws -> KeyPackage {
        let owner = try bundle(name, suite)
        var keyPackage = owner.keyPackage
        try leaf(&keyPackage.leafNode)
        try keyPackage.leafNode.sign(with: owner.signatureKey, at: nil, insider.algorithms)
        try change(&keyPackage)
        try keyPackage.sign(with: owner.signatureKey, insider.algorithms)
        return keyPackage
    }

    /// The victim sees a proposal.
    func shown(_ message: [UInt8]) throws -> [UInt8] {
        try victim.receive(message)
        return message
    }
}

private let hello = FramedContent.Body.application(Array("hello".utf8))

@Suite struct InsiderMessageTests {
    static let framing: [Attack] = [
        Attack("an application message that is not encrypted", .invalid, "6") { stage in
            let insider = stage.insider
            let signed = try insider.authentic(insider.content(hello))
            return MLSMessage.publicMessage(
                PublicMessage(
                    content: signed.content, authentication: signed.authentication,
                    membershipTag: [UInt8](repeating: 0, count: 32))
            ).bytes
        },
        Attack("a commit from outside", .malformed, "6.1") { stage in
            try stage.insider.send(
                .commit(Commit(proposals: [], path: nil)), by: .external(0), key: stage.outside.privateKey)
        },
        Attack("a sender outside who is not listed", .invalid, "6.1") { stage in
            try stage.insider.propose(.remove(LeafIndex(2)), by: .external(1), key: stage.outside.privateKey)
        },
        Attack("the place of a sender outside taken", .notAuthentic, "6.1") { stage in
            try stage.insider.propose(.remove(LeafIndex(2)), by: .external(0))
        },
        Attack("a new member who asks for a Remove", .malformed, "6.1") { stage in
            try stage.insider.propose(.remove(LeafIndex(2)), by: .newMemberProposal)
        },
        Attack("a new member's Add that another signed", .notAuthentic, "6.1") { stage in
            try stage.insider.propose(.add(stage.keyPackage()), by: .newMemberProposal)
        },
        Attack("a new member's commit without a path", .malformed, "12.4.3.2") { stage in
            try stage.insider.send(.commit(Commit(proposals: [], path: nil)), by: .newMemberCommit)
        },
        Attack("a new member's commit that is a proposal", .malformed, "12.4.3.2") { stage in
            try stage.insider.propose(.remove(LeafIndex(2)), by: .newMemberCommit)
        },
        Attack("a member outside of the tree", .invalid, "6.1") { stage in
            try stage.insider.propose(.remove(LeafIndex(2)), by: .member(LeafIndex(4)))
        },
        Attack("a member far outside of the tree", .invalid, "6.1") { stage in
            try stage.insider.propose(.remove(LeafIndex(2)), by: .member(LeafIndex(rawValue: .max)))
        },
        Attack("another member's name", .notAuthentic, "6.1") { stage in
            try stage.insider.propose(.remove(LeafIndex(0)), by: .member(LeafIndex(2)))
        },
        Attack("a membership tag of zeros", .notAuthentic, "6.2") { stage in
            try membershipTag(stage) { $0 = [UInt8](repeating: 0, count: $0.count) }
        },
        Attack("an empty membership tag", .notAuthentic, "6.2") { stage in try membershipTag(stage) { $0 = [] } },
        Attack("half a membership tag", .notAuthentic, "6.2") { stage in
            try membershipTag(stage) { $0.removeLast($0.count / 2) }
        },
        Attack("signed for another wire format", .notAuthentic, "6.1") { stage in
            let insider = stage.insider
            let signed = try insider.authentic(
                insider.content(.proposal(.remove(LeafIndex(2)))), as: .privateMessage)
            return MLSMessage.publicMessage(try insider.publicly(signed)).bytes
        },
        Attack("another group", .wrongGroup, "6") { stage in
            let insider = stage.insider
            var content = insider.content(.proposal(.remove(LeafIndex(2))))
            content.groupID.append(0)
            return MLSMessage.publicMessage(try insider.publicly(try insider.authentic(content))).bytes
        },
    ]

    private static func membershipTag(_ stage: Stage, _ change: (inout [UInt8]) -> Void) throws -> [UInt8] {
        let insider = stage.insider
        var message = try insider.publicly(
            try insider.authentic(insider.content(.proposal(.remove(LeafIndex(2))))))
        var tag = try #require(message.membershipTag)
        change(&tag)
        message.membershipTag = tag
        return MLSMessage.publicMessage(message).bytes
    }

    @Test(arguments: framing) func publicMessages(_ attack: Attack) throws { try attack.run() }

    static let privacy: [Attack] = [
        Attack("padding that is not zero", .malformed, "6.3.1") { stage in
            try stage.insider.privately(hello, padding: [0, 0, 1])
        },
        Attack("bytes behind the padding of a commit", .malformed, "6.3.1") { stage in
            try stage.insider.privately(.proposal(.remove(LeafIndex(2))), padding: [7])
        },
        Attack("a private message of nobody", .invalid, "6.3.2") { stage in
            let insider = stage.insider
            return try insider.privately([], .application, by: LeafIndex(9), keyOf: insider.index)
        },
        Attack("a private message of somebody far outside of the tree", .invalid, "6.3.2") { stage in
            let insider = stage.insider
            return try insider.privately([], .application, by: LeafIndex(rawValue: .max), keyOf: insider.index)
        },
        Attack("another's key and name", .notAuthentic, "6.1") { stage in
            let insider = stage.insider
            let signed = try insider.authentic(insider.content(hello, by: .member(LeafIndex(2))), as: .privateMessage)
            return try insider.privately(insider.plainText(signed), .application, by: LeafIndex(2))
        },
        Attack("another's name with the own key", .notAuthentic, "6.3") { stage in
            let insider = stage.insider
            let signed = try insider.authentic(insider.content(hello, by: .member(LeafIndex(2))), as: .privateMessage)
            return try insider.privately(
                insider.plainText(signed), .application, by: LeafIndex(2), keyOf: insider.index)
        },
        Attack("the receiver's name", .ownMessage, "") { stage in
            let insider = stage.insider
            let signed = try insider.authentic(insider.content(hello, by: .member(LeafIndex(0))), as: .privateMessage)
            return try insider.privately(insider.plainText(signed), .application, by: LeafIndex(0))
        },
        Attack("signed for a public message", .notAuthentic, "6.1") { stage in
            let insider = stage.insider
            return try insider.privately(
                insider.plainText(try insider.authentic(insider.content(hello))), .application)
        },
        Attack("a proposal under the key of application messages", .notAuthentic, "6.3") { stage in
            let insider = stage.insider
            let signed = try insider.authentic(
                insider.content(.proposal(.remove(LeafIndex(2)))), as: .privateMessage)
            return try insider.privately(insider.plainText(signed), .application, headerType: .proposal)
        },
        Attack("a key too far ahead", .limit, "15.3") { stage in try stage.insider.privately(hello, generation: 1_001)
        },
        Attack("the last key there is", .limit, "15.3") { stage in
            try stage.insider.privately(hello, generation: .max)
        },
        Attack("nothing at all", .malformed, "2.1") { stage in try stage.insider.privately([], .commit) },
        Attack("less than a tag", .notAuthentic, "6.3") { stage in
            guard case .privateMessage(var message) = try MLSMessage(try stage.insider.privately(hello)) else {
                throw Unexpected()
            }
            message.encryptedSenderData = [1]
            return MLSMessage.privateMessage(message).bytes
        },
    ]

    @Test(arguments: privacy) func privateMessages(_ attack: Attack) throws { try attack.run() }

    /// What the harness makes is right but for what an attack changes.
    @Test(arguments: [CipherSuite.x25519AES128GCM, .mlkem768X25519AES256GCM])
    func honestMessagesOfTheHarnessAreTaken(suite: CipherSuite) throws {
        let stage = try Stage(suite)
        #expect(try stage.victim.read(try stage.insider.privately(hello, generation: 1_000)) == "hello")
        let update = try stage.helper.propose(.update(stage.helper.update()))
        try stage.victim.receive(update)
        let forgery = Forgery([.sent(update), .value(.add(try stage.keyPackage()))])
        guard case .commit(let summary) = try stage.victim.receive(stage.insider.send(forgery)) else {
            throw Unexpected()
        }
        #expect(summary.added == [LeafIndex(4)] && summary.updated == [LeafIndex(2)])
        #expect(stage.victim.group.epoch == 2)
    }

    @Test func messagesServeOnce() throws {
        let stage = try Stage()
        let first = try stage.insider.privately(hello)
        #expect(try stage.victim.read(first) == "hello")
        expectRefused(first, by: stage.victim, .keyGone, "9.2")
        // Another message under a key that was used.
        expectRefused(
            try stage.insider.privately(.application([1])), by: stage.victim, .keyGone, "9.2")
        let proposal = try stage.insider.privately(.proposal(.remove(LeafIndex(2))))
        try stage.victim.receive(proposal)
        expectRefused(proposal, by: stage.victim, .keyGone, "9.2")
    }

    @Test func keysThatArePassedOverAreFew() throws {
        let stage = try Stage()
        #expect(try stage.victim.read(stage.insider.privately(hello, generation: 1_000)) == "hello")
        expectRefused(try stage.insider.privately(hello, generation: 700), by: stage.victim, .keyGone, "9.2")
        #expect(try stage.victim.read(stage.insider.privately(hello, generation: 744)) == "hello")
        expectRefused(try stage.insider.privately(hello, generation: 744), by: stage.victim, .keyGone, "9.2")
        #expect(stage.victim.isStored)
    }

    @Test func otherEpochs() throws {
        let stage = try Stage()
        let old = stage.insider
        let late = try old.privately(hello)
        let lateProposal = try old.privately(.proposal(.remove(LeafIndex(2))))
        let latePublic = try old.propose(.remove(LeafIndex(2)))
        let lateCommit = try old.send(Forgery())
        func turn() throws {
            let commit = try stage.friend.commit()
            for client in [stage.victim, stage.attacker, stage.fourth] { try client.receive(commit) }
            try stage.friend.merge()
        }
        try turn()
        expectRefused(lateProposal, by: stage.victim, .wrongEpoch, "12.1")
        expectRefused(latePublic, by: stage.victim, .wrongEpoch, "12.1")
        expectRefused(lateCommit, by: stage.victim, .wrongEpoch, "12.1")
        #expect(try stage.victim.read(late) == "hello")
        expectRefused(late, by: stage.victim, .keyGone, "9.2")
        let another = try old.privately(hello, generation: 1)
        // As another member, in an epoch that is over.
        let signed = try old.authentic(old.content(hello, by: .member(LeafIndex(2))), as: .privateMessage)
        expectRefused(
            try old.privately(old.plainText(signed), .application, by: LeafIndex(2)), by: stage.victim,
            .notAuthentic, "6.1")
        expectRefused(
            try old.privately([], .application, by: LeafIndex(rawValue: .max), keyOf: old.index), by: stage.victim,
            .invalid, "6.3.2")
        try turn()
        try turn()
        expectRefused(another, by: stage.victim, .wrongEpoch, "15.3")

        let content = stage.insider.content(.proposal(.remove(LeafIndex(2))), in: 99)
        expectRefused(
            MLSMessage.publicMessage(try stage.insider.publicly(try stage.insider.authentic(content))).bytes,
            by: stage.victim, .wrongEpoch, "12.1")
    }
}
