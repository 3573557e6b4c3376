/// Becoming a member.
extension Group {
    /// Joins by invitation (section 12.4.3.1).
    ///
    /// The key package's secrets have to be forgotten in the transaction that stores the group's ``snapshot()``.
    ///
    /// - Parameters:
    ///   - bundle: the key package that the invitation is for.
    ///   - tree: ``ratchetTree`` of who invites, where the invitation does not have it.
    ///   - predecessor: the group that this one follows or is branched from, if the invitation says so.
    ///   - isMember: whether this client is in a group with an identifier already.
    public static func join(
        _ welcome: Welcome, with bundle: KeyPackageBundle, tree: [UInt8]? = nil, predecessor: Predecessor? = nil,
        psks: PreSharedKeys = { _ in nil }, isMember: (_ groupID: [UInt8]) -> Bool = { _ in false },
        _ configuration: GroupConfiguration
    ) throws(MLSError) -> Group {
        let keyPackage = bundle.keyPackage
        try require(welcome.suite == keyPackage.suite, "12.4.3.1", "an invitation for another cipher suite")
        let algorithms = try configuration.suites.algorithms(of: keyPackage.suite)
        let reference = keyPackage.reference(algorithms)
        guard let entry = welcome.secrets.first(where: { $0.newMember == reference }) else {
            throw MLSError(.invalid, "12.4.3.1", "an invitation for another key package")
        }
        let secrets = try algorithms.decrypt(
            entry.secrets, with: bundle.initKey, label: "Welcome", context: welcome.encryptedGroupInfo
        ).withBytes { (bytes) throws(MLSError) in try GroupSecrets(decoding: bytes) }
        let psk = try algorithms.pskSecret(resolve(secrets.psks, predecessor, psks, algorithms, configuration))
        let joiner = JoinerSecrets(joiner: secrets.joinerSecret, psk: psk, algorithms)
        let (key, nonce) = joiner.welcomeKey(algorithms)
        let info = try GroupInfo(
            decoding: try algorithms.aead.open(
                welcome.encryptedGroupInfo, key: key, nonce: nonce, additionalData: []))
        try require(!isMember(info.context.groupID), "12.4.3", "a group that this client is in already")
        try require(info.context.suite == keyPackage.suite, "12.4.3.1", "a group of another cipher suite")

        let ratchetTree = try verifiedTree(info, tree, algorithms, configuration)
        guard let own = ratchetTree.members.first(where: { $0.leaf == keyPackage.leafNode })?.index else {
            throw MLSError(.invalid, "12.4.3.1", "a group without this member")
        }
        var keys = PrivateKeys(index: own, leafKey: bundle.leafKey)
        if let pathSecret = secrets.pathSecret {
            let common = TreeMath.commonAncestor(own, info.signer)
            let above = [common] + TreeMath.directPath(common, width: ratchetTree.width)
            _ = try keys.take(
                pathSecret, along: above.filter { ratchetTree.parent($0) != nil }, of: ratchetTree, algorithms)
        }
        let epochSecrets = joiner.epochSecrets(context: info.context.encoded, algorithms)
        try require(
            algorithms.hash.isValid(
                info.confirmationTag, for: info.context.confirmedTranscriptHash, key: epochSecrets.confirmation),
            .notAuthentic, "12.4.3.1", "a confirmation tag that is not valid")
        if let id = secrets.psks.first(where: \.isForNewGroup) {
            guard let predecessor else {
                throw MLSError(.unknownPSK, "12.4.3.1", "an invitation that follows from a group that is not given")
            }
            try predecessor.check(info.context, ratchetTree, id, configuration)
        }
        return Group(
            EpochState(
                algorithms, context: info.context, tree: ratchetTree, confirmationTag: info.confirmationTag,
                secrets: epochSecrets, keys: keys, signatureKey: bundle.signatureKey, closedBy: nil),
            configuration)
    }

    /// Reads an invitation, all of it.
    public static func join(
        _ bytes: [UInt8], with bundle: KeyPackageBundle, tree: [UInt8]? = nil, predecessor: Predecessor? = nil,
        psks: PreSharedKeys = { _ in nil }, isMember: (_ groupID: [UInt8]) -> Bool = { _ in false },
        _ configuration: GroupConfiguration
    ) throws(MLSError) -> Group {
        try require(bytes.count <= configuration.limits.messageBytes, .limit, "", "a message larger than is allowed")
        guard case .welcome(let welcome) = try MLSMessage(bytes) else {
            throw MLSError(.unsupported, "6", "a message that is no invitation")
        }
        return try join(
            welcome, with: bundle, tree: tree, predecessor: predecessor, psks: psks, isMember: isMember,
            configuration)
    }

    /// The tree that belongs to a group info, with everything checked that who joins can check.
    private static func verifiedTree(
        _ info: GroupInfo, _ given: [UInt8]?, _ algorithms: SuiteAlgorithms, _ configuration: GroupConfiguration
    ) throws(MLSError) -> RatchetTree {
        try require(info.context.version == .mls10, .unsupported, "12.4.3", "a group of another version")
        try require(info.context.epoch < .max, .limit, "8.1", "a group that has had all its epochs")
        guard let bytes = info.extensions[.ratchetTree] ?? given else {
            throw MLSError(.invalid, "12.4.3.3", "no tree of the group")
        }
        try require(bytes.count <= configuration.limits.messageBytes, .limit, "", "a tree larger than is allowed")
        var tree = try RatchetTree(bytes, mostLeaves: configuration.limits.leaves)
        try require(
            tree.rootHash(algorithms) == info.context.treeHash, "12.4.3.1", "a tree of another hash than the group's")
        guard let signer = tree.leaf(info.signer) else {
            throw MLSError(.invalid, "12.4.3.1", "a group info of somebody who is no member")
        }
        try info.verifySignature(by: signer.signatureKey, algorithms)
        try tree.validateForJoining(info.context, algorithms, configuration)
        for sender in try info.context.extensions.externalSenders() {
            try require(
                configuration.rules.accepts(sender.credential, signatureKey: sender.signatureKey), .refused, "5.3.1",
                "a sender outside of the group whom the application refuses")
        }
        return tree
    }

    /// The pre-shared keys of an invitation.
    private static func resolve(
        _ ids: [PreSharedKeyID], _ predecessor: Predecessor?, _ psks: PreSharedKeys, _ algorithms: SuiteAlgorithms,
        _ configuration: GroupConfiguration
    ) throws(MLSError) -> [(id: PreSharedKeyID, secret: Secret)] {
        try require(
            ids.count <= configuration.limits.preSharedKeys, .limit, "", "more pre-shared keys than are allowed")
        try require(
            ids.lazy.filter(\.isForNewGroup).count <= 1, "12.4.3.1", "an invitation that follows from two groups")
        var found: [(id: PreSharedKeyID, secret: Secret)] = []
        for id in ids {
            try require(
                id.nonce.count == algorithms.hash.size, "8.4", "a pre-shared key with a nonce of another length")
            guard let secret = predecessor?.secret(for: id.kind) ?? psks(id.kind) else {
                throw MLSError(.unknownPSK, "12.4.3.1", "a pre-shared key that this client does not have")
            }
            found.append((id, secret))
        }
        return found
    }

    /// Joins without being asked in, by a group info that allows it (section 12.4.3.2).
    ///
    /// The group is usable once its ``joiningCommit`` is known to be the commit that counts; before it must neither be used
    /// nor stored, and is thrown away if another one does.
    ///
    /// - Parameters:
    ///   - bundle: who this client will be. Only its credential, signing key, capabilities and extensions are used; the
    ///     key package must not be given to anybody.
    ///   - replacing: this client's place in the group, where it has lost its state.
    ///   - selfRemoves: messages by which members asked to go in this epoch.
    public static func joinExternally(
        _ message: MLSMessage, as bundle: KeyPackageBundle, tree: [UInt8]? = nil, replacing: LeafIndex? = nil,
        selfRemoves: [MLSMessage] = [], pskIDs: [PreSharedKeyID.Kind] = [], psks: PreSharedKeys = { _ in nil },
        authenticatedData: [UInt8] = [], _ configuration: GroupConfiguration
    ) throws(MLSError) -> Group {
        guard case .groupInfo(let info) = message else {
            throw MLSError(.unsupported, "6", "a message that is no group info")
        }
        let algorithms = try configuration.suites.algorithms(of: info.context.suite)
        try require(bundle.keyPackage.suite == algorithms.suite, "12.4.3.2", "keys for another cipher suite")
        guard let externalPub = try info.extensions.externalPub() else {
            throw MLSError(.invalid, "12.4.3.2", "a group info that does not allow to join")
        }
        let state = PublicState(
            algorithms: algorithms, context: info.context,
            tree: try verifiedTree(info, tree, algorithms, configuration))
        let context = info.context.encoded
        let (kemOutput, initialSecret) = try algorithms.exportSecret(
            to: externalPub, context: NextEpoch.externalInitLabel)

        var proposals: [Proposal] = [.externalInit(kemOutput: kemOutput)]
        if let replacing { proposals.append(.remove(replacing)) }
        proposals += pskIDs.map { .psk(PreSharedKeyID(fresh: $0, algorithms)) }
        let leaving = try selfRemoves.map { (message) throws(MLSError) in
            try leavingMember(message, state, context: context)
        }
        let changes =
            leaving.map(\.change) + proposals.map { Change(proposal: $0, sender: .newMemberCommit) }
        var applied = try ProposalList(changes: changes, committer: .newMemberCommit)
            .applied(to: state, configuration, sentAt: nil)

        let index = applied.tree.makeRoom()
        let fresh = try applied.tree.makePath(
            for: index, leaf: bundle.keyPackage.leafNode, groupID: info.context.groupID,
            signingKey: bundle.signatureKey, newMembers: [], algorithms
        ) { state.provisionalContext(treeHash: $0, extensions: applied.extensions) }
        try applied.tree.validateMembers(applied.extensions, configuration)
        let next = NextEpoch(
            tree: applied.tree, extensions: applied.extensions, keys: fresh.privateKeys,
            signatureKey: bundle.signatureKey, initialSecret: initialSecret, commitSecret: fresh.commitSecret,
            pskSecret: algorithms.pskSecret(
                try resolve(applied.psks, nil, psks, algorithms, configuration)))
        let commit = Commit(
            proposals: leaving.map { .reference($0.reference) } + proposals.map { .proposal($0) }, path: fresh.update)
        var signed = try algorithms.sign(
            FramedContent(
                groupID: info.context.groupID, epoch: info.context.epoch, sender: .newMemberCommit,
                authenticatedData: authenticatedData, body: .commit(commit)),
            as: .publicMessage, context: context, key: bundle.signatureKey)
        let (nextState, _) = next.begun(
            by: signed, after: state,
            interimTranscriptHash: algorithms.interimTranscriptHash(
                after: info.context.confirmedTranscriptHash, confirmationTag: info.confirmationTag))
        signed.authentication.confirmationTag = nextState.confirmationTag
        var group = Group(nextState, configuration)
        group.joiningCommit = .publicMessage(
            PublicMessage(content: signed.content, authentication: signed.authentication, membershipTag: nil))
        return group
    }

    /// A member who has asked to go, by a message that everybody can read.
    private static func leavingMember(
        _ message: MLSMessage, _ state: PublicState, context: [UInt8]
    ) throws(MLSError) -> (change: Change, reference: [UInt8]) {
        guard case .publicMessage(let message) = message, message.content.body == .proposal(.selfRemove),
            let index = message.content.sender.member, let leaf = state.tree.leaf(index),
            message.content.groupID == state.context.groupID, message.content.epoch == state.context.epoch
        else { throw MLSError(.invalid, "", "a message that is no SelfRemove of this epoch") }
        let content = try state.algorithms.unprotect(message, context: context, membershipKey: nil)
        try state.algorithms.verify(content, context: context, by: leaf.signatureKey)
        return (
            Change(proposal: .selfRemove, sender: message.content.sender), content.reference(state.algorithms)
        )
    }
}
