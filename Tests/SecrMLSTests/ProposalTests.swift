import SecrMLS
import Testing

/// What members, and others, can ask for.
@Suite struct ProposalTests {
    /// Sends a message to all but the first, and lets the first merge its commit.
    private func follow(_ clients: [Client], _ commit: [UInt8], psks: PreSharedKeys = { _ in nil }) throws {
        for client in clients.dropFirst() { try client.receive(commit, psks: psks) }
        try clients[0].merge()
        #expect(Set(clients.map { $0.group.epochAuthenticator }).count == 1)
        for client in clients { #expect(client.isStored) }
    }

    @Test func preSharedKeysAreMixedIn() throws {
        let clients = try party(["anna", "ben"])
        let secret = Secret(random: 32)
        let known: PreSharedKeys = { $0 == .external(id: [1]) ? secret : nil }
        let proposal = clients[0].group.preSharedKeyProposal(.external(id: [1]))
        #expect(throws: MLSError.self) { try clients[0].commit(CommitContent([proposal])) }
        let commit = try clients[0].commit(CommitContent([proposal]), psks: known)
        #expect(throws: MLSError.self, "without the key") { try clients[1].receive(commit) }
        #expect(throws: MLSError.self, "with another key") {
            try clients[1].receive(commit, psks: { _ in Secret(random: 32) })
        }
        try follow(clients, commit, psks: known)

        // And told to who joins.
        let new = try bundle("cleo")
        let again = clients[0].group.preSharedKeyProposal(.external(id: [1]))
        let adding = try clients[0].commit(CommitContent([again, .add(new.keyPackage)]), psks: known)
        try clients[1].receive(adding, psks: known)
        let welcome = try clients[0].merge().welcome
        #expect(throws: MLSError.self) { try Client.joining(new, "cleo", welcome) }
        let cleo = try Client.joining(new, "cleo", welcome, psks: known)
        #expect(cleo.group.epochAuthenticator == clients[1].group.epochAuthenticator)
    }

    @Test func earlierEpochsCanBeProved() throws {
        let clients = try party(["anna", "ben"])
        let epoch = clients[0].group.epoch
        try follow(clients, try clients[0].commit())
        let proposal = clients[0].group.preSharedKeyProposal(
            .resumption(.application, groupID: clients[0].group.groupID, epoch: epoch))
        try follow(clients, try clients[0].commit(CommitContent([proposal])))
        for use in [PreSharedKeyID.ResumptionUse.reInit, .branch] {
            let wrong = clients[0].group.preSharedKeyProposal(
                .resumption(use, groupID: clients[0].group.groupID, epoch: epoch))
            #expect(throws: MLSError.self) { try clients[0].commit(CommitContent([wrong])) }
        }
    }

    @Test func theGroupsParametersChange() throws {
        let clients = try party(["anna", "ben"])
        var extensions = Extensions.none
        extensions.setRequiredCapabilities(RequiredCapabilities(proposals: [.selfRemove], credentials: [.basic]))
        try follow(clients, try clients[0].commit(CommitContent([.groupContextExtensions(extensions)])))
        #expect(clients[1].group.extensions == extensions)
        #expect(try clients[1].group.extensions.requiredCapabilities().proposals == [.selfRemove])

        // Who can't do what is required is not added; and nothing is required that a member can't do.
        let old = try bundle("old", capabilities: Capabilities(proposals: []))
        #expect(throws: MLSError.self) { try clients[0].commit(CommitContent([.add(old.keyPackage)])) }
        extensions.setRequiredCapabilities(RequiredCapabilities(proposals: [ProposalType(rawValue: 0xF123)]))
        #expect(throws: MLSError.self) { try clients[0].commit(CommitContent([.groupContextExtensions(extensions)])) }
        var unknown = Extensions.none
        unknown[ExtensionType(rawValue: 0xF001)] = [1]
        #expect(throws: MLSError.self) { try clients[0].commit(CommitContent([.groupContextExtensions(unknown)])) }
    }

    @Test func applicationsHaveTheirOwnProposalsAndExtensions() throws {
        let (proposal, kind) = (ProposalType(rawValue: 0xF0AB), ExtensionType(rawValue: 0xF0AC))
        let capable = Capabilities(extensions: [kind], proposals: [proposal, .selfRemove])
        let configuration = GroupConfiguration(rules: TrustingRules())
        var extensions = Extensions.none
        extensions[kind] = [1, 2, 3]
        let anna = Client(
            "anna",
            try Group.create(
                founder: bundle("anna", capabilities: capable), extensions: extensions, configuration))
        let ben = try bundle("ben", capabilities: capable)
        #expect(throws: MLSError.self, "somebody who does not know the group's extension") {
            try anna.commit(CommitContent([.add(bundle("old").keyPackage)]))
        }
        _ = try anna.commit(CommitContent([.add(ben.keyPackage)]))
        let clients = [anna, try Client.joining(ben, "ben", anna.merge().welcome)]
        let commit = try anna.commit(CommitContent([.custom(proposal, [7])]))
        let received = try clients[1].receive(commit)
        #expect(received.summary?.changes.map(\.proposal) == [.custom(proposal, [7])])
        try anna.merge()

        let plain = try party(["cleo", "dora"])
        #expect(throws: MLSError.self) { try plain[0].commit(CommitContent([.custom(proposal, [7])])) }
    }

    @Test func knownOutsidersMayAsk() throws {
        let keys = try SignatureKeyPair(for: .x25519AES128GCM)
        var extensions = Extensions.none
        extensions.setExternalSenders([
            ExternalSender(signatureKey: keys.publicKey, credential: .basic(identity: Array("service".utf8)))
        ])
        let anna = try Client.founder("anna", extensions: extensions)
        let ben = try bundle("ben")
        _ = try anna.commit(CommitContent([.add(ben.keyPackage)]))
        let clients = [anna, try Client.joining(ben, "ben", anna.merge().welcome)]

        func message(_ proposal: Proposal, _ keys: SignatureKeyPair, _ place: UInt32 = 0) throws -> [UInt8] {
            try ExternalProposal.make(
                proposal, sender: place, keys: keys, groupID: anna.group.groupID, epoch: anna.group.epoch,
                suite: anna.group.suite
            ).bytes
        }
        let cleo = try bundle("cleo")
        #expect(throws: MLSError.self, "a key that is not listed") {
            try anna.receive(message(.add(cleo.keyPackage), SignatureKeyPair(for: .x25519AES128GCM)))
        }
        #expect(throws: MLSError.self, "a place that is not listed") {
            try anna.receive(message(.add(cleo.keyPackage), keys, 1))
        }
        #expect(throws: MLSError.self) { try message(.update(cleo.keyPackage.leafNode), keys) }
        let add = try message(.add(cleo.keyPackage), keys)
        for client in clients { try client.receive(add) }
        // Who wants to be added asks too.
        let dora = try bundle("dora")
        let ask = try ExternalProposal.add(dora, groupID: anna.group.groupID, epoch: anna.group.epoch).bytes
        for client in clients { try client.receive(ask) }
        #expect(anna.group.waitingProposals.count == 2)
        let commit = try anna.commit()
        try clients[1].receive(commit)
        let welcome = try anna.merge().welcome
        #expect(clients[1].group.members.count == 4)
        for (bundle, name) in [(cleo, "cleo"), (dora, "dora")] {
            #expect(
                try Client.joining(bundle, name, welcome).group.epochAuthenticator == anna.group.epochAuthenticator)
        }
    }

    @Test func outsidersAreNotHeardWhereTheApplicationRefuses() throws {
        let strict = GroupConfiguration(rules: TrustingRules(allowsExternalProposals: false))
        let anna = try Client.founder("anna", configuration: strict)
        let ask = try ExternalProposal.add(bundle("dora"), groupID: anna.group.groupID, epoch: 0).bytes
        #expect(throws: MLSError.self) { try anna.receive(ask) }
        #expect(throws: MLSError.self, "a credential that is refused") {
            try anna.commit(CommitContent([.add(bundle("mallory").keyPackage)]))
        }
    }

    @Test func membersReplaceTheirSigningKeys() throws {
        let clients = try party(["anna", "ben", "cleo"])
        let (first, second) = (
            try SignatureKeyPair(for: .x25519AES128GCM), try SignatureKeyPair(for: .x25519AES128GCM)
        )
        let update = try clients[1].proposeUpdate(LeafChange(keys: first))
        try clients[0].receive(update)
        try clients[2].receive(update)
        try clients[1].restart()
        let commit = try clients[0].commit(CommitContent(leafChange: LeafChange(keys: second)))
        try follow(clients, commit)
        #expect(clients[2].group.members.map(\.signatureKey).prefix(2) == [second.publicKey, first.publicKey])
        #expect(try clients[2].read(clients[1].send("with a new key")) == "with a new key")
        #expect(try clients[2].read(clients[0].send("so do I")) == "so do I")
        #expect(throws: MLSError.self, "another person") {
            try clients[0].commit(
                CommitContent(leafChange: LeafChange(credential: .basic(identity: Array("boss".utf8)))))
        }
    }

    /// Proposals that can't be committed together: the rules of section 12.2 say which one goes.
    @Test func theRightOneOfSeveralIsTaken() throws {
        let clients = try party(["anna", "ben", "cleo"])
        let update = try clients[1].proposeUpdate()
        for client in [clients[0], clients[2]] { try client.receive(update) }
        let newer = try clients[1].proposeUpdate()
        for client in [clients[0], clients[2]] { try client.receive(newer) }
        let reInit = try clients[2].propose(
            .reInit(ReInit(groupID: [9], suite: .x25519AES128GCM, extensions: .none)))
        for client in clients.prefix(2) { try client.receive(reInit) }
        let removal = try clients[1].propose(.remove(clients[0].group.ownIndex))
        for client in [clients[0], clients[2]] { try client.receive(removal) }
        #expect(clients[0].group.waitingProposals.count == 4)
        // Anna can't remove herself, takes the newer Update, and leaves the ReInit for later.
        let commit = try clients[0].commit()
        let received = try clients[1].receive(commit)
        #expect(received.summary?.updated == [clients[1].group.ownIndex])
        #expect(received.summary?.changes.count == 1)
        try clients[2].receive(commit)
        try clients[0].merge()
        #expect(clients.allSatisfy { $0.group.waitingProposals.isEmpty })
        #expect(Set(clients.map { $0.group.epochAuthenticator }).count == 1)
    }
}
