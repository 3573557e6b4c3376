/// A group, as one member has it (RFC 9420).
///
/// A value with one owner: it can't be copied, so a key can't be used by two copies. Every step that changes it gives a
/// ``StateDelta``, to be stored before what the step made leaves the device. Where that fails the value has to be thrown
/// away and made anew from what was stored.
///
/// A commit is made, but changes nothing until it is known to be the one that counts: then ``mergePendingCommit()`` begins
/// the epoch, and gives the invitations for who was added.
public struct Group: ~Copyable, Sendable {
    package let configuration: GroupConfiguration
    package internal(set) var state: EpochState
    /// The latest last.
    var pastEpochs: [PastEpoch] = []
    /// By epoch, with that of the present one.
    var resumptionKeys: [UInt64: Secret] = [:]
    /// Proposals of this epoch that wait for a commit, by the order in which they came.
    var proposals: [WaitingProposal] = []
    /// Private keys of Updates that were asked for, by the proposal's reference.
    var pendingUpdates: [[UInt8]: PendingUpdate] = [:]
    var pendingCommit: PendingCommit?
    /// Whether a commit has removed this member: nothing can be done any more.
    public internal(set) var isRemoved = false
    /// The state's number; see ``StateDelta/revision``.
    public internal(set) var revision: UInt64 = 0
    /// For who joined without being asked in: the commit with which that is done. The group must not be used, nor stored,
    /// before it is known to be the one that counts.
    public internal(set) var joiningCommit: MLSMessage?

    init(_ state: EpochState, _ configuration: GroupConfiguration) {
        self.configuration = configuration
        self.state = state
        resumptionKeys[state.epoch] = state.secrets.resumption
    }

    // MARK: What it is

    public var groupID: [UInt8] { state.context.groupID }
    public var epoch: UInt64 { state.context.epoch }
    public var suite: CipherSuite { state.context.suite }
    public var extensions: Extensions { state.context.extensions }
    public var ownIndex: LeafIndex { state.ownIndex }
    public var view: GroupView { state.publicState.view }
    public var members: [Member] { view.members }
    public var hasPendingCommit: Bool { pendingCommit != nil }
    /// The re-initialisation that has ended the group, if one has. Nothing can be sent any more (section 11.2).
    public var closedBy: ReInit? { state.closedBy }
    /// Proposals that wait for a commit.
    public var waitingProposals: [Change] { proposals.map(\.change) }

    /// The same for all members whose view is the same (section 8.7); empty for who was removed.
    public var epochAuthenticator: [UInt8] { state.secrets.authenticator.withBytes { Array($0) } }

    /// A secret of this epoch for another purpose (section 8.5).
    ///
    /// - Parameters:
    ///   - label: different for each purpose.
    ///   - count: bytes, at most 255 hashes.
    public func exportSecret(label: String, context: [UInt8] = [], count: Int) throws(MLSError) -> Secret {
        try requireActive()
        try require(
            count > 0 && count <= 255 * state.algorithms.hash.size, .limit, "8.5", "more than an exporter gives")
        return state.secrets.export(label: label, context: context, count: count, state.algorithms)
    }

    /// What members need to join without being asked in, or to check what they were told; signed (section 12.4.3).
    ///
    /// - Parameters:
    ///   - allowsJoining: whether who has it can join.
    ///   - withTree: whether the members are part of it; otherwise ``ratchetTree`` has to come another way.
    public func groupInfo(
        allowsJoining: Bool = false, withTree: Bool = true, extensions: Extensions = .none
    ) throws(MLSError) -> MLSMessage {
        try requireActive()
        var extensions = extensions
        if withTree { extensions[.ratchetTree] = state.tree.encoded }
        if allowsJoining { extensions.setExternalPub(try state.externalKeyPair().publicKey) }
        return .groupInfo(try state.groupInfo(extensions: extensions))
    }

    /// The members as who joins gets them (section 12.4.3.3).
    public var ratchetTree: [UInt8] { state.tree.encoded }

    // MARK: Beginning

    /// A group of one (section 11).
    ///
    /// - Parameters:
    ///   - groupID: never used before; by default random.
    ///   - founder: with a key package of the suite that the group gets.
    public static func create(
        groupID: [UInt8]? = nil, founder: KeyPackageBundle, extensions: Extensions = .none,
        _ configuration: GroupConfiguration
    ) throws(MLSError) -> Group {
        let algorithms = try configuration.suites.algorithms(of: founder.keyPackage.suite)
        try founder.keyPackage.validate(algorithms, configuration)
        var tree = RatchetTree(founder.keyPackage.leafNode)
        try tree.validateMembers(extensions, configuration)
        let context = GroupContext(
            suite: algorithms.suite, groupID: groupID ?? Secret(random: algorithms.hash.size).withBytes { Array($0) },
            epoch: 0, treeHash: tree.rootHash(algorithms), confirmedTranscriptHash: [], extensions: extensions)
        let secrets = EpochSecrets(epochSecret: Secret(random: algorithms.hash.size), algorithms)
        return Group(
            EpochState(
                algorithms, context: context, tree: tree, confirmationTag: secrets.confirmationTag([], algorithms),
                secrets: secrets, keys: PrivateKeys(index: LeafIndex(0), leafKey: founder.leafKey),
                signatureKey: founder.signatureKey, closedBy: nil),
            configuration)
    }

    func requireActive() throws(MLSError) {
        try require(!isRemoved, .notNow, "12.4.2", "this member was removed")
    }

    /// For everything but reading.
    func requireOpen() throws(MLSError) {
        try requireActive()
        try require(state.closedBy == nil, .notNow, "12.4.2", "the group goes on as another one")
    }

    // MARK: Storing

    /// Numbers a step's changes.
    mutating func delta(_ changes: StateChanges) -> StateDelta {
        var changes = changes
        revision += 1
        changes[.revision] = WireWriter.secret { $0.uint64(revision) }
        return StateDelta(revision: revision, changes)
    }

    /// All records, for a store that has none of this group.
    public mutating func snapshot() -> StateDelta { delta(allChanges()) }

    /// All records but the number.
    package func records() -> [[UInt8]: Secret] {
        Dictionary(uniqueKeysWithValues: allChanges().present.map { ($0.key.bytes, $0.value) })
    }

    func allChanges() -> StateChanges {
        if isRemoved { return StateChanges() }
        var changes = state.changes(since: nil)
        for past in pastEpochs { changes.apply(past.changes) }
        for (epoch, key) in resumptionKeys { changes[.resumption(epoch)] = WireWriter.secret { $0.raw(key) } }
        for proposal in proposals { changes[.proposal(proposal.number)] = WireWriter.secret { $0.value(proposal) } }
        for (reference, update) in pendingUpdates {
            changes[.pendingUpdate(reference)] = WireWriter.secret { $0.value(update) }
        }
        if let pendingCommit { changes[.pendingCommit] = pendingCommit.stored(since: state) }
        return changes
    }

    /// A group from its records.
    ///
    /// - Parameter minimumRevision: the highest number that is known to have been stored, from where it can't be put back.
    /// - Throws: `badState` for records that are missing, or older than that.
    public static func restore(
        _ records: [[UInt8]: Secret], minimumRevision: UInt64 = 0, _ configuration: GroupConfiguration
    ) throws(MLSError) -> Group {
        var known: [RecordKey: Secret] = [:]
        for (key, value) in records { known[try RecordKey(key)] = value }
        guard
            let revision = try known[.revision]?.withBytes({ (bytes) throws(MLSError) in
                var reader = WireReader(bytes)
                let revision = try reader.uint64()
                try reader.finish()
                return revision
            })
        else { throw MLSError(.badState, "", "no state of a group") }
        try require(revision >= minimumRevision, .badState, "", "a state older than what was stored before")
        try require(revision < .max, .badState, "", "a state that was stored as often as it can be")
        var group = Group(try EpochState(known, configuration), configuration)
        group.revision = revision
        for (key, value) in known {
            switch key {
            case .pastEpoch(let epoch): group.pastEpochs.append(try PastEpoch(epoch: epoch, known))
            case .resumption(let epoch): group.resumptionKeys[epoch] = value
            case .proposal(let number):
                let waiting = try value.withBytes { (bytes) throws(MLSError) in try WaitingProposal(decoding: bytes) }
                try require(
                    waiting.number == number && number < .max, .badState, "", "a proposal under another number")
                group.proposals.append(waiting)
            case .pendingUpdate(let reference):
                group.pendingUpdates[reference] = try value.withBytes { (bytes) throws(MLSError) in
                    try PendingUpdate(decoding: bytes)
                }
            default: break
            }
        }
        group.pastEpochs.sort { $0.epoch < $1.epoch }
        group.proposals.sort { $0.number < $1.number }
        if let stored = known[.pendingCommit] {
            group.pendingCommit = try PendingCommit(stored: stored, since: known, of: group.state, configuration)
        }
        return group
    }
}
