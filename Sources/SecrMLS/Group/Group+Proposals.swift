/// Asking for changes.
extension Group {
    /// Asks for a change. It counts once somebody commits it; what this member sends from now on waits for that too.
    ///
    /// - Returns: the message for all members.
    public mutating func propose(
        _ proposal: Proposal, authenticatedData: [UInt8] = []
    ) throws(MLSError) -> (message: MLSMessage, delta: StateDelta) {
        if case .update = proposal {
            throw MLSError(.invalid, "12.1.2", "an Update whose private key is not known: proposeUpdate makes one")
        }
        let (message, changes, _) = try send(proposal, authenticatedData)
        return (message, delta(changes))
    }

    /// Asks for fresh keys of this member, and for what else of it is to change (section 12.1.2).
    ///
    /// - Parameter change: what of the member's leaf becomes different.
    public mutating func proposeUpdate(
        _ change: LeafChange = LeafChange(), authenticatedData: [UInt8] = []
    ) throws(MLSError) -> (message: MLSMessage, delta: StateDelta) {
        try requireOpen()
        let algorithms = state.algorithms
        let pair = try algorithms.kem.generateKeyPair()
        var leaf = try change.applied(to: ownLeaf())
        leaf.encryptionKey = pair.publicKey
        leaf.source = .update
        let signatureKey = change.keys?.privateKey ?? state.signatureKey
        try leaf.sign(with: signatureKey, at: (groupID, ownIndex), algorithms)
        var (message, changes, reference) = try send(.update(leaf), authenticatedData)
        let pending = PendingUpdate(leafKey: pair.privateKey, signatureKey: signatureKey)
        pendingUpdates[reference] = pending
        changes[.pendingUpdate(reference)] = WireWriter.secret { $0.value(pending) }
        return (message, delta(changes))
    }

    /// A proposal to mix a pre-shared key in, with a fresh nonce (section 8.4).
    public func preSharedKeyProposal(_ kind: PreSharedKeyID.Kind) -> Proposal {
        .psk(PreSharedKeyID(fresh: kind, state.algorithms))
    }

    func ownLeaf() throws(MLSError) -> LeafNode {
        guard let leaf = state.tree.leaf(ownIndex) else {
            throw MLSError(.badState, "", "a tree without this member")
        }
        return leaf
    }

    private mutating func send(
        _ proposal: Proposal, _ authenticatedData: [UInt8]
    ) throws(MLSError) -> (message: MLSMessage, changes: StateChanges, reference: [UInt8]) {
        try requireOpen()
        // Who joins without being asked in has to be able to read it (draft-ietf-mls-extensions).
        let format = proposal == .selfRemove ? WireFormat.publicMessage : handshakeFormat
        let signed = try state.algorithms.sign(
            content(.proposal(proposal), authenticatedData), as: format, context: state.contextBytes,
            key: state.signatureKey)
        let change = Change(proposal: proposal, sender: .member(ownIndex))
        guard let waiting = try check(change, signed) else {
            throw MLSError(.invalid, "", "a proposal that was made already")
        }
        var (message, changes) = try protect(signed)
        changes.apply(add(waiting))
        return (message, changes, waiting.reference)
    }

    /// A proposal that may wait for a commit; `nil` if it does already.
    func check(_ change: Change, _ message: AuthenticatedContent) throws(MLSError) -> WaitingProposal? {
        let (reference, size) = (message.reference(state.algorithms), message.encoded.count)
        if proposals.contains(where: { $0.reference == reference }) { return nil }
        try require(
            proposals.count < configuration.limits.waitingProposals, .limit, "",
            "more proposals than may wait for a commit")
        try require(
            proposals.reduce(size) { $0 + Int($1.size) } <= configuration.limits.waitingProposalBytes, .limit,
            "", "more bytes of proposals than may wait for a commit")
        if change.proposal == .selfRemove {
            try require(message.wireFormat == .publicMessage, "", "a SelfRemove in a private message")
            try require(
                !proposals.contains { $0.change == change }, "", "a second SelfRemove of one member")
        }
        try ProposalList.check(change, in: state.publicState, configuration)
        if case .add(let keyPackage) = change.proposal {
            try keyPackage.validate(state.algorithms, configuration)
        }
        return WaitingProposal(
            number: (proposals.last?.number ?? 0) + 1, reference: reference, size: UInt32(size), change: change)
    }

    mutating func add(_ waiting: WaitingProposal) -> StateChanges {
        proposals.append(waiting)
        var changes = StateChanges()
        changes[.proposal(waiting.number)] = WireWriter.secret { $0.value(waiting) }
        return changes
    }
}

/// What of a member's leaf becomes different with its next keys. What is `nil` stays.
public struct LeafChange: Sendable {
    public var keys: SignatureKeyPair?
    public var credential: Credential?
    public var capabilities: Capabilities?
    public var extensions: Extensions?

    public init(
        keys: SignatureKeyPair? = nil, credential: Credential? = nil, capabilities: Capabilities? = nil,
        extensions: Extensions? = nil
    ) {
        self.keys = keys
        self.credential = credential
        self.capabilities = capabilities
        self.extensions = extensions
    }

    func applied(to leaf: LeafNode) -> LeafNode {
        var leaf = leaf
        leaf.signatureKey = keys?.publicKey ?? leaf.signatureKey
        leaf.credential = credential ?? leaf.credential
        leaf.capabilities = capabilities?.greased() ?? leaf.capabilities
        leaf.extensions = extensions ?? leaf.extensions
        return leaf
    }
}

/// Proposals of who is no member (section 12.1.8).
public enum ExternalProposal {
    /// A new member asks to be added.
    public static func add(
        _ bundle: KeyPackageBundle, groupID: [UInt8], epoch: UInt64, suites: CipherSuites = CipherSuites()
    ) throws(MLSError) -> MLSMessage {
        try message(
            .add(bundle.keyPackage), .newMemberProposal, bundle.signatureKey, groupID: groupID, epoch: epoch,
            try suites.algorithms(of: bundle.keyPackage.suite))
    }

    /// A sender whom the group's extension `external_senders` lists asks for a change.
    ///
    /// - Parameter index: the sender's place in that list.
    public static func make(
        _ proposal: Proposal, sender index: UInt32, keys: SignatureKeyPair, groupID: [UInt8], epoch: UInt64,
        suite: CipherSuite, suites: CipherSuites = CipherSuites()
    ) throws(MLSError) -> MLSMessage {
        try require(
            proposal.type.isOpenToExternalSenders, "12.1.8", "a proposal that nobody outside of the group may make")
        return try message(
            proposal, .external(index), keys.privateKey, groupID: groupID, epoch: epoch,
            try suites.algorithms(of: suite))
    }

    private static func message(
        _ proposal: Proposal, _ sender: Sender, _ key: Secret, groupID: [UInt8], epoch: UInt64,
        _ algorithms: SuiteAlgorithms
    ) throws(MLSError) -> MLSMessage {
        let content = FramedContent(groupID: groupID, epoch: epoch, sender: sender, body: .proposal(proposal))
        let signed = try algorithms.sign(content, as: .publicMessage, context: [], key: key)
        return .publicMessage(
            PublicMessage(content: content, authentication: signed.authentication, membershipTag: nil))
    }
}
