/// What a commit's proposals make of a group.
struct AppliedProposals {
    var tree: RatchetTree
    var extensions: Extensions
    /// In the order in which they stand in the commit.
    var added: [(index: LeafIndex, keyPackage: KeyPackage)] = []
    var removed: [LeafIndex] = []
    var updated: [LeafIndex] = []
    var psks: [PreSharedKeyID] = []
    var externalInit: [UInt8]?
    var reInit: ReInit?
    var needsPath: Bool
    /// Whom a new member replaces, by a Remove in the commit with which it joins (section 12.4.3.2).
    var resynchronised: LeafIndex?

    var newMembers: Set<LeafIndex> { Set(added.map(\.index)) }
}

/// Checks and applies the proposals of a commit (RFC 9420, sections 12.2 and 12.3).
struct ProposalList {
    let changes: [Change]
    let committer: Sender
    /// What the commit opens: the first of a group that follows another one may have its key (sections 11.2, 11.3).
    var opensNewGroup = false

    private func each<Value>(_ pick: (Proposal) -> Value?) -> [Value] { changes.compactMap { pick($0.proposal) } }

    /// - Parameter time: for who sends: key packages have to be valid then. Who receives can't know when it was sent.
    func applied(
        to state: PublicState, _ configuration: GroupConfiguration, sentAt time: UInt64?
    ) throws(MLSError) -> AppliedProposals {
        try require(state.context.epoch < .max, .limit, "8.1", "a group that has had all its epochs")
        for change in changes { try check(change, in: state, configuration) }
        let isExternal = committer == .newMemberCommit
        try isExternal ? checkExternal() : checkRegular(in: state)
        try require(
            configuration.rules.mayCommit(changes, committer, in: state.view), .refused, "12.2",
            "a commit that the application refuses")

        var applied = AppliedProposals(
            tree: state.tree, extensions: state.context.extensions,
            needsPath: changes.isEmpty || changes.contains { $0.proposal.type.needsPath })
        if let extensions = each({ if case .groupContextExtensions(let new) = $0 { new } else { nil } }).first {
            try check(extensions, replacing: applied.extensions, configuration)
            applied.extensions = extensions
        }
        for change in changes {
            guard case .update(let leaf) = change.proposal, let index = change.sender.member else { continue }
            applied.tree.update(index, to: leaf)
            applied.updated.append(index)
        }
        for change in changes {
            guard let index = Self.removed(by: change) else { continue }
            applied.tree.remove(index)
            applied.removed.append(index)
        }
        var start = LeafIndex(0)
        for case .add(let keyPackage) in changes.map(\.proposal) {
            try check(keyPackage, state.algorithms, configuration, sentAt: time)
            let index = applied.tree.add(keyPackage.leafNode, from: start)
            applied.added.append((index, keyPackage))
            start = LeafIndex(Int(index.rawValue) + 1)
            try require(applied.tree.width <= configuration.limits.leaves, .limit, "", "more members than are allowed")
        }
        applied.psks = each { if case .psk(let id) = $0 { id } else { nil } }
        try require(
            applied.psks.count <= configuration.limits.preSharedKeys, .limit, "",
            "more pre-shared keys than are allowed")
        applied.externalInit = each { if case .externalInit(let kemOutput) = $0 { kemOutput } else { nil } }.first
        if isExternal {
            applied.resynchronised = each { if case .remove(let index) = $0 { index } else { nil } }.first
        }
        applied.reInit = each { if case .reInit(let reInit) = $0 { reInit } else { nil } }.first
        try checkSupport(of: applied)
        return applied
    }

    /// Who goes because of a proposal.
    private static func removed(by change: Change) -> LeafIndex? {
        switch change.proposal {
        case .remove(let index): index
        case .selfRemove: change.sender.member
        default: nil
        }
    }

    /// A proposal by itself (section 12.1).
    private func check(
        _ change: Change, in state: PublicState, _ configuration: GroupConfiguration
    ) throws(MLSError) {
        try ProposalList.check(change, in: state, configuration)
        switch change.proposal {
        case .psk(let id):
            try require(
                !id.isForNewGroup || opensNewGroup, "12.1.4",
                "a resumption key that only a new group's first commit has")
        default: break
        }
    }

    /// What can be told of a proposal before it is committed.
    static func check(
        _ change: Change, in state: PublicState, _ configuration: GroupConfiguration
    ) throws(MLSError) {
        if case .external = change.sender {
            try require(
                change.proposal.type.isOpenToExternalSenders, .malformed, "12.1.8",
                "a proposal that nobody outside of the group may make")
        }
        if change.sender == .newMemberProposal {
            try require(change.proposal.type == .add, .malformed, "6.1", "a new member who asks for more than an Add")
        }
        switch change.proposal {
        case .add(let keyPackage):
            try require(keyPackage.suite == state.context.suite, "10.1", "a key package for another cipher suite")
        case .update(let leaf):
            guard let index = change.sender.member, let old = state.tree.leaf(index) else {
                throw MLSError(.invalid, "12.1.2", "an Update of somebody who is no member")
            }
            try require(leaf.source == .update, "7.3", "an Update whose leaf is of another source")
            try leaf.validate(
                replacing: old, at: (state.context.groupID, index), state.algorithms, configuration)
        case .remove(let index):
            try require(state.tree.leaf(index) != nil, "12.1.3", "a Remove of nobody")
        case .psk(let id):
            try require(
                id.nonce.count == state.algorithms.hash.size, "12.1.4",
                "a pre-shared key with a nonce of another length")
        case .reInit(let reInit):
            try require(
                reInit.version.rawValue >= state.context.version.rawValue, "12.1.5", "a ReInit to an older version")
        case .groupContextExtensions(let extensions):
            _ = try extensions.requiredCapabilities()
            _ = try extensions.externalSenders()
        case .selfRemove:
            try require(change.sender.member != nil, "", "a SelfRemove of somebody who is no member")
        case .externalInit, .custom: break
        }
        try require(
            configuration.rules.mayPropose(change.proposal, change.sender, in: state.view), .refused, "12.2",
            "a proposal that the application refuses")
    }

    /// The list of a member's commit (section 12.2).
    private func checkRegular(in state: PublicState) throws(MLSError) {
        var touched: Set<LeafIndex> = []
        for change in changes {
            switch change.proposal {
            case .update:
                guard let index = change.sender.member else { break }
                try require(change.sender != committer, "12.2", "an Update of who commits")
                try require(touched.insert(index).inserted, "12.2", "two changes of one leaf")
            case .remove(let index):
                try require(.member(index) != committer, "12.2", "a Remove of who commits")
                try require(touched.insert(index).inserted, "12.2", "two changes of one leaf")
            case .selfRemove:
                guard let index = change.sender.member else { break }
                try require(change.sender != committer, "", "a SelfRemove of who commits")
                try require(touched.insert(index).inserted, "12.2", "two changes of one leaf")
            case .externalInit: throw MLSError(.invalid, "12.2", "an ExternalInit of a member")
            case .reInit: try require(changes.count == 1, "12.2", "a ReInit that is not alone")
            default: break
            }
        }
        try checkPSKs()
        try require(
            changes.lazy.filter { $0.proposal.type == .groupContextExtensions }.count <= 1, "12.2",
            "two lists of the group's extensions")
    }

    /// The list of who joins without being asked in (section 12.2).
    private func checkExternal() throws(MLSError) {
        let types = changes.map(\.proposal.type)
        try require(types.lazy.filter { $0 == .externalInit }.count == 1, "12.2", "not exactly one ExternalInit")
        try require(types.lazy.filter { $0 == .remove }.count <= 1, "12.2", "more than one Remove")
        try require(
            types.allSatisfy { [.externalInit, .remove, .psk, .selfRemove].contains($0) }, "12.2",
            "a proposal that has no place in an external commit")
        let removed = changes.compactMap(Self.removed)
        try require(Set(removed).count == removed.count, "12.2", "two changes of one leaf")
        try checkPSKs()
    }

    private func checkPSKs() throws(MLSError) {
        let psks = each { if case .psk(let id) = $0 { id } else { nil } }
        try require(Set(psks).count == psks.count, "12.2", "a pre-shared key twice")
    }

    /// Section 10.1, for the key package of an Add. The rules about members together come with the tree.
    private func check(
        _ keyPackage: KeyPackage, _ algorithms: SuiteAlgorithms, _ configuration: GroupConfiguration,
        sentAt time: UInt64?
    ) throws(MLSError) {
        try keyPackage.validate(algorithms, configuration)
        if let time, case .keyPackage(let lifetime) = keyPackage.leafNode.source {
            try require(lifetime.contains(time), "7.3", "a key package that is not valid at this time")
        }
    }

    /// Senders outside of the group that are new in the group's extensions (section 5.3.1).
    private func check(
        _ extensions: Extensions, replacing old: Extensions, _ configuration: GroupConfiguration
    ) throws(MLSError) {
        let known = try old.externalSenders()
        for sender in try extensions.externalSenders() where !known.contains(sender) {
            try require(
                configuration.rules.accepts(sender.credential, signatureKey: sender.signatureKey), .refused, "5.3.1",
                "a sender outside of the group whom the application refuses")
        }
    }

    /// Kinds of proposals that not everybody knows need everybody's support: of those who stay (section 12.2).
    private func checkSupport(of applied: AppliedProposals) throws(MLSError) {
        let types = Set(changes.map(\.proposal.type)).filter { !$0.isDefault }
        if types.isEmpty { return }
        let new = applied.newMembers
        for (index, leaf) in applied.tree.members where !new.contains(index) {
            try require(
                types.allSatisfy { leaf.capabilities.has($0) }, "12.2",
                "a proposal of a kind that a member does not know")
        }
    }
}
