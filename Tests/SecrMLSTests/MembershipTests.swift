import SecrMLS
import Testing

/// Coming and going.
@Suite struct MembershipTests {
    private let trusting = GroupConfiguration(rules: TrustingRules())

    /// Everybody has the same view, and can read what the first one says.
    private func expectAgreement(_ clients: [Client]) throws {
        #expect(Set(clients.map { $0.group.epochAuthenticator }).count == 1)
        let message = try clients[0].send("all here?")
        for client in clients.dropFirst() { #expect(try client.read(message) == "all here?") }
        for client in clients { #expect(client.isStored) }
    }

    @Test func aTreeCanComeAnotherWay() throws {
        let anna = try Client.founder("anna")
        let ben = try bundle("ben")
        _ = try anna.commit(CommitContent([.add(ben.keyPackage)], invitesWithTree: false))
        let welcome = try #require(try anna.merge().welcome?.bytes)
        #expect(throws: MLSError.self) { _ = try Group.join(welcome, with: ben, trusting) }
        let joined = Client(
            "ben", try Group.join(welcome, with: ben, tree: anna.group.ratchetTree, trusting))
        try expectAgreement([anna, joined])
    }

    @Test func invitationsServeTheirKeyPackageOnly() throws {
        let anna = try Client.founder("anna")
        let (ben, mallory) = (try bundle("ben"), try bundle("ben"))
        _ = try anna.commit(CommitContent([.add(ben.keyPackage)]))
        let welcome = try #require(try anna.merge().welcome)
        guard case .welcome(let inner) = welcome else { return }
        #expect(ben.opens(inner))
        #expect(!mallory.opens(inner))
        #expect(throws: MLSError.self) { _ = try Group.join(welcome.bytes, with: mallory, trusting) }
        #expect(throws: MLSError.self) {
            _ = try Group.join(welcome.bytes, with: ben, isMember: { _ in true }, trusting)
        }
        // As it was stored.
        let stored = try KeyPackageBundle(decoding: ben.encoded)
        try expectAgreement([anna, Client("ben", try Group.join(welcome.bytes, with: stored, trusting))])
    }

    @Test func everybodyCanAdd() throws {
        let clients = try party(["anna", "ben", "cleo", "dora", "emil"])
        let new = try bundle("fred")
        let commit = try clients[3].commit(CommitContent([.add(new.keyPackage)]))
        for client in clients where client.name != "dora" { try client.receive(commit) }
        let welcome = try clients[3].merge().welcome
        try expectAgreement(clients + [Client.joining(new, "fred", welcome)])
    }

    /// A place that became free is taken by the next one; the tree shrinks and grows again.
    @Test func placesAreUsedAgain() throws {
        var clients = try party(["0", "1", "2", "3", "4", "5", "6", "7", "8"])
        for name in ["8", "2", "5"] {
            let index = try #require(clients.firstIndex { $0.name == name })
            let leaving = clients[index].group.ownIndex
            let commit = try clients[0].commit(CommitContent([.remove(leaving)]))
            for client in clients.dropFirst() { try client.receive(commit) }
            try clients[0].merge()
            #expect(clients[index].group.isRemoved == true)
            clients.remove(at: index)
        }
        try expectAgreement(clients)
        let (new, newer) = (try bundle("new"), try bundle("newer"))
        let commit = try clients[1].commit(CommitContent([.add(new.keyPackage), .add(newer.keyPackage)]))
        for (index, client) in clients.enumerated() where index != 1 { try client.receive(commit) }
        let welcome = try clients[1].merge().welcome
        let joined = [try Client.joining(new, "new", welcome), try Client.joining(newer, "newer", welcome)]
        #expect(joined.map { $0.group.ownIndex.rawValue } == [2, 5])
        try expectAgreement(clients + joined)
    }

    @Test func strangersJoinWhereThatIsAllowed() throws {
        let clients = try party(["anna", "ben"])
        let info = try clients[0].group.groupInfo(allowsJoining: true)
        let closed = try clients[0].group.groupInfo()
        let cleo = try bundle("cleo")
        #expect(throws: MLSError.self) { _ = try Group.joinExternally(closed, as: cleo, trusting) }

        let joining = try Group.joinExternally(info, as: cleo, trusting)
        let commit = try #require(joining.joiningCommit?.bytes)
        for client in clients {
            let received = try client.receive(commit)
            #expect(received.summary?.added == [])
            #expect(received.summary?.committer == LeafIndex(rawValue: 2))
        }
        try expectAgreement(clients + [Client("cleo", joining)])
    }

    @Test func strangersDoNotJoinWhereItIsNotAllowed() throws {
        let strict = GroupConfiguration(rules: TrustingRules(allowsExternalCommits: false))
        let anna = try Client.founder("anna", configuration: strict)
        let joining = try Group.joinExternally(
            try anna.group.groupInfo(allowsJoining: true), as: bundle("cleo"), trusting)
        let commit = try #require(joining.joiningCommit?.bytes)
        #expect(throws: MLSError(.refused, "12.2", "a commit that the application refuses")) {
            try anna.receive(commit)
        }
        #expect(anna.isStored)
    }

    /// Who lost the state comes back in its own place; who asked to go is gone with the same commit.
    @Test func whoLostTheStateComesBack() throws {
        let clients = try party(["anna", "ben", "cleo"])
        let leave = try clients[2].propose(.selfRemove)
        for client in clients.prefix(2) { try client.receive(leave) }
        let info = try clients[0].group.groupInfo(allowsJoining: true)
        let joining = try Group.joinExternally(
            info, as: bundle("ben"), replacing: clients[1].group.ownIndex, selfRemoves: [MLSMessage(leave)], trusting)
        let commit = try #require(joining.joiningCommit?.bytes)
        try clients[0].receive(commit)
        let (ben, cleo) = (try clients[1].receive(commit), try clients[2].receive(commit))
        #expect(ben.isRemoval && cleo.isRemoval)
        #expect(joining.members.count == 2)
        try expectAgreement([clients[0], Client("ben", joining)])
    }

    @Test func membersLeaveByThemselves() throws {
        let clients = try party(["anna", "ben", "cleo"])
        let leave = try clients[1].propose(.selfRemove)
        for client in [clients[0], clients[2]] { try client.receive(leave) }
        let commit = try clients[2].commit()
        try clients[0].receive(commit)
        let gone = try clients[1].receive(commit)
        #expect(gone.isRemoval)
        try clients[2].merge()
        try expectAgreement([clients[0], clients[2]])
        #expect(throws: MLSError.self) { try clients[1].send("still here") }
        #expect(throws: MLSError.self) { try clients[1].group.exportSecret(label: "box", count: 32) }
        #expect(clients[1].group.epochAuthenticator == [])
        #expect(clients[1].store.keys.map(Array.init) == [[1]], "a member who was removed keeps nothing but a number")
    }

    @Test func aGroupGoesOnAsAnotherOne() throws {
        let clients = try party(["anna", "ben", "cleo"])
        let next = ReInit(groupID: Array("next".utf8), suite: .mlkem768X25519AES256GCM, extensions: .none)
        let commit = try clients[1].commit(CommitContent([.reInit(next)]))
        try clients[0].receive(commit)
        try clients[2].receive(commit)
        try clients[1].merge()
        for client in clients {
            #expect(client.group.closedBy == next)
            #expect(throws: MLSError.self) { try client.send("too late") }
            #expect(throws: MLSError.self) { try client.commit() }
        }
        // Another one than who committed sets it up.
        let bundles = try ["anna", "ben", "cleo"].map { try bundle($0, next.suite) }
        #expect(throws: MLSError.self, "without cleo") {
            _ = try clients[0].group.continued(by: bundles[0], others: [bundles[1].keyPackage], at: now)
        }
        let anna = Client(
            "anna",
            try clients[0].group.continued(by: bundles[0], others: bundles.dropFirst().map(\.keyPackage), at: now))
        let welcome = try anna.merge().welcome
        #expect(throws: MLSError.self, "without the group of before") {
            try Client.joining(bundles[1], "ben", welcome)
        }
        let others = try [1, 2].map {
            try Client.joining(bundles[$0], clients[$0].name, welcome, predecessor: clients[$0].group.predecessor)
        }
        #expect(anna.group.groupID == next.groupID && anna.group.suite == next.suite)
        try expectAgreement([anna] + others)
    }

    @Test func someBranchOff() throws {
        let clients = try party(["anna", "ben", "cleo"])
        let (anna, cleo, mallory) = (try bundle("anna"), try bundle("cleo"), try bundle("eve"))
        #expect(throws: MLSError.self, "somebody who was no member") {
            _ = try clients[0].group.branched(by: anna, others: [mallory.keyPackage], at: now)
        }
        let branch = Client(
            "anna", try clients[0].group.branched(by: anna, others: [cleo.keyPackage], at: now))
        let welcome = try branch.merge().welcome
        let other = try Client.joining(cleo, "cleo", welcome, predecessor: clients[2].group.predecessor)
        try expectAgreement([branch, other])
        try expectAgreement(clients)
    }
}

extension Received {
    var summary: CommitSummary? {
        switch self {
        case .commit(let summary), .removed(let summary): summary
        case .ownCommit(let merged): merged.summary
        case .application, .proposal: nil
        }
    }
}
