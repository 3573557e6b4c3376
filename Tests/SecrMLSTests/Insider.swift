import SecrMLS
import Testing

/// A member who makes what no honest software would. All of it is signed and encrypted with the right keys.
struct Insider {
    let state: EpochState
    var algorithms: SuiteAlgorithms { state.algorithms }
    var index: LeafIndex { state.keys.index }
    var groupID: [UInt8] { state.context.groupID }

    init(_ client: Client) { state = client.group.state }

    func leaf() throws -> LeafNode { try #require(state.tree.leaf(index)) }

    func signed(_ leaf: LeafNode, at place: LeafNode.Place? = nil, key: Secret? = nil) throws -> LeafNode {
        var leaf = leaf
        try leaf.sign(with: key ?? state.signatureKey, at: place ?? (groupID, index), algorithms)
        return leaf
    }

    /// A leaf for an Update, with a fresh key.
    func update(_ change: (inout LeafNode) throws -> Void = { _ in }) throws -> LeafNode {
        var leaf = try leaf()
        leaf.encryptionKey = try algorithms.kem.generateKeyPair().publicKey
        leaf.source = .update
        try change(&leaf)
        return try signed(leaf)
    }

    // MARK: Framing

    func content(_ body: FramedContent.Body, by sender: Sender? = nil, in epoch: UInt64? = nil) -> FramedContent {
        FramedContent(
            groupID: groupID, epoch: epoch ?? state.context.epoch, sender: sender ?? .member(index), body: body)
    }

    func authentic(
        _ content: FramedContent, as format: WireFormat = .publicMessage, key: Secret? = nil
    ) throws -> AuthenticatedContent {
        var signed = try algorithms.sign(
            content, as: format, context: state.contextBytes, key: key ?? state.signatureKey)
        if case .commit = content.body { signed.authentication.confirmationTag = [] }
        return signed
    }

    func publicly(_ message: AuthenticatedContent) throws -> PublicMessage {
        var message = message
        message.wireFormat = .publicMessage
        return try algorithms.protectPublicly(
            message, context: state.contextBytes, membershipKey: state.secrets.membership)
    }

    /// Anything as a public message.
    func send(_ body: FramedContent.Body, by sender: Sender? = nil, key: Secret? = nil) throws -> [UInt8] {
        MLSMessage.publicMessage(try publicly(try authentic(content(body, by: sender), key: key))).bytes
    }

    func propose(_ proposal: Proposal, by sender: Sender? = nil, key: Secret? = nil) throws -> [UInt8] {
        try send(.proposal(proposal), by: sender, key: key)
    }

    /// The reference of a proposal, as a commit has it.
    func reference(_ message: [UInt8]) throws -> [UInt8] {
        guard case .publicMessage(let message) = try MLSMessage(message) else { throw Unexpected() }
        return AuthenticatedContent(
            wireFormat: .publicMessage, content: message.content, authentication: message.authentication
        ).reference(algorithms)
    }

    /// A private message with whatever plain text.
    func privately(
        _ plainText: [UInt8], _ type: ContentType, by leaf: LeafIndex? = nil, generation: UInt32 = 0,
        keyOf owner: LeafIndex? = nil, headerType: ContentType? = nil
    ) throws -> [UInt8] {
        let sender = leaf ?? index
        let place = SecretTree.Place(leaf: owner ?? sender, isHandshake: type != .application)
        // The insider may use a key again, and needs none that is too far ahead for others.
        let reachable = min(generation, 2_000)
        var limits = Limits()
        limits.forwardRatchetSteps = 2_000
        let key = try state.secretTree.key(place, generation: reachable, limits, algorithms).key
        let senderData = SenderData(leaf: sender, generation: generation, reuseGuard: [1, 2, 3, 4])
        var nonce = key.nonce.withBytes { Array($0) }
        for (at, byte) in senderData.reuseGuard.enumerated() { nonce[at] ^= byte }
        var aad = WireWriter()
        aad.opaque(groupID)
        aad.uint64(state.context.epoch)
        aad.uint8((headerType ?? type).rawValue)
        let dataAAD = aad.bytes
        aad.opaque([])
        let ciphertext = try algorithms.aead.seal(plainText, key: key.key, nonce: nonce, additionalData: aad.bytes)
        let (dataKey, dataNonce) = algorithms.senderDataKey(state.secrets.senderData, ciphertext)
        let encrypted = try algorithms.aead.seal(
            senderData.encoded, key: dataKey, nonce: dataNonce.withBytes { Array($0) }, additionalData: dataAAD)
        var writer = WireWriter()
        writer.uint16(1)
        writer.uint16(WireFormat.privateMessage.rawValue)
        writer.raw(dataAAD)
        writer.opaque([])
        writer.opaque(encrypted)
        writer.opaque(ciphertext)
        return writer.bytes
    }

    /// What is encrypted of a message.
    func plainText(_ message: AuthenticatedContent, padding: [UInt8] = []) -> [UInt8] {
        // The body comes last of the content, and the authentication last of all.
        var head = WireWriter()
        head.uint16(message.wireFormat.rawValue)
        head.opaque(message.content.groupID)
        head.uint64(message.content.epoch)
        head.value(message.content.sender)
        head.opaque(message.content.authenticatedData)
        head.uint8(message.content.body.type.rawValue)
        return Array(message.encoded.dropFirst(head.bytes.count)) + padding
    }

    /// A body of this member's, well encrypted.
    func privately(_ body: FramedContent.Body, generation: UInt32 = 0, padding: [UInt8] = []) throws -> [UInt8] {
        try privately(
            plainText(try authentic(content(body), as: .privateMessage), padding: padding), body.type,
            generation: generation)
    }
}

struct Unexpected: Error {}

/// A commit of which something is wrong.
struct Forgery {
    enum Entry {
        case value(Proposal)
        /// A message that was sent before.
        case sent([UInt8])
        case reference([UInt8])
    }

    var entries: [Entry] = []
    var hasPath = true
    /// Before it is signed.
    var leaf: (inout LeafNode) throws -> Void = { _ in }
    /// After everything is signed and encrypted, in the context that is given.
    var path: (inout UpdatePath, _ context: [UInt8]) throws -> Void = { _, _ in }
    var tag: (inout [UInt8]) -> Void = { _ in }
    var psks: [(id: PreSharedKeyID, secret: Secret)] = []
    var epoch: UInt64?

    init(_ entries: [Entry] = [], hasPath: Bool = true) {
        self.entries = entries
        self.hasPath = hasPath
    }

    init(_ proposals: [Proposal], hasPath: Bool = true) { self.init(proposals.map { .value($0) }, hasPath: hasPath) }
}

extension Insider {
    /// What joins without being asked in.
    struct Joiner {
        var bundle: KeyPackageBundle
        var initialSecret: Secret
    }

    /// A commit as an accomplice would accept it.
    func commit(_ forgery: Forgery, joiner: Joiner? = nil, as format: WireFormat = .publicMessage) throws
        -> AuthenticatedContent
    {
        let committer: Sender = joiner == nil ? .member(index) : .newMemberCommit
        var (tree, extensions) = (state.tree, state.context.extensions)
        var entries: [ProposalOrReference] = []
        var changes: [(proposal: Proposal, sender: Sender)] = []
        for entry in forgery.entries {
            switch entry {
            case .value(let proposal):
                entries.append(.proposal(proposal))
                changes.append((proposal, committer))
            case .reference(let reference): entries.append(.reference(reference))
            case .sent(let message):
                entries.append(.reference(try reference(message)))
                guard case .publicMessage(let message) = try MLSMessage(message),
                    case .proposal(let proposal) = message.content.body
                else { throw Unexpected() }
                changes.append((proposal, message.content.sender))
            }
        }
        let newMembers = try apply(changes, to: &tree, &extensions)
        func context(_ treeHash: [UInt8], _ transcript: [UInt8]) -> GroupContext {
            GroupContext(
                suite: algorithms.suite, groupID: groupID, epoch: state.context.epoch &+ 1, treeHash: treeHash,
                confirmedTranscriptHash: transcript, extensions: extensions)
        }

        var (update, commitSecret) = (UpdatePath?.none, algorithms.zero)
        let signingKey = joiner?.bundle.signatureKey ?? state.signatureKey
        if forgery.hasPath {
            let index = joiner == nil ? self.index : tree.makeRoom()
            var leaf = try joiner?.bundle.keyPackage.leafNode ?? self.leaf()
            try forgery.leaf(&leaf)
            let fresh = try tree.makePath(
                for: index, leaf: leaf, groupID: groupID, signingKey: signingKey, newMembers: newMembers, algorithms
            ) { context($0, state.context.confirmedTranscriptHash) }
            var path = fresh.update
            try forgery.path(&path, context(tree.rootHash(algorithms), state.context.confirmedTranscriptHash).encoded)
            tree.set(.leaf(path.leafNode), at: index.node)
            (update, commitSecret) = (path, fresh.commitSecret)
        }
        var signed = try authentic(
            content(.commit(Commit(proposals: entries, path: update)), by: committer, in: forgery.epoch), as: format,
            key: signingKey)
        let transcript = algorithms.confirmedTranscriptHash(after: state.interimTranscriptHash, signed)
        let next = context(tree.rootHash(algorithms), transcript).encoded
        let secrets = JoinerSecrets(
            initial: joiner?.initialSecret ?? state.secrets.initial, commit: commitSecret,
            psk: algorithms.pskSecret(forgery.psks), context: next, algorithms
        ).epochSecrets(context: next, algorithms)
        var tag = secrets.confirmationTag(transcript, algorithms)
        forgery.tag(&tag)
        signed.authentication.confirmationTag = tag
        return signed
    }

    func send(_ forgery: Forgery) throws -> [UInt8] {
        MLSMessage.publicMessage(try publicly(try commit(forgery))).bytes
    }

    /// Without a look at any rule.
    private func apply(
        _ changes: [(proposal: Proposal, sender: Sender)], to tree: inout RatchetTree, _ extensions: inout Extensions
    ) throws -> Set<LeafIndex> {
        var newMembers: Set<LeafIndex> = []
        for change in changes {
            guard case .update(let leaf) = change.proposal else { continue }
            tree.update(change.sender.member ?? index, to: leaf)
        }
        for change in changes {
            switch change.proposal {
            case .remove(let index) where tree.leaf(index) != nil && index != self.index: tree.remove(index)
            case .selfRemove:
                if let index = change.sender.member, index != self.index { tree.remove(index) }
            case .groupContextExtensions(let new): extensions = new
            default: break
            }
        }
        for case .add(let keyPackage) in changes.map(\.proposal) { newMembers.insert(tree.add(keyPackage.leafNode)) }
        return newMembers
    }
}

/// Why a member refuses a message. Its state must not have changed.
func refusal(
    of message: [UInt8], by client: Client, psks: PreSharedKeys = { _ in nil },
    sourceLocation: SourceLocation = #_sourceLocation
) -> MLSError? {
    let (records, revision, epoch) = (client.group.records(), client.group.revision, client.group.epoch)
    var error: MLSError?
    do {
        try client.receive(message, psks: psks)
    } catch let thrown {
        error = thrown as? MLSError
        #expect(client.group.records() == records, "records changed", sourceLocation: sourceLocation)
        #expect(client.group.revision == revision && client.group.epoch == epoch, sourceLocation: sourceLocation)
    }
    return error
}

/// Expects that a member refuses a message, by a certain rule.
func expectRefused(
    _ message: [UInt8], by client: Client, _ code: MLSError.Code, _ clause: String,
    psks: PreSharedKeys = { _ in nil }, sourceLocation: SourceLocation = #_sourceLocation
) {
    let error = refusal(of: message, by: client, psks: psks, sourceLocation: sourceLocation)
    #expect(
        error?.code == code && error?.clause == clause, "\(error.map { "\($0.code): \($0)" } ?? "accepted")",
        sourceLocation: sourceLocation)
}
