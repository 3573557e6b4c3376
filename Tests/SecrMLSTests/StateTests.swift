import SecrMLS
import Testing

/// What is stored of a group, and what is not any more.
@Suite struct StateTests {
    private let configuration = GroupConfiguration(rules: TrustingRules())

    @Test func everyStepCanBeTheLast() throws {
        let clients = try party(["anna", "ben", "cleo"])
        func check() throws {
            for client in clients {
                #expect(client.isStored)
                try client.restart()
                #expect(client.isStored)
            }
        }
        let message = try clients[0].send("one")
        try check()
        let update = try clients[1].proposeUpdate()
        try check()
        for client in [clients[0], clients[2]] { try client.receive(update) }
        try check()
        let new = try bundle("dora")
        let commit = try clients[2].commit(CommitContent([.add(new.keyPackage)]))
        try check()
        for client in clients.prefix(2) { try client.receive(commit) }
        let own = try clients[2].receive(commit)
        try check()
        guard case .ownCommit(let merged) = own else { Issue.record("a commit that is not known again"); return }
        let dora = try Client.joining(new, "dora", merged.welcome)
        #expect(dora.group.epochAuthenticator == clients[0].group.epochAuthenticator)
        #expect(try clients[1].read(message) == "one")
        try check()
    }

    @Test func deltasAreOneByteString() throws {
        let anna = try Client.founder("anna")
        let (_, delta) = try anna.group.encrypt([1])
        let again = try StateDelta(decoding: delta.encoded)
        #expect(again.revision == delta.revision)
        #expect(
            again.records.sorted { $0.key.lexicographicallyPrecedes($1.key) }
                == delta.records.sorted { $0.key.lexicographicallyPrecedes($1.key) })
        #expect(throws: MLSError.self) { try StateDelta(decoding: Secret(copying: [1, 2, 3])) }
    }

    /// Two copies of one state: the second one's next step has a number that was used, which the store sees.
    @Test func copiesAreTold() throws {
        let anna = try Client.founder("anna")
        var copy = try Group.restore(anna.store, configuration)
        let (_, first) = try anna.group.encrypt([1])
        let (_, second) = try copy.encrypt([2])
        #expect(first.revision == second.revision)
    }

    @Test func olderStatesAreRefused() throws {
        let anna = try Client.founder("anna")
        let (old, revision) = (anna.store, anna.revision)
        _ = try anna.send("one")
        #expect(throws: MLSError(.badState, "", "a state older than what was stored before")) {
            _ = try Group.restore(old, minimumRevision: anna.revision, configuration)
        }
        _ = try Group.restore(old, minimumRevision: revision, configuration)
        #expect(throws: MLSError.self) { _ = try Group.restore([:], configuration) }
    }

    /// Every part that is missing or changed is an error, not another state.
    @Test func mangledStatesAreRefusedOrHarmless() throws {
        let clients = try party(["anna", "ben", "cleo"])
        let store = clients[1].store
        for key in store.keys where key[0] <= 2 {
            var less = store
            less[key] = nil
            #expect(throws: MLSError.self, "without \(key)") { _ = try Group.restore(less, configuration) }
            var other = store
            other[key] = store[key]?.withBytes { Secret(copying: $0.dropLast()) }
            #expect(throws: MLSError.self, "a shorter \(key)") { _ = try Group.restore(other, configuration) }
        }
        var more = store
        more[[99]] = Secret(copying: [])
        #expect(throws: MLSError.self) { _ = try Group.restore(more, configuration) }
    }

    /// Forward secrecy: what was stored after a message was read does not open it (section 9.2).
    @Test func usedKeysAreGone() throws {
        let clients = try party(["anna", "ben"])
        let messages = try (0..<4).map { try clients[0].send("\($0)") }
        for place in [2, 0] { _ = try clients[1].read(messages[place]) }
        var thief = try Group.restore(clients[1].store, configuration)
        for place in [0, 2] {
            #expect(throws: MLSError.self) { try thief.process(messages[place]) }
        }
        for place in [1, 3] { _ = try thief.process(messages[place]) }

        // Nor does what the sender stored.
        var sender = try Group.restore(clients[0].store, configuration)
        for message in messages { #expect(throws: MLSError.self) { try sender.process(message) } }
    }

    /// No secret of an epoch that is over and forgotten is left anywhere.
    @Test func earlierEpochsAreGone() throws {
        var configuration = configuration
        configuration.limits.pastEpochs = 0
        configuration.limits.resumptionEpochs = 0
        let anna = try Client.founder("anna", configuration: configuration)
        let ben = try bundle("ben")
        _ = try anna.commit(CommitContent([.add(ben.keyPackage)]))
        let client = try Client.joining(ben, "ben", anna.merge().welcome, configuration)
        _ = try anna.read(client.send("hello"))
        let before = anna.store
        let commit = try anna.commit()
        try client.receive(commit)
        try anna.merge()
        // What stays are public nodes of the tree.
        let left = Set(anna.store.keys).filter { key in before[key].map { anna.store[key] == $0 } ?? false }
        #expect(left.allSatisfy { $0[0] == 2 })
        #expect(Set(anna.store.keys.map { $0[0] }) == [0, 1, 2, 3, 6])
    }

    /// Post-compromise security: who has stolen everything can't follow once the victim commits.
    @Test func thievesAreLockedOut() throws {
        let clients = try party(["anna", "ben", "cleo"])
        var thief = try Group.restore(clients[1].store, configuration)
        let first = try clients[0].commit()
        _ = try thief.process(first)
        for client in clients.dropFirst() { try client.receive(first) }
        try clients[0].merge()
        #expect(thief.epochAuthenticator == clients[1].group.epochAuthenticator)

        let healing = try clients[1].commit()
        #expect(throws: MLSError.self) { try thief.process(healing) }
        for client in [clients[0], clients[2]] { try client.receive(healing) }
        try clients[1].merge()
        let next = try clients[0].commit()
        #expect(throws: MLSError.self) { try thief.process(next) }
        let message = try clients[0].send("not for thieves")
        #expect(throws: MLSError.self) { try thief.process(message) }
    }
}
