import SecrMLS
import Testing

/// Messages that are lost, late, twice there or too far ahead.
@Suite struct MessageTests {
    private func code(_ body: () throws -> Void) -> MLSError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? MLSError)?.code
        }
    }

    @Test func orderDoesNotMatter() throws {
        let clients = try party(["anna", "ben"])
        let messages = try (0..<40).map { try clients[0].send("\($0)") }
        var generator = SystemRandomNumberGenerator()
        for (number, message) in messages.enumerated().shuffled(using: &generator) {
            #expect(try clients[1].read(message) == "\(number)")
            #expect(code { _ = try clients[1].read(message) } == .keyGone)
        }
        #expect(clients[1].isStored)
    }

    @Test func lostMessagesAreForgotten() throws {
        var configuration = GroupConfiguration(rules: TrustingRules())
        configuration.limits.skippedKeys = 5
        configuration.limits.forwardRatchetSteps = 20
        let anna = try Client.founder("anna")
        let ben = try bundle("ben")
        _ = try anna.commit(CommitContent([.add(ben.keyPackage)]))
        let client = try Client.joining(ben, "ben", anna.merge().welcome, configuration)
        let messages = try (0..<60).map { try anna.send("\($0)") }
        #expect(code { try client.receive(messages[30]) } == .limit)
        #expect(try client.read(messages[10]) == "10")
        #expect(code { try client.receive(messages[4]) } == .keyGone)
        #expect(try client.read(messages[5]) == "5")
        #expect(try client.read(messages[31]) == "31")
        #expect(client.isStored)
    }

    @Test func lateMessagesAreReadForSomeEpochs() throws {
        let clients = try party(["anna", "ben"])
        let early = try (0..<3).map { try clients[0].send("early \($0)") }
        for epoch in 0..<3 {
            let commit = try clients[1].commit()
            try clients[0].receive(commit)
            try clients[1].merge()
            try clients[1].restart()
            if epoch < 2 { #expect(try clients[1].read(early[epoch]) == "early \(epoch)") }
            #expect(clients[1].isStored)
        }
        #expect(code { try clients[1].receive(early[2]) } == .wrongEpoch)
        // Nor are proposals of before.
        let proposal = try clients[0].proposeUpdate()
        try clients[1].receive(proposal)
        let commit = try clients[1].commit()
        let late = try clients[0].propose(.remove(clients[1].group.ownIndex))
        try clients[0].receive(commit)
        try clients[1].merge()
        #expect(code { try clients[1].receive(late) } == .wrongEpoch)
    }

    @Test(arguments: [GroupConfiguration.HandshakeFormat.privateMessage, .publicMessage])
    func lengthsAreHidden(format: GroupConfiguration.HandshakeFormat) throws {
        var configuration = GroupConfiguration(rules: TrustingRules())
        configuration.paddingBlock = 256
        configuration.handshakeFormat = format
        let anna = try Client.founder("anna", configuration: configuration)
        let ben = try bundle("ben")
        _ = try anna.commit(CommitContent([.add(ben.keyPackage)]))
        let client = try Client.joining(ben, "ben", anna.merge().welcome, configuration)
        let messages = try ["a", "ab", "a longer message"].map { try anna.send($0) }
        #expect(Set(messages.map(\.count)).count == 1)
        #expect(try messages.map { try client.read($0) } == ["a", "ab", "a longer message"])
        let commit = try anna.commit()
        guard case .commit = try client.receive(commit) else { Issue.record("no commit"); return }
    }

    @Test func whatIsReadableIsAuthenticToo() throws {
        let clients = try party(["anna", "ben"])
        let (message, delta) = try clients[0].group.encrypt([1, 2], authenticatedData: Array("for the relay".utf8))
        clients[0].store(delta)
        let bytes = message.bytes
        let place = try #require(bytes.firstIndex(of: UInt8(ascii: "f")))
        var changed = bytes
        changed[place] ^= 1
        #expect(code { try clients[1].receive(changed) } != nil)
        guard case .application(let received) = try clients[1].receive(bytes) else { Issue.record("lost"); return }
        #expect(received.authenticatedData == Array("for the relay".utf8))
        #expect(received.sender == clients[0].group.ownIndex && received.generation == 0)
    }

    @Test func ownMessagesAreKnown() throws {
        let clients = try party(["anna", "ben"])
        let message = try clients[0].send("to myself")
        #expect(code { try clients[0].receive(message) } == .ownMessage)
        let commit = try clients[0].commit()
        clients[0].store(try clients[0].group.clearPendingCommit())
        #expect(code { try clients[0].receive(commit) } == .ownMessage)
        #expect(code { try clients[0].merge() } == .notNow)
    }

    /// Two commit at once; the one that counts is followed, and the other one's state is as if it had not tried.
    @Test func oneOfTwoCommitsCounts() throws {
        let clients = try party(["anna", "ben", "cleo"])
        let (won, lost) = (try clients[0].commit(), try clients[1].commit())
        #expect(code { _ = try clients[1].commit() } == .notNow)
        #expect(clients[1].group.hasPendingCommit == true)
        try clients[1].restart()
        try clients[1].receive(won)
        #expect(clients[1].group.hasPendingCommit == false)
        try clients[2].receive(won)
        let own = try clients[0].receive(won)
        #expect(own.isOwnCommit)
        #expect(code { try clients[2].receive(lost) } == .wrongEpoch)
        #expect(Set(clients.map { $0.group.epochAuthenticator }).count == 1)
    }

    @Test func groupsAreNotMistakenForOthers() throws {
        let (one, other) = (try party(["anna", "ben"]), try party(["anna", "ben"]))
        let message = try one[0].send("for one")
        #expect(code { try other[1].receive(message) } == .wrongGroup)
        #expect(code { try other[1].receive(other[0].group.groupInfo().bytes) } == .unsupported)
        #expect(code { try other[1].receive([]) } == .malformed)
    }

    @Test func exportedSecretsAreTheGroups() throws {
        let clients = try party(["anna", "ben"])
        func secret(_ client: Client, _ label: String, _ context: [UInt8] = []) throws -> Secret {
            try client.group.exportSecret(label: label, context: context, count: 32)
        }
        #expect(try secret(clients[0], "box") == secret(clients[1], "box"))
        #expect(try secret(clients[0], "box") != secret(clients[1], "call"))
        #expect(try secret(clients[0], "box") != secret(clients[1], "box", [1]))
        #expect(code { _ = try clients[0].group.exportSecret(label: "box", count: 255 * 32 + 1) } == .limit)
        #expect("\(try secret(clients[0], "box"))" == "a secret")
    }
}
