import SecrMLS
import Testing

/// Pre-shared keys of invitations, and groups that pretend to follow from another (sections 8.4, 11.2 and 11.3).
@Suite struct PredecessorTests {
    private let secret = Secret(copying: [4, 5, 6])

    private func expect(
        _ code: MLSError.Code?, _ clause: String, _ predecessor: Predecessor? = nil, psks: PreSharedKeys? = nil,
        sourceLocation: SourceLocation = #_sourceLocation, _ tell: (inout Inviter) throws -> Void
    ) throws {
        var inviter = try Inviter()
        try tell(&inviter)
        let error = try inviter.refusal(predecessor: predecessor, psks: psks ?? { _ in secret })
        #expect(
            error?.code == code && error?.clause ?? "" == clause, "\(error.map { "\($0.code): \($0)" } ?? "joined")",
            sourceLocation: sourceLocation)
    }

    private func id(_ kind: PreSharedKeyID.Kind = .external(id: [1]), nonce: [UInt8]? = nil) -> PreSharedKeyID {
        PreSharedKeyID(kind: kind, nonce: nonce ?? [UInt8](repeating: 3, count: 32))
    }

    @Test func preSharedKeys() throws {
        try expect(nil, "") { $0.psks = [(id(), secret)] }
        try expect(.unknownPSK, "12.4.3.1", psks: { _ in nil }) { $0.psks = [(id(), secret)] }
        try expect(.notAuthentic, "6.3") { $0.psks = [(id(), Secret(copying: [1]))] }
        for count in [0, 31, 33, 64] {
            try expect(.invalid, "8.4") {
                $0.psks = [(id(nonce: [UInt8](repeating: 3, count: count)), secret)]
            }
        }
        try expect(.limit, "") { inviter in
            inviter.psks = (0..<17).map { (id(nonce: [UInt8](repeating: $0, count: 32)), secret) }
        }
        // In another order than they were mixed in.
        try expect(.notAuthentic, "6.3") { inviter in
            inviter.psks = [(id(), secret), (id(nonce: [UInt8](repeating: 4, count: 32)), secret)]
            inviter.secrets = { $0.psks.reverse() }
        }
        try expect(.notAuthentic, "6.3") { inviter in
            inviter.psks = [(id(), secret)]
            inviter.secrets = { $0.psks = [] }
        }
    }

    /// A group that has ended, with the resumption key of its last epoch.
    private func ended(_ extensions: Extensions = .none, names: [String] = ["ben", "cleo", "anna"]) throws
        -> (Predecessor, PreSharedKeyID, Secret)
    {
        let members = try party(names)
        let reInit = ReInit(groupID: Array("a party".utf8), suite: .x25519AES128GCM, extensions: extensions)
        _ = try members[0].commit(CommitContent([.reInit(reInit)]))
        try members[0].merge()
        let group = members[0].group.predecessor
        return (
            group, id(.resumption(.reInit, groupID: group.groupID, epoch: group.epoch)),
            Insider(members[0]).state.secrets.resumption
        )
    }

    @Test func groupsThatGoOn() throws {
        let (old, psk, key) = try ended()
        func follows(_ inviter: inout Inviter) { inviter.psks = [(psk, key)] }
        try expect(nil, "", old) { follows(&$0) }
        try expect(.unknownPSK, "12.4.3.1", psks: { _ in key }) { follows(&$0) }
        try expect(.invalid, "12.4.3.1", old) { inviter in
            follows(&inviter)
            inviter.context = { $0.epoch = 2 }
        }
        try expect(.invalid, "11.2", old) { inviter in
            follows(&inviter)
            inviter.context = { $0.groupID = [9] }
            inviter.groupID = [9]
        }
        try expect(.invalid, "11.2", old) { inviter in
            follows(&inviter)
            inviter.extensions.setRequiredCapabilities(RequiredCapabilities())
        }
        try expect(.invalid, "12.4.3.1", old) { inviter in
            inviter.psks = [(psk, key), (id(psk.kind, nonce: [UInt8](repeating: 7, count: 32)), key)]
        }
        // A group without somebody who was a member, and one that has not ended.
        let (larger, larges, largest) = try ended(names: ["ben", "cleo", "anna", "dora"])
        try expect(.invalid, "12.4.3.1", larger) { $0.psks = [(larges, largest)] }
        let going = try party(["ben", "cleo", "anna"])[0]
        let resumption = Insider(going).state.secrets.resumption
        let kind = PreSharedKeyID.Kind.resumption(.reInit, groupID: going.group.groupID, epoch: 1)
        try expect(.invalid, "12.4.3.1", going.group.predecessor) { $0.psks = [(id(kind), resumption)] }
    }

    @Test func branches() throws {
        let old = try party(["ben", "cleo", "anna", "dora"])[0]
        let key = Insider(old).state.secrets.resumption
        let psk = id(.resumption(.branch, groupID: old.group.groupID, epoch: old.group.epoch))
        try expect(nil, "", old.group.predecessor) { $0.psks = [(psk, key)] }
        try expect(.invalid, "12.4.3.1", old.group.predecessor) { inviter in
            inviter.psks = [(psk, key)]
            inviter.context = { $0.epoch = 0 }
        }
        // Somebody who was no member; another suite.
        let smaller = try party(["ben", "anna"])[0]
        let other = id(.resumption(.branch, groupID: smaller.group.groupID, epoch: 1))
        try expect(.invalid, "11.3", smaller.group.predecessor) {
            $0.psks = [(other, Insider(smaller).state.secrets.resumption)]
        }
        let foreign = try party(["ben", "cleo", "anna"], .x25519ChaCha20Poly1305)[0]
        let third = id(.resumption(.branch, groupID: foreign.group.groupID, epoch: 1))
        try expect(.invalid, "11.3", foreign.group.predecessor) {
            $0.psks = [(third, Insider(foreign).state.secrets.resumption)]
        }
        // The key of another epoch.
        let early = id(.resumption(.branch, groupID: old.group.groupID, epoch: old.group.epoch + 1))
        try expect(.unknownPSK, "12.4.3.1", old.group.predecessor, psks: { _ in nil }) { $0.psks = [(early, key)] }
    }

    @Test func closedGroupsDoNotChange() throws {
        let stage = try Stage()
        let insider = stage.insider
        let reInit = ReInit(groupID: [1], suite: stage.suite, extensions: .none)
        try stage.victim.receive(insider.send(Forgery([.reInit(reInit)], hasPath: false)))
        #expect(stage.victim.group.closedBy == reInit)
        let next = Insider(stage.victim)
        // Somebody else's name does: what counts is that nothing is looked at any more.
        for message in [
            try next.propose(.remove(LeafIndex(2))), try next.send(Forgery()),
            try next.privately(.proposal(.remove(LeafIndex(2)))),
        ] { expectRefused(message, by: stage.victim, .notNow, "12.4.2") }
        #expect(throws: MLSError.self) { try stage.victim.commit() }
        #expect(throws: MLSError.self) { try stage.victim.send("hello") }
        #expect(throws: MLSError.self) { try stage.victim.propose(.remove(LeafIndex(2))) }
    }

    @Test func removedMembersDoNothing() throws {
        let stage = try Stage()
        let removal = try stage.insider.send(Forgery([.remove(LeafIndex(0))]))
        #expect(try stage.victim.receive(removal).isRemoval)
        #expect(stage.victim.isStored && stage.victim.group.records().isEmpty)
        expectRefused(removal, by: stage.victim, .notNow, "12.4.2")
        expectRefused(try stage.friend.send("hello"), by: stage.victim, .notNow, "12.4.2")
        #expect(throws: MLSError.self) { try stage.victim.send("hello") }
        #expect(throws: MLSError.self) { try stage.victim.commit() }
        #expect(throws: MLSError.self) { try stage.victim.group.groupInfo() }
        #expect(throws: MLSError.self) { try stage.victim.restart() }
    }
}
