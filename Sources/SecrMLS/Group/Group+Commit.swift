/// What a commit of this member contains.
public struct CommitContent: Sendable {
    /// Changes that were not asked for before.
    public var proposals: [Proposal]
    /// Whether proposals that wait are part of it: all that are valid together. Otherwise they are given up.
    public var includesWaiting: Bool
    /// Whether this member gets fresh keys even where that is not necessary.
    public var refreshesKeys: Bool
    /// What else of this member's leaf changes; gets fresh keys too.
    public var leafChange: LeafChange?
    /// Whether new members are told the tree in their invitation. Otherwise they need ``Group/ratchetTree``.
    public var invitesWithTree: Bool
    /// Told to new members.
    public var invitationExtensions: Extensions
    public var authenticatedData: [UInt8]

    public init(
        _ proposals: [Proposal] = [], includesWaiting: Bool = true, refreshesKeys: Bool = true,
        leafChange: LeafChange? = nil, invitesWithTree: Bool = true, invitationExtensions: Extensions = .none,
        authenticatedData: [UInt8] = []
    ) {
        self.proposals = proposals
        self.includesWaiting = includesWaiting
        self.refreshesKeys = refreshesKeys
        self.leafChange = leafChange
        self.invitesWithTree = invitesWithTree
        self.invitationExtensions = invitationExtensions
        self.authenticatedData = authenticatedData
    }
}

/// What comes of this member's commit once it counts.
public struct Merged: Sendable {
    public let summary: CommitSummary
    /// The invitation for all who were added. It exists only now, so that nobody is invited into an epoch that never was.
    public let welcome: MLSMessage?
}

/// Beginning epochs.
extension Group {
    /// Makes a commit, which changes nothing until it is merged (section 12.4.1).
    ///
    /// A private message uses up a key of this epoch, so even a commit that is given up leaves a trace: its delta has to be
    /// stored before it leaves.
    ///
    /// - Parameters:
    ///   - time: seconds since 1970; new members' key packages have to be valid then.
    ///   - psks: for pre-shared keys among the proposals.
    /// - Throws: `notNow` while another commit of this member is pending.
    public mutating func commit(
        _ content: CommitContent = CommitContent(), at time: UInt64, psks: PreSharedKeys = { _ in nil }
    ) throws(MLSError) -> (message: MLSMessage, delta: StateDelta) {
        try commit(content, at: time, psks: psks, opensNewGroup: false)
    }

    mutating func commit(
        _ content: CommitContent, at time: UInt64, psks: PreSharedKeys, opensNewGroup: Bool
    ) throws(MLSError) -> (message: MLSMessage, delta: StateDelta) {
        try requireOpen()
        try require(pendingCommit == nil, .notNow, "14", "a commit that is pending already")
        try require(
            !content.proposals.contains { $0 == .selfRemove }, "", "a SelfRemove that was not sent before")
        let algorithms = state.algorithms
        let committer = Sender.member(ownIndex)
        let own = content.proposals.map { Change(proposal: $0, sender: committer) }
        let waiting = content.includesWaiting ? committable(besides: own, at: time, psks) : []
        let changes = waiting.map(\.change) + own
        let list = ProposalList(changes: changes, committer: committer, opensNewGroup: opensNewGroup)
        var applied = try list.applied(to: state.publicState, configuration, sentAt: time)
        let pskSecret = algorithms.pskSecret(try resolve(applied.psks, psks))

        var next = NextEpoch(
            tree: applied.tree, extensions: applied.extensions, keys: state.keys, signatureKey: state.signatureKey,
            initialSecret: state.secrets.initial, commitSecret: algorithms.zero, pskSecret: pskSecret,
            reInit: applied.reInit)
        var path: FreshPath?
        if applied.needsPath || content.refreshesKeys || content.leafChange != nil {
            let signatureKey = content.leafChange?.keys?.privateKey ?? state.signatureKey
            let leaf = try ownLeaf()
            let fresh = try applied.tree.makePath(
                for: ownIndex, leaf: content.leafChange?.applied(to: leaf) ?? leaf, groupID: groupID,
                signingKey: signatureKey, newMembers: applied.newMembers, algorithms
            ) { state.publicState.provisionalContext(treeHash: $0, extensions: applied.extensions) }
            try fresh.update.leafNode.validate(
                replacing: leaf, at: (groupID, ownIndex), algorithms, configuration)
            (next.tree, next.keys, next.signatureKey) = (applied.tree, fresh.privateKeys, signatureKey)
            next.commitSecret = fresh.commitSecret
            path = fresh
        }
        next.keys.keepOnly(nodesOf: next.tree)
        try next.tree.validateMembers(next.extensions, configuration)

        let commit = Commit(
            proposals: waiting.map { .reference($0.reference) } + content.proposals.map { .proposal($0) },
            path: path?.update)
        var signed = try algorithms.sign(
            self.content(.commit(commit), content.authenticatedData), as: handshakeFormat,
            context: state.contextBytes, key: state.signatureKey)
        let (nextState, joiner) = next.begun(
            by: signed, after: state.publicState, interimTranscriptHash: state.interimTranscriptHash)
        signed.authentication.confirmationTag = nextState.confirmationTag
        let welcome = try invitation(
            for: applied, nextState, joiner, path?.pathSecrets ?? [], content)

        var (message, records) = try protect(signed)
        let pending = PendingCommit(
            messageHash: message.hash(algorithms), next: nextState, welcome: welcome,
            summary: CommitSummary(applied, epoch: epoch + 1, committer: ownIndex, changes))
        pendingCommit = pending
        records[.pendingCommit] = pending.stored(since: state)
        return (message, delta(records))
    }

    /// Begins the epoch that this member's commit makes: to be called once it is known to be the one that counts.
    ///
    /// - Throws: `notNow` where there is none.
    public mutating func mergePendingCommit() throws(MLSError) -> (merged: Merged, delta: StateDelta) {
        guard let pending = pendingCommit else { throw MLSError(.notNow, "14", "no commit that is pending") }
        let merged = Merged(summary: pending.summary, welcome: pending.welcome.map { .welcome($0) })
        return (merged, delta(begin(pending.next)))
    }

    /// Gives up this member's commit, as if it had never been.
    public mutating func clearPendingCommit() throws(MLSError) -> StateDelta {
        try require(pendingCommit != nil, .notNow, "14", "no commit that is pending")
        pendingCommit = nil
        var changes = StateChanges()
        changes[.pendingCommit] = nil
        return delta(changes)
    }

    /// The pre-shared keys of a commit, in their order.
    func resolve(
        _ ids: [PreSharedKeyID], _ psks: PreSharedKeys
    ) throws(MLSError) -> [(id: PreSharedKeyID, secret: Secret)] {
        var found: [(id: PreSharedKeyID, secret: Secret)] = []
        for id in ids {
            var secret: Secret?
            if case .resumption(.application, groupID, let epoch) = id.kind { secret = resumptionKeys[epoch] }
            guard let secret = secret ?? psks(id.kind) else {
                throw MLSError(.unknownPSK, "12.4.2", "a pre-shared key that this member does not have")
            }
            found.append((id, secret))
        }
        return found
    }

    /// The invitation for all new members (section 12.4.3.1).
    private func invitation(
        for applied: AppliedProposals, _ next: EpochState, _ joiner: JoinerSecrets,
        _ pathSecrets: [(node: Int, secret: Secret)], _ content: CommitContent
    ) throws(MLSError) -> Welcome? {
        if applied.added.isEmpty { return nil }
        let algorithms = state.algorithms
        var extensions = content.invitationExtensions
        if content.invitesWithTree { extensions[.ratchetTree] = next.tree.encoded }
        let info = try next.groupInfo(extensions: extensions)
        let (key, nonce) = joiner.welcomeKey(algorithms)
        let encryptedInfo = try algorithms.aead.seal(info.encoded, key: key, nonce: nonce, additionalData: [])
        let sender = HPKESender(algorithms, label: "Welcome", context: encryptedInfo)
        var secrets: [Welcome.EncryptedSecrets] = []
        for (index, keyPackage) in applied.added {
            let common = TreeMath.commonAncestor(index, next.ownIndex)
            let groupSecrets = GroupSecrets(
                joinerSecret: joiner.joiner, pathSecret: pathSecrets.first { $0.node == common }?.secret,
                psks: applied.psks)
            let plainText = WireWriter.secret { $0.value(groupSecrets) }
            secrets.append(
                Welcome.EncryptedSecrets(
                    newMember: keyPackage.reference(algorithms),
                    secrets: try sender.encrypt(plainText, to: keyPackage.initKey)))
        }
        return Welcome(suite: algorithms.suite, secrets: secrets, encryptedGroupInfo: encryptedInfo)
    }

    /// Moves on to the next epoch; what of this one is not needed for late messages is forgotten.
    mutating func begin(_ next: EpochState, _ earlier: StateChanges = StateChanges()) -> StateChanges {
        var changes = earlier
        changes.apply(next.changes(since: state))
        var past = PastEpoch(state)
        for place in past.secretTree.close(own: ownIndex) { changes[.ratchet(epoch: past.epoch, place)] = nil }
        changes[.pastEpoch(past.epoch)] = past.core
        pastEpochs.append(past)
        while pastEpochs.count > configuration.limits.pastEpochs { changes.apply(pastEpochs.removeFirst().deletions) }

        resumptionKeys[next.epoch] = next.secrets.resumption
        changes[.resumption(next.epoch)] = WireWriter.secret { $0.raw(next.secrets.resumption) }
        for epoch in resumptionKeys.keys.sorted().dropLast(configuration.limits.resumptionEpochs + 1) {
            resumptionKeys[epoch] = nil
            changes[.resumption(epoch)] = nil
        }
        for proposal in proposals { changes[.proposal(proposal.number)] = nil }
        for reference in pendingUpdates.keys { changes[.pendingUpdate(reference)] = nil }
        if pendingCommit != nil { changes[.pendingCommit] = nil }
        (proposals, pendingUpdates, pendingCommit) = ([], [:], nil)
        state = next
        return changes
    }
}

extension CommitSummary {
    init(_ applied: AppliedProposals, epoch: UInt64, committer: LeafIndex, _ changes: [Change]) {
        self.init(
            epoch: epoch, committer: committer, added: applied.added.map(\.index), removed: applied.removed,
            updated: applied.updated, changes: changes)
    }
}
