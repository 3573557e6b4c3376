/// Which of the proposals that wait go into a commit.
extension Group {
    /// Proposals that wait and can be committed by this member, all together (section 12.2).
    func committable(
        besides own: [Change], at time: UInt64, _ psks: PreSharedKeys
    ) -> [WaitingProposal] {
        var candidates = proposals.filter { waiting in
            switch waiting.change.proposal {
            case .update, .selfRemove: waiting.change.sender != .member(ownIndex)
            case .remove(let index): index != ownIndex
            case .add(let keyPackage):
                if case .keyPackage(let lifetime) = keyPackage.leafNode.source {
                    lifetime.contains(time)
                } else {
                    false
                }
            default: true
            }
        }
        candidates.removeAll { waiting in
            (try? ProposalList.check(waiting.change, in: state.publicState, configuration)) == nil
        }
        // Of several for one leaf a SelfRemove is taken, a Remove, or the latest Update; of lists of extensions the latest;
        // a ReInit only by itself; nothing that the commit's own proposals say already.
        var taken: [WaitingProposal] = []
        var leaves = Set(own.compactMap { if case .remove(let index) = $0.proposal { index } else { nil } })
        var joining = Set(
            own.compactMap { if case .add(let package) = $0.proposal { package.leafNode.signatureKey } else { nil } })
        joining.formUnion(state.tree.members.lazy.map(\.leaf.signatureKey))
        var hasExtensions = own.contains { $0.proposal.type == .groupContextExtensions }
        func weight(_ waiting: WaitingProposal) -> Int {
            switch waiting.change.proposal {
            case .selfRemove: 2
            case .update: 0
            default: 1
            }
        }
        let byWeight = candidates.sorted { (weight($0), $0.number) > (weight($1), $1.number) }
        for waiting in byWeight {
            switch waiting.change.proposal {
            case .remove(let index):
                guard leaves.insert(index).inserted else { continue }
            case .update, .selfRemove:
                guard let index = waiting.change.sender.member, leaves.insert(index).inserted else { continue }
            case .add(let keyPackage):
                guard joining.insert(keyPackage.leafNode.signatureKey).inserted else { continue }
            case .groupContextExtensions:
                guard !hasExtensions else { continue }
                hasExtensions = true
            case .reInit: guard candidates.count == 1 && own.isEmpty else { continue }
            case .psk, .custom: break
            case .externalInit: continue
            }
            taken.append(waiting)
        }
        taken.sort { $0.number < $1.number }
        return valid(taken, besides: own, at: time, psks)
    }

    /// Of some proposals those that are valid together with this member's own.
    ///
    /// Anybody can wish for what nobody may commit. It must keep nobody from committing, so what is not valid is looked
    /// for by halves, and left out; after some attempts so is the rest.
    private func valid(
        _ candidates: [WaitingProposal], besides own: [Change], at time: UInt64, _ psks: PreSharedKeys
    ) -> [WaitingProposal] {
        func isValid(_ waiting: [WaitingProposal]) -> Bool {
            let list = ProposalList(changes: waiting.map(\.change) + own, committer: .member(ownIndex))
            guard let applied = try? list.applied(to: state.publicState, configuration, sentAt: time) else {
                return false
            }
            return (try? applied.tree.validateMembers(applied.extensions, configuration)) != nil
                && (try? resolve(applied.psks, psks)) != nil
        }
        // Nothing to choose from, or nothing wrong; or it is this member's own proposals that are, which it has to be told.
        if candidates.isEmpty || isValid(candidates) || !isValid([]) { return candidates }
        var (taken, attempts) = ([WaitingProposal](), 64)
        var parts = [candidates[...]]
        while let part = parts.popLast(), attempts > 0 {
            attempts -= 1
            if isValid(taken + part) {
                taken += part
            } else if part.count > 1 {
                let middle = part.startIndex + part.count / 2
                parts += [part[middle...], part[..<middle]]
            }
        }
        return taken
    }
}
