/// What a new group has to know of the one that it follows, or is branched from (RFC 9420, sections 11.2 and 11.3).
public struct Predecessor: Sendable {
    public let groupID: [UInt8]
    public let epoch: UInt64
    public let suite: CipherSuite
    /// The re-initialisation that has ended it.
    public let closedBy: ReInit?
    private let members: [LeafNode]
    private let resumption: Secret

    init(_ state: EpochState) {
        groupID = state.context.groupID
        epoch = state.epoch
        suite = state.context.suite
        closedBy = state.closedBy
        members = state.tree.members.map(\.leaf)
        resumption = state.secrets.resumption
    }

    func secret(for kind: PreSharedKeyID.Kind) -> Secret? {
        guard case .resumption(_, groupID, epoch) = kind else { return nil }
        return resumption
    }

    /// Whether a group may follow this one (section 12.4.3.1).
    func check(
        _ context: GroupContext, _ tree: RatchetTree, _ id: PreSharedKeyID, _ configuration: GroupConfiguration
    ) throws(MLSError) {
        guard case .resumption(let use, groupID, epoch) = id.kind else {
            throw MLSError(.invalid, "12.4.3.1", "a group that follows from another one")
        }
        try require(context.epoch == 1, "12.4.3.1", "a group that does not follow at its beginning")
        let new = tree.members.map(\.leaf)
        func has(_ leaves: [LeafNode], _ leaf: LeafNode) -> Bool {
            leaves.contains { $0.isSameClient(as: leaf, configuration.rules) }
        }
        switch use {
        case .reInit:
            guard let closedBy else {
                throw MLSError(.invalid, "12.4.3.1", "a group that follows from one that has not ended")
            }
            try require(
                context.groupID == closedBy.groupID && context.version == closedBy.version
                    && context.suite == closedBy.suite && context.extensions == closedBy.extensions, "11.2",
                "a group that is not the one that was asked for")
            try require(members.allSatisfy { has(new, $0) }, "12.4.3.1", "a group that lacks a member of before")
        case .branch:
            try require(
                context.suite == suite && context.version == .mls10, "11.3", "a branch with another cipher suite")
            try require(new.allSatisfy { has(members, $0) }, "11.3", "a branch with somebody who was no member")
        case .application: break
        }
    }
}

extension LeafNode {
    fileprivate func isSameClient(as other: LeafNode, _ rules: any GroupRules) -> Bool {
        if let client = rules.client(of: self) { return client == rules.client(of: other) }
        return credential == other.credential
    }
}

extension Group {
    /// What this group is to one that follows it.
    public var predecessor: Predecessor { Predecessor(state) }

    /// Begins the group as which this one goes on, once a ReInit has ended it (section 11.2).
    ///
    /// The new group has a commit pending that adds everybody; merge it at once, since nobody else knows of it: what comes
    /// of that is the invitation.
    ///
    /// - Parameters:
    ///   - founder: this member in the new group.
    ///   - others: of all other members.
    public func continued(
        by founder: KeyPackageBundle, others: [KeyPackage], at time: UInt64
    ) throws(MLSError) -> Group {
        guard let reInit = state.closedBy else { throw MLSError(.notNow, "11.2", "a group that has not ended") }
        try require(reInit.version == .mls10, .unsupported, "11.2", "a version that is not known here")
        try require(founder.keyPackage.suite == reInit.suite, "11.2", "keys for another cipher suite")
        return try follow(
            .reInit, groupID: reInit.groupID, extensions: reInit.extensions, by: founder, others: others, at: time)
    }

    /// Begins a group of some of the members (section 11.3). As with ``continued(by:others:at:)`` its commit is pending.
    public func branched(
        groupID: [UInt8]? = nil, extensions: Extensions = .none, by founder: KeyPackageBundle, others: [KeyPackage],
        at time: UInt64
    ) throws(MLSError) -> Group {
        try require(!isRemoved, .notNow, "12.4.2", "this member was removed")
        try require(founder.keyPackage.suite == suite, "11.3", "keys for another cipher suite")
        return try follow(.branch, groupID: groupID, extensions: extensions, by: founder, others: others, at: time)
    }

    private func follow(
        _ use: PreSharedKeyID.ResumptionUse, groupID: [UInt8]?, extensions: Extensions, by founder: KeyPackageBundle,
        others: [KeyPackage], at time: UInt64
    ) throws(MLSError) -> Group {
        var group = try Group.create(groupID: groupID, founder: founder, extensions: extensions, configuration)
        let predecessor = predecessor
        let psk = group.preSharedKeyProposal(.resumption(use, groupID: self.groupID, epoch: epoch))
        _ = try group.commit(
            CommitContent(others.map { .add($0) } + [psk]), at: time, psks: { predecessor.secret(for: $0) },
            opensNewGroup: true)
        guard let pending = group.pendingCommit, case .psk(let id) = psk else {
            throw MLSError(.badState, "", "a commit that was not made")
        }
        try predecessor.check(pending.next.context, pending.next.tree, id, configuration)
        return group
    }
}
