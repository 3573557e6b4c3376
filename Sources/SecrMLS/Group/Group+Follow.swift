/// Where a commit leads this member.
enum Followed {
    case next(EpochState, CommitSummary)
    case removed(CommitSummary)
}

/// Following others' commits (section 12.4.2).
extension Group {
    /// Checks a commit and finds the epoch that it begins. Nothing is changed.
    ///
    /// What all members can check is checked before what only this one can: `pathFailed` says that the others can go on.
    ///
    /// - Parameter message: authentic, but for its confirmation tag.
    func follow(
        _ commit: Commit, _ message: AuthenticatedContent, psks: PreSharedKeys
    ) throws(MLSError) -> Followed {
        let (algorithms, committer) = (state.algorithms, message.content.sender)
        try require(
            committer.member != nil || committer == .newMemberCommit, .malformed, "6.1",
            "a commit of somebody who may not make one")
        try require(committer != .member(ownIndex), .ownMessage, "", "a commit that this member made and gave up")
        let changes = try resolve(commit, committer)
        var applied = try ProposalList(changes: changes.map(\.change), committer: committer)
            .applied(to: state.publicState, configuration, sentAt: nil)
        try require(commit.path != nil || !applied.needsPath, "12.4", "a commit without the path that it needs")

        // All members alike: the path's place in the tree.
        let index = committer.member ?? applied.tree.makeRoom()
        if let path = commit.path { try merge(path, of: index, committer, into: &applied) }
        try applied.tree.validateMembers(applied.extensions, configuration)
        let summary = CommitSummary(applied, epoch: epoch + 1, committer: index, changes.map(\.change))
        if applied.removed.contains(ownIndex) { return .removed(summary) }

        // This member: its keys, and what the path brings to it.
        var next = NextEpoch(
            tree: applied.tree, extensions: applied.extensions, keys: state.keys, signatureKey: state.signatureKey,
            initialSecret: state.secrets.initial, commitSecret: algorithms.zero, pskSecret: algorithms.zero,
            reInit: applied.reInit)
        if let own = changes.last(where: { $0.change.proposal.type == .update && $0.change.sender == .member(ownIndex) }
        ) {
            guard let update = own.reference.flatMap({ pendingUpdates[$0] }) else {
                throw MLSError(.badState, "12.1.2", "an Update of this member whose private key is not there")
            }
            next.keys.keys[ownIndex.node] = update.leafKey
            next.signatureKey = update.signatureKey
        }
        next.keys.keepOnly(nodesOf: applied.tree)
        next.pskSecret = algorithms.pskSecret(try resolve(applied.psks, psks))
        if let kemOutput = applied.externalInit {
            next.initialSecret = try algorithms.exportSecret(
                from: kemOutput, privateKey: try state.externalKeyPair().privateKey,
                context: NextEpoch.externalInitLabel)
        }
        if let path = commit.path {
            let context = state.publicState.provisionalContext(
                treeHash: next.tree.rootHash(algorithms), extensions: applied.extensions)
            next.commitSecret = try next.tree.open(
                path, of: index, newMembers: applied.newMembers, keys: &next.keys, context: context.encoded,
                algorithms)
        }
        let (nextState, _) = next.begun(
            by: message, after: state.publicState, interimTranscriptHash: state.interimTranscriptHash)
        guard let tag = message.authentication.confirmationTag,
            algorithms.hash.isValid(
                tag, for: nextState.context.confirmedTranscriptHash, key: nextState.secrets.confirmation)
        else { throw MLSError(.notAuthentic, "12.4.2", "a confirmation tag that is not valid") }
        return .next(nextState, summary)
    }

    /// Checks a path's leaf and keys, and brings them into the tree.
    private func merge(
        _ path: UpdatePath, of index: LeafIndex, _ committer: Sender, into applied: inout AppliedProposals
    ) throws(MLSError) {
        let leaf = path.leafNode
        guard case .commit = leaf.source else {
            throw MLSError(.invalid, "7.3", "a path whose leaf is of another source")
        }
        let place = (groupID, index)
        if committer.member != nil {
            guard let old = applied.tree.leaf(index) else {
                throw MLSError(.invalid, "12.4.2", "a commit of somebody who goes with it")
            }
            try leaf.validate(replacing: old, at: place, state.algorithms, configuration)
        } else if let removed = applied.resynchronised, let old = state.tree.leaf(removed) {
            try leaf.validate(replacing: old, at: place, state.algorithms, configuration)
        } else {
            try leaf.validate(at: place, state.algorithms, configuration)
        }
        let keys = [leaf.encryptionKey] + path.nodes.map(\.encryptionKey)
        try require(
            Set(keys).count == keys.count && applied.tree.encryptionKeys.isDisjoint(with: keys), "12.4.2",
            "a path with a key that is in the tree already")
        try applied.tree.merge(path, of: index, newMembers: applied.newMembers, state.algorithms)
    }

    /// A commit's proposals, each with who made it, and its reference where it was sent before.
    private func resolve(
        _ commit: Commit, _ committer: Sender
    ) throws(MLSError) -> [(change: Change, reference: [UInt8]?)] {
        var changes: [(change: Change, reference: [UInt8]?)] = []
        let known = Dictionary(proposals.map { ($0.reference, $0.change) }) { first, _ in first }
        for entry in commit.proposals {
            switch entry {
            case .proposal(let proposal):
                try require(proposal != .selfRemove, "", "a SelfRemove that was not sent before")
                if case .update = proposal { throw MLSError(.invalid, "12.2", "an Update of who commits") }
                let change = Change(proposal: proposal, sender: committer)
                changes.append((change, nil))
            case .reference(let reference):
                guard let change = known[reference] else {
                    throw MLSError(.unknownProposal, "12.4", "a proposal that this member has not seen")
                }
                try require(
                    committer != .newMemberCommit || change.proposal == .selfRemove, "12.4.3.2",
                    "a reference in the commit of a new member")
                changes.append((change, reference))
            }
        }
        return changes
    }

    /// A member who was removed keeps nothing.
    mutating func forgetEverything() -> StateChanges {
        var deletions = StateChanges()
        for key in allChanges().records.keys { deletions[key] = nil }
        isRemoved = true
        state = state.forgotten
        pastEpochs = []
        resumptionKeys = [:]
        (proposals, pendingUpdates, pendingCommit) = ([], [:], nil)
        return deletions
    }
}

extension NextEpoch {
    /// Section 8.3.
    static let externalInitLabel = "MLS 1.0 external init secret"
}
