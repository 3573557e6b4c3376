/// All that a member knows in one epoch.
package struct EpochState: Sendable {
    package let algorithms: SuiteAlgorithms
    package let context: GroupContext
    /// Encoded.
    package let contextBytes: [UInt8]
    package let tree: RatchetTree
    package let interimTranscriptHash: [UInt8]
    package let confirmationTag: [UInt8]
    package let secrets: EpochSecrets
    package internal(set) var secretTree: SecretTree
    package let keys: PrivateKeys
    package let signatureKey: Secret
    /// The re-initialisation with which the epoch began and the group ended.
    let closedBy: ReInit?

    init(
        _ algorithms: SuiteAlgorithms, context: GroupContext, tree: RatchetTree, confirmationTag: [UInt8],
        secrets: EpochSecrets, keys: PrivateKeys, signatureKey: Secret, closedBy: ReInit?
    ) {
        var secrets = secrets
        let secretTree = secrets.takeSecretTree(width: tree.width)
        self.init(
            algorithms, context: context, tree: tree, confirmationTag: confirmationTag, storedSecrets: secrets,
            secretTree: secretTree, keys: keys, signatureKey: signatureKey, closedBy: closedBy)
    }

    /// As it was stored.
    init(
        _ algorithms: SuiteAlgorithms, context: GroupContext, tree: RatchetTree, confirmationTag: [UInt8],
        storedSecrets secrets: EpochSecrets, secretTree: SecretTree, keys: PrivateKeys, signatureKey: Secret,
        closedBy: ReInit?
    ) {
        self.algorithms = algorithms
        self.context = context
        contextBytes = context.encoded
        self.tree = tree
        self.confirmationTag = confirmationTag
        interimTranscriptHash = algorithms.interimTranscriptHash(
            after: context.confirmedTranscriptHash, confirmationTag: confirmationTag)
        self.secrets = secrets
        self.secretTree = secretTree
        self.keys = keys
        self.signatureKey = signatureKey
        self.closedBy = closedBy
    }

    /// Without its secrets.
    var forgotten: EpochState {
        EpochState(
            algorithms, context: context, tree: tree, confirmationTag: confirmationTag, storedSecrets: .gone,
            secretTree: SecretTree(width: tree.width, nodes: [:], ratchets: [:]),
            keys: PrivateKeys(index: ownIndex, keys: [:]), signatureKey: Secret(copying: []), closedBy: closedBy)
    }

    var epoch: UInt64 { context.epoch }
    var ownIndex: LeafIndex { keys.index }
    var publicState: PublicState { PublicState(algorithms: algorithms, context: context, tree: tree) }

    /// The state for others to join from, signed (RFC 9420, section 12.4.3).
    func groupInfo(extensions: Extensions) throws(MLSError) -> GroupInfo {
        var info = GroupInfo(
            context: context, extensions: extensions, confirmationTag: confirmationTag, signer: ownIndex)
        try info.sign(with: signatureKey, algorithms)
        return info
    }

    /// `external_pub` (section 8).
    func externalKeyPair() throws(MLSError) -> HPKEKeyPair { try algorithms.kem.deriveKeyPair(secrets.external) }
}

/// What of an epoch is told to who joins without being asked in.
struct PublicState: Sendable {
    let algorithms: SuiteAlgorithms
    let context: GroupContext
    let tree: RatchetTree

    var view: GroupView { GroupView(context: context, tree: tree) }

    /// The context of the next epoch, without the commit that begins it: for encrypting its path (section 12.4.1).
    func provisionalContext(treeHash: [UInt8], extensions: Extensions) -> GroupContext {
        GroupContext(
            suite: context.suite, groupID: context.groupID, epoch: context.epoch + 1, treeHash: treeHash,
            confirmedTranscriptHash: context.confirmedTranscriptHash, extensions: extensions)
    }
}

/// What a commit brings into the next epoch.
struct NextEpoch {
    var tree: RatchetTree
    var extensions: Extensions
    var keys: PrivateKeys
    var signatureKey: Secret
    var initialSecret: Secret
    var commitSecret: Secret
    var pskSecret: Secret
    var reInit: ReInit?

    /// The next epoch, and what new members are told of it (section 12.4.1).
    ///
    /// - Parameters:
    ///   - commit: signed; its confirmation tag follows from the epoch.
    ///   - interimTranscriptHash: of the epoch of before.
    func begun(
        by commit: AuthenticatedContent, after state: PublicState, interimTranscriptHash: [UInt8]
    ) -> (state: EpochState, joiner: JoinerSecrets) {
        let algorithms = state.algorithms
        var tree = tree
        var context = state.provisionalContext(treeHash: tree.rootHash(algorithms), extensions: extensions)
        context.confirmedTranscriptHash = algorithms.confirmedTranscriptHash(after: interimTranscriptHash, commit)
        let joiner = JoinerSecrets(
            initial: initialSecret, commit: commitSecret, psk: pskSecret, context: context.encoded, algorithms)
        let secrets = joiner.epochSecrets(context: context.encoded, algorithms)
        let state = EpochState(
            algorithms, context: context, tree: tree,
            confirmationTag: secrets.confirmationTag(context.confirmedTranscriptHash, algorithms), secrets: secrets,
            keys: keys, signatureKey: signatureKey, closedBy: reInit)
        return (state, joiner)
    }
}

/// What is kept of an epoch that is over, to read messages that come late (RFC 9420, section 15.3).
struct PastEpoch: Sendable {
    let epoch: UInt64
    let contextBytes: [UInt8]
    let senderData: Secret
    /// By leaf.
    let signatureKeys: [[UInt8]?]
    var secretTree: SecretTree

    init(epoch: UInt64, contextBytes: [UInt8], senderData: Secret, signatureKeys: [[UInt8]?], secretTree: SecretTree) {
        self.epoch = epoch
        self.contextBytes = contextBytes
        self.senderData = senderData
        self.signatureKeys = signatureKeys
        self.secretTree = secretTree
    }

    init(_ state: EpochState) {
        epoch = state.epoch
        contextBytes = state.contextBytes
        senderData = state.secrets.senderData
        signatureKeys = (0..<state.tree.width).map { state.tree.leaf(LeafIndex($0))?.signatureKey }
        secretTree = state.secretTree
    }
}
