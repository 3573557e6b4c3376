import SecrMLS
import Testing

/// Somebody who invites into a group that is made up from nothing, and lies about it.
struct Inviter {
    let suite: CipherSuite
    let algorithms: SuiteAlgorithms
    let inviter: KeyPackageBundle
    let friend: KeyPackageBundle
    let guest: KeyPackageBundle
    var groupID: [UInt8] = Array("a party".utf8)

    /// Of an inviter, a friend of it, and the guest; with keys above them of the inviter.
    var tree: (inout RatchetTree) throws -> Void = { _ in }
    /// After all keys and signatures are made, but before hashes of it.
    var finalTree: (inout RatchetTree) throws -> Void = { _ in }
    var context: (inout GroupContext) throws -> Void = { _ in }
    var info: (inout GroupInfo) throws -> Void = { _ in }
    var signedInfo: (inout GroupInfo) throws -> Void = { _ in }
    var signatureKey: Secret?
    var secrets: (inout GroupSecrets) throws -> Void = { _ in }
    var psks: [(id: PreSharedKeyID, secret: Secret)] = []
    var welcome: (inout Welcome) throws -> Void = { _ in }
    /// As they are encrypted.
    var infoBytes: (inout [UInt8]) -> Void = { _ in }
    var secretBytes: (inout [UInt8]) -> Void = { _ in }
    var extensions = Extensions.none
    var joinerSecret: Secret

    init(_ suite: CipherSuite = .x25519AES128GCM, capabilities: Capabilities = Capabilities()) throws {
        self.suite = suite
        algorithms = try CipherSuites().algorithms(of: suite)
        inviter = try bundle("ben", suite, capabilities: capabilities)
        friend = try bundle("cleo", suite, capabilities: capabilities)
        guest = try bundle("anna", suite, capabilities: capabilities)
        joinerSecret = Secret(random: algorithms.hash.size)
    }

    func signed(_ leaf: LeafNode, by owner: KeyPackageBundle, at index: Int) throws -> LeafNode {
        var leaf = leaf
        try leaf.sign(with: owner.signatureKey, at: (groupID, LeafIndex(index)), algorithms)
        return leaf
    }

    /// The tree before anybody lies about it: the guest is the last leaf.
    func honestTree() throws -> (RatchetTree, FreshPath) {
        var tree = RatchetTree(inviter.keyPackage.leafNode)
        _ = tree.add(friend.keyPackage.leafNode)
        _ = tree.add(guest.keyPackage.leafNode)
        try self.tree(&tree)
        let path = try tree.makePath(
            for: LeafIndex(0), leaf: inviter.keyPackage.leafNode, groupID: groupID, signingKey: inviter.signatureKey,
            newMembers: [], algorithms
        ) {
            GroupContext(
                suite: suite, groupID: groupID, epoch: 1, treeHash: $0, confirmedTranscriptHash: [], extensions: .none)
        }
        return (tree, path)
    }

    func message() throws -> Welcome {
        var (tree, path) = try honestTree()
        try finalTree(&tree)
        var context = GroupContext(
            suite: suite, groupID: groupID, epoch: 1, treeHash: tree.rootHash(algorithms),
            confirmedTranscriptHash: [UInt8](repeating: 5, count: algorithms.hash.size), extensions: extensions)
        try self.context(&context)
        let joiner = JoinerSecrets(joiner: joinerSecret, psk: algorithms.pskSecret(psks), algorithms)
        let epoch = joiner.epochSecrets(context: context.encoded, algorithms)
        var infoExtensions = Extensions.none
        infoExtensions[.ratchetTree] = tree.encoded
        var info = GroupInfo(
            context: context, extensions: infoExtensions,
            confirmationTag: epoch.confirmationTag(context.confirmedTranscriptHash, algorithms), signer: LeafIndex(0))
        try self.info(&info)
        try info.sign(with: signatureKey ?? inviter.signatureKey, algorithms)
        try signedInfo(&info)
        let (key, nonce) = joiner.welcomeKey(algorithms)
        var infoText = info.encoded
        infoBytes(&infoText)
        let encryptedInfo = try algorithms.aead.seal(infoText, key: key, nonce: nonce, additionalData: [])
        var secrets = GroupSecrets(
            joinerSecret: joinerSecret, pathSecret: path.pathSecrets.last?.secret, psks: psks.map(\.id))
        try self.secrets(&secrets)
        var secretText = secrets.encoded
        secretBytes(&secretText)
        let encrypted = try algorithms.encrypt(
            Secret(copying: secretText), to: guest.keyPackage.initKey, label: "Welcome", context: encryptedInfo)
        var writer = WireWriter()
        writer.value(suite)
        writer.measured { writer in
            writer.opaque(guest.keyPackage.reference(algorithms))
            writer.value(encrypted)
        }
        writer.opaque(encryptedInfo)
        var welcome = try Welcome(decoding: writer.bytes)
        try self.welcome(&welcome)
        return welcome
    }

    /// Why the guest does not come; `nil` if it does.
    func refusal(
        predecessor: Predecessor? = nil, psks: PreSharedKeys = { _ in nil }, isMember: Bool = false,
        _ configuration: GroupConfiguration = GroupConfiguration(rules: TrustingRules())
    ) throws -> MLSError? {
        let bytes = MLSMessage.welcome(try message()).bytes
        do {
            _ = try Group.join(
                bytes, with: guest, predecessor: predecessor, psks: psks, isMember: { _ in isMember }, configuration)
            return nil
        } catch { return error }
    }
}

/// An invitation with something wrong.
struct Lie: Sendable, CustomTestStringConvertible {
    let name: String
    let code: MLSError.Code
    let clause: String
    let tell: @Sendable (inout Inviter) throws -> Void

    init(
        _ name: String, _ code: MLSError.Code, _ clause: String,
        _ tell: @escaping @Sendable (inout Inviter) throws -> Void
    ) {
        self.name = name
        self.code = code
        self.clause = clause
        self.tell = tell
    }

    var testDescription: String { name }

    func run(sourceLocation: SourceLocation = #_sourceLocation) throws {
        var inviter = try Inviter()
        try tell(&inviter)
        let error = try inviter.refusal()
        #expect(
            error?.code == code && error?.clause == clause, "\(error.map { "\($0.code): \($0)" } ?? "joined")",
            sourceLocation: sourceLocation)
    }
}
