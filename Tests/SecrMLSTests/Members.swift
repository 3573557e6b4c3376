import SecrMLS

/// An application that trusts everybody, and has one client for each credential.
struct TrustingRules: GroupRules {
    var allowsExternalCommits = true
    var allowsExternalProposals = true

    func accepts(_ credential: Credential, signatureKey: [UInt8]) -> Bool {
        credential != .basic(identity: Array("mallory".utf8))
    }

    func client(of leaf: LeafNode) -> [UInt8]? {
        if case .basic(let identity) = leaf.credential { identity } else { nil }
    }

    func mayPropose(_ proposal: Proposal, _ sender: Sender, in group: GroupView) -> Bool {
        if case .member = sender { true } else { allowsExternalProposals }
    }

    func mayCommit(_ changes: [Change], _ committer: Sender, in group: GroupView) -> Bool {
        committer != .newMemberCommit || allowsExternalCommits
    }
}

let now: UInt64 = 1_800_000_000

func bundle(
    _ name: String, _ suite: CipherSuite = .x25519AES128GCM, capabilities: Capabilities = Capabilities(),
    lifetime: Lifetime = Lifetime(notBefore: now - 3600, notAfter: now + 86_400)
) throws -> KeyPackageBundle {
    try KeyPackageBundle(
        suite: suite, credential: .basic(identity: Array(name.utf8)), keys: SignatureKeyPair(for: suite),
        lifetime: lifetime, capabilities: capabilities)
}

/// One member with what is stored of it: every step is stored as a messenger would do it.
final class Client {
    let name: String
    var group: Group
    private(set) var store: [[UInt8]: Secret] = [:]
    private(set) var revision: UInt64 = 0

    init(_ name: String, _ group: consuming Group) {
        self.name = name
        self.group = group
        store(self.group.snapshot())
    }

    static func founder(
        _ name: String, _ suite: CipherSuite = .x25519AES128GCM, extensions: Extensions = .none,
        configuration: GroupConfiguration = GroupConfiguration(rules: TrustingRules())
    ) throws -> Client {
        Client(name, try Group.create(founder: bundle(name, suite), extensions: extensions, configuration))
    }

    func store(_ delta: StateDelta) {
        precondition(delta.revision > revision, "a revision that does not grow")
        revision = delta.revision
        for record in delta.records { store[record.key] = record.value }
    }

    /// What storage and memory must agree on.
    var isStored: Bool {
        var stored = store
        stored[[1]] = nil
        return stored == group.records()
    }

    func restart(_ configuration: GroupConfiguration = GroupConfiguration(rules: TrustingRules())) throws {
        group = try Group.restore(store, minimumRevision: revision, configuration)
    }

    func send(_ text: String) throws -> [UInt8] {
        let (message, delta) = try group.encrypt(Array(text.utf8))
        store(delta)
        return message.bytes
    }

    func propose(_ proposal: Proposal) throws -> [UInt8] {
        let (message, delta) = try group.propose(proposal)
        store(delta)
        return message.bytes
    }

    func proposeUpdate(_ change: LeafChange = LeafChange()) throws -> [UInt8] {
        let (message, delta) = try group.proposeUpdate(change)
        store(delta)
        return message.bytes
    }

    func commit(_ content: CommitContent = CommitContent(), psks: PreSharedKeys = { _ in nil }) throws -> [UInt8] {
        let (message, delta) = try group.commit(content, at: now, psks: psks)
        store(delta)
        return message.bytes
    }

    @discardableResult func merge() throws -> Merged {
        let (merged, delta) = try group.mergePendingCommit()
        store(delta)
        return merged
    }

    @discardableResult func receive(_ message: [UInt8], psks: PreSharedKeys = { _ in nil }) throws -> Received {
        let (received, delta) = try group.process(message, psks: psks)
        store(delta)
        return received
    }

    func read(_ message: [UInt8]) throws -> String? {
        guard case .application(let message) = try receive(message) else { return nil }
        return String(decoding: message.data, as: UTF8.self)
    }

    static func joining(
        _ bundle: KeyPackageBundle, _ name: String, _ welcome: MLSMessage?,
        psks: PreSharedKeys = { _ in nil }, predecessor: Predecessor? = nil,
        _ configuration: GroupConfiguration = GroupConfiguration(rules: TrustingRules())
    ) throws -> Client {
        Client(
            name,
            try Group.join(welcome?.bytes ?? [], with: bundle, predecessor: predecessor, psks: psks, configuration))
    }
}

/// A group of some members, by invitation.
func party(_ names: [String], _ suite: CipherSuite = .x25519AES128GCM) throws -> [Client] {
    let founder = try Client.founder(names[0], suite)
    let bundles = try names.dropFirst().map { try bundle($0, suite) }
    _ = try founder.commit(CommitContent(bundles.map { .add($0.keyPackage) }))
    let welcome = try founder.merge().welcome
    return [founder]
        + (try zip(bundles, names.dropFirst()).map { try Client.joining($0, $1, welcome) })
}
