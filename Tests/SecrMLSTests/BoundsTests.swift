import Foundation
import SecrMLS
import Testing

/// Messages whose only purpose is to cost memory or time. Each has to be refused at once.
@Suite(.serialized) struct BoundsTests {
    /// What this thread has worked: other tests run at the same time.
    private var worked: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Most that anything here may take: far more than it does, far less than it did where nothing bounded it.
    private func soon(
        _ work: () throws -> MLSError?, _ code: MLSError.Code, sourceLocation: SourceLocation = #_sourceLocation
    ) rethrows {
        let start = worked
        let error = try work()
        #expect(error?.code == code, "\(error.map { "\($0)" } ?? "accepted")", sourceLocation: sourceLocation)
        let seconds = worked - start
        #expect(seconds < 5, sourceLocation: sourceLocation)
    }

    private func thrown(_ work: () throws -> Void) rethrows -> MLSError? {
        do { try work() } catch let error as MLSError { return error }
        return nil
    }

    @Test func largeMessages() throws {
        let stage = try Stage()
        let bytes = [UInt8](repeating: 0, count: 16 << 20 + 1)
        soon({ refusal(of: bytes, by: stage.victim) }, .limit)
        try soon(
            { try thrown { _ = try Group.join(bytes, with: bundle("eve"), .init(rules: TrustingRules())) } }, .limit)
    }

    @Test func largeTrees() throws {
        let stage = try Stage()
        let info = try stage.attacker.group.groupInfo(allowsJoining: true, withTree: false)
        let tree = [UInt8](repeating: 0, count: 16 << 20 + 1)
        try soon(
            {
                try thrown {
                    _ = try Group.joinExternally(
                        info, as: bundle("eve"), tree: tree, .init(rules: TrustingRules()))
                }
            }, .limit)
    }

    /// Vectors of many small values, in a message that nobody has to be a member to send.
    @Test(arguments: [[2, 0], [1, 0, 10], [1, 0xF0, 0xF0, 0]] as [[UInt8]])
    func manyProposals(_ entry: [UInt8]) throws {
        let stage = try Stage()
        var content = stage.insider.content(.commit(Commit(proposals: [], path: nil)))
        content.sender = .newMemberCommit
        var writer = WireWriter()
        writer.uint16(1)
        writer.uint16(WireFormat.publicMessage.rawValue)
        writer.raw(content.encoded.dropLast(2))
        writer.opaque(Array([[UInt8]](repeating: entry, count: (16 << 20 - 1_000) / entry.count).joined()))
        writer.raw([0, 0, 0])
        soon({ refusal(of: writer.bytes, by: stage.victim) }, .limit)
    }

    /// As many proposals that wait, and references to them, as there may be.
    @Test func manyReferences() throws {
        let stage = try Stage()
        let reference = [UInt8](repeating: 1, count: 32)
        let many = [Forgery.Entry](repeating: .reference(reference), count: Commit.mostProposals)
        let message = try stage.insider.send(Forgery(many))
        soon({ refusal(of: message, by: stage.victim) }, .unknownProposal)
        let more = try stage.insider.send(Forgery(many + [.reference(reference)]))
        soon({ refusal(of: more, by: stage.victim) }, .limit)
    }

    @Test func manyWishes() throws {
        let stage = try Stage()
        var configuration = GroupConfiguration(rules: TrustingRules())
        configuration.limits.waitingProposals = 3
        try stage.victim.restart(configuration)
        for nonce in 1...3 as ClosedRange<UInt8> {
            let psk = PreSharedKeyID(kind: .external(id: [1]), nonce: [UInt8](repeating: nonce, count: 32))
            try stage.victim.receive(try stage.insider.propose(.psk(psk)))
        }
        expectRefused(try stage.insider.propose(.remove(LeafIndex(2))), by: stage.victim, .limit, "")
        // The same again is no more.
        #expect(stage.victim.group.waitingProposals.count == 3)
    }

    /// A tree of blank nodes, one byte each.
    @Test func blankTrees() throws {
        for count in [20_000, 1 << 20, 16 << 20 - 2_000] {
            let inviter = try Inviter()
            var bytes = [UInt8](repeating: 0, count: count & ~1)
            bytes += [1, 1] + inviter.inviter.keyPackage.leafNode.encoded
            var writer = WireWriter()
            writer.opaque(bytes)
            try soon({ try invited(with: writer.bytes, inviter) }, .limit)
        }
        // Exactly as many as are allowed are looked at: their hash is another.
        let inviter = try Inviter()
        var writer = WireWriter()
        writer.opaque([UInt8](repeating: 0, count: 2 * 4_095) + [1, 1] + inviter.inviter.keyPackage.leafNode.encoded)
        try soon({ try invited(with: writer.bytes, inviter) }, .invalid)
    }

    private func invited(with tree: [UInt8], _ inviter: Inviter) throws -> MLSError? {
        var inviter = inviter
        inviter.info = { $0.extensions[.ratchetTree] = tree }
        return try inviter.refusal()
    }

    /// Unmerged leaves by the million.
    @Test func unmergedLeaves() throws {
        var inviter = try Inviter()
        inviter.finalTree = { tree in
            var (one, other) = (try #require(tree.parent(1)), try #require(tree.parent(3)))
            other.unmergedLeaves = (3..<2_000_000).map { LeafIndex($0) }
            one.unmergedLeaves = (3..<1_000_000).map { LeafIndex($0) }
            tree.set(.parent(other), at: 3)
            tree.set(.parent(one), at: 1)
        }
        try soon({ try inviter.refusal() }, .invalid)
    }

    @Test func smallGroups() throws {
        var configuration = GroupConfiguration(rules: TrustingRules())
        configuration.limits.leaves = 4
        let stage = try Stage()
        try stage.victim.restart(configuration)
        let add = try stage.insider.send(Forgery([.add(try stage.keyPackage())]))
        expectRefused(add, by: stage.victim, .limit, "")
        let outsider = try OutsiderTests.Outsider(stage)
        expectRefused(try outsider.send(Forgery([outsider.externalInit])), by: stage.victim, .limit, "")
        configuration.limits.leaves = 2
        #expect(try Inviter().refusal(configuration)?.code == .limit)
    }

    /// A few large proposals are as bad as many small ones.
    @Test func largeProposals() throws {
        var configuration = GroupConfiguration(rules: TrustingRules())
        configuration.limits.waitingProposalBytes = 3_000
        let stage = try Stage()
        try stage.victim.restart(configuration)
        for number in 0..<3 {
            let proposal = Proposal.custom(
                ProposalType(rawValue: 0xF000), [UInt8](repeating: UInt8(number), count: 1_000))
            let message = try stage.insider.propose(proposal)
            if number < 2 {
                try stage.victim.receive(message)
            } else {
                expectRefused(message, by: stage.victim, .limit, "")
            }
        }
        try stage.victim.restart(configuration)
        #expect(stage.victim.group.waitingProposals.count == 2)
    }

    /// The last of all epochs: none begins after it.
    @Test func lastEpoch() throws {
        var inviter = try Inviter()
        inviter.context = { $0.epoch = .max - 1 }
        let group = try Group.join(
            MLSMessage.welcome(try inviter.message()).bytes, with: inviter.guest, .init(rules: TrustingRules()))
        let client = Client("anna", group)
        _ = try client.commit()
        try client.merge()
        #expect(client.group.epoch == .max)
        let error = try thrown { _ = try client.commit() }
        #expect(error?.code == .limit && error?.clause == "8.1")
        let (records, next) = (client.group.records(), Insider(client))
        // A commit of another member, by the secrets that all have.
        expectRefused(
            try next.send(
                .commit(Commit(proposals: [], path: nil)), by: .member(LeafIndex(0)), key: inviter.inviter.signatureKey),
            by: client, .limit, "8.1")
        #expect(client.group.records() == records)
        #expect(try client.send("hello").isEmpty == false)
    }
}
