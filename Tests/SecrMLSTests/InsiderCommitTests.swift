import SecrMLS
import Testing

private let unknown = ProposalType(rawValue: 0xF123)

/// Lists of proposals and paths that no member may commit (sections 12.2 and 12.4).
@Suite struct InsiderCommitTests {
    private static func commit(
        _ name: String, _ code: MLSError.Code = .invalid, _ clause: String = "12.2", hasPath: Bool = true,
        _ entries: @escaping @Sendable (Stage) throws -> [Forgery.Entry]
    ) -> Attack {
        Attack(name, code, clause) { stage in try stage.insider.send(Forgery(try entries(stage), hasPath: hasPath)) }
    }

    private static func psk(_ stage: Stage, _ kind: PreSharedKeyID.Kind = .external(id: [1]), nonce: Int = 32)
        -> Proposal
    {
        .psk(PreSharedKeyID(kind: kind, nonce: [UInt8](repeating: UInt8(nonce), count: nonce)))
    }

    static let lists: [Attack] = [
        commit("an Update by value") { [.value(.update(try $0.insider.update()))] },
        commit("an own Update") {
            [.sent(try $0.shown(try $0.insider.propose(.update(try $0.insider.update()))))]
        },
        commit("a Remove of the committer") { [.value(.remove($0.insider.index))] },
        commit("a Remove of the committer that another wishes") {
            [.sent(try $0.shown(try $0.helper.propose(.remove($0.insider.index))))]
        },
        commit("a Remove of nobody", .invalid, "12.1.3") { _ in [.value(.remove(LeafIndex(4)))] },
        commit("a Remove far outside of the tree", .invalid, "12.1.3") { _ in
            [.value(.remove(LeafIndex(rawValue: .max)))]
        },
        commit("one Remove twice") { _ in [.value(.remove(LeafIndex(2))), .value(.remove(LeafIndex(2)))] },
        commit("an Update and a Remove of one leaf") {
            [
                .sent(try $0.shown(try $0.helper.propose(.update(try $0.helper.update())))),
                .value(.remove(LeafIndex(2))),
            ]
        },
        commit("two Updates of one leaf") { stage in
            try (0..<2).map { _ in .sent(try stage.shown(try stage.helper.propose(.update(try stage.helper.update()))))
            }
        },
        commit("one Update twice") { stage in
            let update = try stage.shown(try stage.helper.propose(.update(try stage.helper.update())))
            return [.sent(update), .sent(update)]
        },
        commit("a SelfRemove by value", .invalid, "") { _ in [.value(.selfRemove)] },
        commit("a SelfRemove of the committer", .invalid, "") {
            [.sent(try $0.shown(try $0.insider.propose(.selfRemove)))]
        },
        commit("a SelfRemove and a Remove of one leaf") {
            [.sent(try $0.shown(try $0.helper.propose(.selfRemove))), .value(.remove(LeafIndex(2)))]
        },
        commit("an ExternalInit of a member") { _ in
            [.value(.externalInit(kemOutput: [UInt8](repeating: 9, count: 32)))]
        },
        commit("a ReInit with another proposal") {
            [
                .value(.reInit(ReInit(groupID: [1], suite: $0.suite, extensions: .none))),
                .value(.remove(LeafIndex(2))),
            ]
        },
        commit("a ReInit to an older version", .invalid, "12.1.5") {
            var reInit = ReInit(groupID: [1], suite: $0.suite, extensions: .none)
            reInit.version = ProtocolVersion(rawValue: 0)
            return [.value(.reInit(reInit))]
        },
        commit("two lists of extensions") { _ in
            [.value(.groupContextExtensions(.none)), .value(.groupContextExtensions(.none))]
        },
        commit("required capabilities that can't be read", .malformed, "2.1.2") { _ in
            var extensions = Extensions.none
            extensions[.requiredCapabilities] = [9]
            return [.value(.groupContextExtensions(extensions))]
        },
        commit("a required capability that nobody has", .invalid, "7.3") { _ in
            var extensions = Extensions.none
            extensions.setRequiredCapabilities(RequiredCapabilities(proposals: [unknown]))
            return [.value(.groupContextExtensions(extensions))]
        },
        commit("a required credential that nobody has", .invalid, "7.3") { _ in
            var extensions = Extensions.none
            extensions.setRequiredCapabilities(RequiredCapabilities(credentials: [CredentialType(rawValue: 0xF0F0)]))
            return [.value(.groupContextExtensions(extensions))]
        },
        commit("an extension that nobody knows", .invalid, "13.4") { _ in
            var extensions = Extensions.none
            extensions[ExtensionType(rawValue: 0xF0F0)] = []
            return [.value(.groupContextExtensions(extensions))]
        },
        commit("a sender outside whom the application refuses", .refused, "5.3.1") {
            var extensions = Extensions.none
            extensions.setExternalSenders([
                ExternalSender(
                    signatureKey: $0.outside.publicKey, credential: .basic(identity: Array("mallory".utf8)))
            ])
            return [.value(.groupContextExtensions(extensions))]
        },
        commit("a pre-shared key twice") { [.value(psk($0)), .value(psk($0))] },
        commit("a pre-shared key with a short nonce", .invalid, "12.1.4") { [.value(psk($0, nonce: 31))] },
        commit("a pre-shared key with a long nonce", .invalid, "12.1.4") { [.value(psk($0, nonce: 48))] },
        commit("a pre-shared key that is not known", .unknownPSK, "12.4.2") {
            [.value(psk($0, .external(id: [2])))]
        },
        commit("the key of an epoch that is not known", .unknownPSK, "12.4.2") {
            [.value(psk($0, .resumption(.application, groupID: $0.insider.groupID, epoch: 77)))]
        },
        commit("the key of a re-initialisation", .invalid, "12.1.4") {
            [.value(psk($0, .resumption(.reInit, groupID: $0.insider.groupID, epoch: 1)))]
        },
        commit("the key of a branch", .invalid, "12.1.4") {
            [.value(psk($0, .resumption(.branch, groupID: $0.insider.groupID, epoch: 1)))]
        },
        commit("more pre-shared keys than are allowed", .limit, "") { _ in
            (0..<17).map { index in
                .value(
                    .psk(
                        PreSharedKeyID(kind: .external(id: [1]), nonce: [UInt8](repeating: UInt8(index), count: 32))))
            }
        },
        commit("a kind of proposal that nobody knows") { _ in [.value(.custom(unknown, [1]))] },
        commit("a proposal that was never sent", .unknownProposal, "12.4") { _ in
            [.reference([UInt8](repeating: 7, count: 32))]
        },
        commit("an empty reference", .unknownProposal, "12.4") { _ in [.reference([])] },
        commit("no path for nothing", .invalid, "12.4", hasPath: false) { _ in [] },
        commit("no path for a Remove", .invalid, "12.4", hasPath: false) { _ in [.value(.remove(LeafIndex(2)))] },
        commit("no path for an Update", .invalid, "12.4", hasPath: false) {
            [.sent(try $0.shown(try $0.helper.propose(.update(try $0.helper.update()))))]
        },
        commit("no path for new extensions", .invalid, "12.4", hasPath: false) { _ in
            [.value(.groupContextExtensions(.none))]
        },
        commit("no path for a SelfRemove", .invalid, "12.4", hasPath: false) {
            [.sent(try $0.shown(try $0.helper.propose(.selfRemove)))]
        },
        commit("an Add of a key for two purposes", .invalid, "10.1") {
            [.value(.add(try $0.keyPackage { $0.initKey = $0.leafNode.encryptionKey }))]
        },
        commit("an Add with an init key of zeros", .invalid, "10") {
            [.value(.add(try $0.keyPackage { $0.initKey = [UInt8](repeating: 0, count: 32) }))]
        },
        commit("an Add of another suite", .invalid, "10.1") { _ in
            [.value(.add(try bundle("eve", .x25519ChaCha20Poly1305).keyPackage))]
        },
        commit("an Add of another version", .unsupported, "10.1") {
            [.value(.add(try $0.keyPackage { $0.version = ProtocolVersion(rawValue: 2) }))]
        },
        commit("an Add with another's signature", .notAuthentic, "10.1") {
            var keyPackage = try $0.keyPackage()
            try keyPackage.sign(with: $0.insider.state.signatureKey, $0.insider.algorithms)
            return [.value(.add(keyPackage))]
        },
        commit("one Add twice", .invalid, "7.3") {
            let keyPackage = try $0.keyPackage()
            return [.value(.add(keyPackage)), .value(.add(keyPackage))]
        },
        commit("an Add of a member's client") { [.value(.add(try $0.keyPackage("cleo")))] },
        commit("two Adds of one client") {
            [.value(.add(try $0.keyPackage("eve"))), .value(.add(try $0.keyPackage("eve")))]
        },
        commit("two Adds with one encryption key", .invalid, "7.3") {
            let first = try $0.keyPackage("eve")
            return [
                .value(.add(first)),
                .value(.add(try $0.keyPackage("frank", leaf: { $0.encryptionKey = first.leafNode.encryptionKey }))),
            ]
        },
    ]

    @Test(arguments: lists) func proposals(_ attack: Attack) throws { try attack.run() }

    static let proposed: [Attack] = [
        Attack("an Update from outside", .malformed, "12.1.8") { stage in
            try stage.insider.propose(
                .update(try stage.insider.update()), by: .external(0), key: stage.outside.privateKey)
        },
        Attack("a SelfRemove from outside", .malformed, "12.1.8") { stage in
            try stage.insider.propose(.selfRemove, by: .external(0), key: stage.outside.privateKey)
        },
        Attack("an ExternalInit from outside", .malformed, "12.1.8") { stage in
            try stage.insider.propose(.externalInit(kemOutput: []), by: .external(0), key: stage.outside.privateKey)
        },
        Attack("a SelfRemove in private", .invalid, "") { stage in
            try stage.insider.privately(.proposal(.selfRemove))
        },
        Attack("a second SelfRemove", .invalid, "") { stage in
            let insider = stage.insider
            _ = try stage.shown(try insider.propose(.selfRemove))
            var content = insider.content(.proposal(.selfRemove))
            content.authenticatedData = [1]
            return MLSMessage.publicMessage(try insider.publicly(try insider.authentic(content))).bytes
        },
        Attack("a wish for nobody's Remove", .invalid, "12.1.3") { stage in
            try stage.insider.propose(.remove(LeafIndex(5)))
        },
        Attack("a wish for a short nonce", .invalid, "12.1.4") { stage in
            try stage.insider.propose(.psk(PreSharedKeyID(kind: .external(id: [1]), nonce: [1])))
        },
        Attack("a wish for another suite's key package", .invalid, "10.1") { stage in
            try stage.insider.propose(.add(try bundle("eve", .p256AES128GCM).keyPackage))
        },
    ]

    @Test(arguments: proposed) func wishes(_ attack: Attack) throws { try attack.run() }

    static let tags: [Attack] = [
        tag("a confirmation tag of zeros") { $0 = [UInt8](repeating: 0, count: 32) },
        tag("no confirmation tag") { $0 = [] },
        tag("half a confirmation tag") { $0.removeLast(16) },
        tag("a longer confirmation tag") { $0.append(0) },
        Attack("the confirmation tag of before", .notAuthentic, "12.4.2") { stage in
            var forgery = Forgery()
            let old = stage.insider.state.confirmationTag
            forgery.tag = { $0 = old }
            return try stage.insider.send(forgery)
        },
    ]

    private static func tag(_ name: String, _ change: @escaping @Sendable (inout [UInt8]) -> Void) -> Attack {
        Attack(name, .notAuthentic, "12.4.2") { stage in
            var forgery = Forgery()
            forgery.tag = change
            return try stage.insider.send(forgery)
        }
    }

    @Test(arguments: tags) func confirmation(_ attack: Attack) throws { try attack.run() }

    private static func path(
        _ name: String, _ code: MLSError.Code, _ clause: String,
        _ change: @escaping @Sendable (inout UpdatePath, Stage, _ context: [UInt8]) throws -> Void
    ) -> Attack {
        Attack(name, code, clause) { stage in
            var forgery = Forgery()
            forgery.path = { try change(&$0, stage, $1) }
            return try stage.insider.send(forgery)
        }
    }

    static let paths: [Attack] = [
        path("a path without nodes", .invalid, "7.6") { path, _, _ in path.nodes = [] },
        path("a path that ends early", .invalid, "7.6") { path, _, _ in path.nodes.removeLast() },
        path("a path that goes on above the root", .invalid, "7.6") { path, stage, _ in
            var node = path.nodes[1]
            node.encryptionKey = try stage.insider.algorithms.kem.generateKeyPair().publicKey
            path.nodes.append(node)
        },
        path("no secret for the victim", .invalid, "7.6") { path, _, _ in path.nodes[0].encryptedPathSecrets = [] },
        path("a secret too few for others", .invalid, "7.6") { path, _, _ in
            path.nodes[1].encryptedPathSecrets.removeLast()
        },
        path("a secret too many", .invalid, "7.6") { path, _, _ in
            path.nodes[0].encryptedPathSecrets.append(path.nodes[0].encryptedPathSecrets[0])
        },
        path("a node without a key", .invalid, "7.6") { path, _, _ in path.nodes[1].encryptionKey = [] },
        path("a node with a key of zeros", .invalid, "7.6") { path, _, _ in
            path.nodes[1].encryptionKey = [UInt8](repeating: 0, count: 32)
        },
        path("two nodes with one key", .invalid, "12.4.2") { path, _, _ in
            path.nodes[1].encryptionKey = path.nodes[0].encryptionKey
        },
        path("a node with the key of the leaf", .invalid, "12.4.2") { path, _, _ in
            path.nodes[0].encryptionKey = path.leafNode.encryptionKey
        },
        path("a node with the key of before", .invalid, "12.4.2") { path, stage, _ in
            path.nodes[1].encryptionKey = try #require(stage.insider.state.tree[3]?.encryptionKey)
        },
        path("a node with the key of the victim", .invalid, "12.4.2") { path, stage, _ in
            path.nodes[0].encryptionKey = try #require(stage.insider.state.tree[0]?.encryptionKey)
        },
        path("a node with another key", .invalid, "7.9.2") { path, stage, _ in
            path.nodes[1].encryptionKey = try stage.insider.algorithms.kem.generateKeyPair().publicKey
        },
        path("a leaf with another parent hash", .invalid, "7.9.2") { path, stage, _ in
            path.leafNode.source = .commit(parentHash: [UInt8](repeating: 1, count: 32))
            path.leafNode = try stage.insider.signed(path.leafNode)
        },
        path("a leaf without a parent hash", .invalid, "7.9.2") { path, stage, _ in
            path.leafNode.source = .commit(parentHash: [])
            path.leafNode = try stage.insider.signed(path.leafNode)
        },
        path("a secret that can't be decrypted", .pathFailed, "7.5") { path, _, _ in
            path.nodes[0].encryptedPathSecrets[0].ciphertext[0] ^= 1
        },
        path("a secret under a point of low order", .pathFailed, "7.5") { path, _, _ in
            path.nodes[0].encryptedPathSecrets[0].kemOutput = [UInt8](repeating: 0, count: 32)
        },
        path("a secret with nothing to decapsulate", .pathFailed, "7.5") { path, _, _ in
            path.nodes[0].encryptedPathSecrets[0].kemOutput = []
        },
        path("a secret of other keys", .pathFailed, "7.5") { path, stage, context in
            let insider = stage.insider
            let key = try #require(insider.state.tree[0]?.encryptionKey)
            path.nodes[0].encryptedPathSecrets[0] = try insider.algorithms.encrypt(
                Secret(random: 32), to: key, label: "UpdatePathNode", context: context)
        },
        path("an empty secret", .pathFailed, "7.5") { path, stage, context in
            let insider = stage.insider
            let key = try #require(insider.state.tree[0]?.encryptionKey)
            path.nodes[0].encryptedPathSecrets[0] = try insider.algorithms.encrypt(
                Secret(copying: [UInt8]()), to: key, label: "UpdatePathNode", context: context)
        },
    ]

    @Test(arguments: paths) func pathsOfCommits(_ attack: Attack) throws { try attack.run() }

    @Test func ownCommitsComeBackInNoOtherWay() throws {
        let stage = try Stage()
        let commit = try stage.victim.commit()
        stage.victim.store(try stage.victim.group.clearPendingCommit())
        expectRefused(commit, by: stage.victim, .ownMessage, "")
        // In public, by who knows the key with which the victim signs.
        let victim = Insider(stage.victim)
        expectRefused(try victim.send(Forgery()), by: stage.victim, .ownMessage, "")
    }
}
