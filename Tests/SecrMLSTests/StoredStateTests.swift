import SecrMLS
import SecrTestSupport
import Testing

/// Stored state that was damaged, mixed up or put back.
extension MLSFuzzTests {
    /// A member with a record of every kind.
    private func member(_ suite: CipherSuite) throws -> (client: Client, messages: [[UInt8]]) {
        let stage = try Stage(suite)
        let late = try stage.attacker.send("late")
        let turn = try stage.friend.commit()
        for client in [stage.victim, stage.attacker, stage.fourth] { try client.receive(turn) }
        try stage.friend.merge()
        let messages = [try stage.attacker.send("one"), try stage.attacker.send("two"), try stage.friend.send("three")]
        try stage.victim.receive(messages[1])
        _ = try stage.victim.proposeUpdate()
        try stage.victim.receive(try stage.attacker.propose(.remove(stage.friend.group.ownIndex)))
        let commit = try stage.fourth.commit()
        _ = try stage.victim.commit(CommitContent([.add(try stage.keyPackage())]))
        return (stage.victim, [late, messages[0], messages[2], commit])
    }

    @Test(arguments: suites) func storedRecords(suite: CipherSuite) throws {
        let (client, messages) = try member(suite)
        let configuration = client.group.configuration
        let store = client.store
        let keys = store.keys.sorted { $0.lexicographicallyPrecedes($1) }
        #expect(Set(keys.map { $0[0] }) == Set(0...9), "not all kinds of records are there")
        let values = store.values.map { $0.withBytes { Array($0) } }
        // Each missing, each empty, each cut off.
        for key in keys {
            for count in [nil, 0] + Seeded.cuts(of: store[key]?.count ?? 0).filter({ $0 % 7 == 0 }) as [Int?] {
                var records = store
                records[key] = count.map { count in
                    Secret(copying: store[key]?.withBytes { Array($0.prefix(count)) } ?? [])
                }
                guard let group = try? Group.restore(records, configuration) else { continue }
                try use(group, messages)
            }
        }
        var effort = Effort("stored records of suite \(suite.rawValue)")
        while effort.next() {
            var records = store
            for _ in 0...effort.random.below(2) {
                let (key, other) = (keys[effort.random.below(keys.count)], keys[effort.random.below(keys.count)])
                switch effort.random.below(5) {
                case 0: records[key] = records[other]
                case 1: records[effort.random.mutated(key, keys)] = records[key]
                default:
                    let value = store[key]?.withBytes { Array($0) } ?? []
                    records[key] = Secret(copying: effort.random.mutated(value, values))
                }
            }
            guard let group = try? Group.restore(records, configuration) else { continue }
            try use(group, messages)
        }
        try client.restart(configuration)
        #expect(client.isStored)
    }

    @Test func storedDeltas() throws {
        let (client, _) = try member(.x25519AES128GCM)
        let deltas = [try client.group.encrypt([1]).delta, client.group.snapshot()].map {
            $0.encoded.withBytes { Array($0) }
        }
        for cut in Seeded.cuts(of: deltas[0].count) {
            #expect(throws: MLSError.self) { try StateDelta(decoding: Secret(copying: Array(deltas[0].prefix(cut)))) }
        }
        var effort = Effort("stored deltas")
        while effort.next() {
            let bytes = effort.random.mutated(deltas[effort.random.below(2)], deltas)
            guard let delta = try? StateDelta(decoding: Secret(copying: bytes)) else { continue }
            _ = delta.encoded
        }
    }
}

/// Damage that was once not found.
@Suite struct StoredStateTests {
    private func expectBad(
        _ client: Client, sourceLocation: SourceLocation = #_sourceLocation,
        _ change: (inout [[UInt8]: Secret]) throws -> Void
    ) throws {
        var records = client.store
        try change(&records)
        #expect(records != client.store, "nothing was changed", sourceLocation: sourceLocation)
        do {
            _ = try Group.restore(records, client.group.configuration)
            Issue.record("restored", sourceLocation: sourceLocation)
        } catch { #expect(error.code == .badState, "\(error)", sourceLocation: sourceLocation) }
    }

    private func member() throws -> Client {
        let stage = try Stage()
        try stage.victim.receive(stage.attacker.propose(.remove(LeafIndex(2))))
        let turn = try stage.friend.commit(CommitContent(includesWaiting: false))
        for client in [stage.victim, stage.attacker, stage.fourth] { try client.receive(turn) }
        try stage.friend.merge()
        _ = try stage.attacker.send("one")
        try stage.victim.receive(try stage.attacker.send("two"))
        try stage.victim.receive(stage.attacker.propose(.remove(LeafIndex(2))))
        return stage.victim
    }

    private func place(_ index: UInt32) -> [UInt8] { LeafIndex(rawValue: index).encoded }

    @Test func nothingIsFoundWhereRecordsDoNotFit() throws {
        let client = try member()
        try expectBad(client) { $0[[0]] = nil }
        try expectBad(client) { $0[[1]] = nil }
        // As often as can be: the next step has no number.
        try expectBad(client) { $0[[1]] = Secret(copying: [UInt8](repeating: 0xFF, count: 8)) }
        // A node is missing, or a leaf is where a blank parent was: the hash takes that for a blank one.
        for node in [0, 4] as [UInt32] { try expectBad(client) { $0[[2] + place(node)] = nil } }
        try expectBad(Stage().victim) { $0[[2] + place(5)] = $0[[2] + place(0)] }
        // This member outside of the tree: looking for its keys did not end.
        try expectBad(client) { records in
            var core = try #require(records[[0]]).withBytes { Array($0) }
            let secrets = Insider(client).state.secrets.encoded
            let at = try #require(core.indices.first { core[$0...].starts(with: secrets) }) + secrets.count
            core.replaceSubrange(at..<at + 4, with: place(77))
            records[[0]] = Secret(copying: core)
        }
        // A tree of three leaves, and one of more than there can be.
        for width in [3, 1 << 30] as [UInt32] {
            try expectBad(client) { records in
                let core = try #require(records[[0]]).withBytes { Array($0) }
                records[[0]] = Secret(copying: core.dropLast(4) + place(width))
            }
        }
        // An epoch that is over, of a tree without leaves: the same.
        try expectBad(client) { records in
            let key: [UInt8] = [5, 0, 0, 0, 0, 0, 0, 0, 1]
            var past = try #require(records[key]).withBytes { Array($0) }
            let keys = Insider(client).state.tree.members.map(\.leaf.signatureKey)
            let first = try #require(past.indices.first { past[$0...].starts(with: keys[0]) })
            // Before the first key are its length, that of all, in two bytes, and the width.
            past.replaceSubrange(first - 7..<first - 3, with: [0, 0, 0, 0])
            records[key] = Secret(copying: past)
        }
        // A key that was passed over, with a nonce that is too short to be used.
        try expectBad(client) { records in
            let key = try #require(records.keys.first { $0[0] == 4 && records[$0]?.count ?? 0 > 60 })
            var ratchet = try #require(records[key]).withBytes { Array($0) }
            ratchet.removeLast(13)
            ratchet.append(0)
            // The length of all that was passed over.
            ratchet[37] -= 12
            records[key] = Secret(copying: ratchet)
        }
        // Proposals under other numbers.
        try expectBad(client) { records in
            let key = try #require(records.keys.first { $0[0] == 7 })
            records[[7] + place(77)] = records[key]
        }
        #expect(throws: MLSError.self) {
            _ = try Group.restore(
                client.store, minimumRevision: client.group.revision + 1, client.group.configuration)
        }
    }

    /// Secrets that served have to be gone from what is stored (section 9.2).
    @Test func whatServedIsNotStored() throws {
        let stage = try Stage()
        let before = stage.insider.state
        let place = SecretTree.Place(leaf: before.keys.index, isHandshake: false)
        let key = try before.secretTree.key(place, generation: 0, Limits(), before.algorithms).key
        func isStored(_ secret: Secret, by client: Client) -> Bool {
            let bytes = secret.withBytes { Array($0) }
            return client.store.values.contains { value in
                value.withBytes { value in
                    value.indices.contains { value[$0] == bytes[0] && value[$0...].starts(with: bytes) }
                }
            }
        }
        let root = try #require(before.secretTree.nodes[3])
        #expect(isStored(root, by: stage.victim))
        // The second message keeps the key of the first, until that comes.
        let messages = [try stage.attacker.send("one"), try stage.attacker.send("two")]
        try stage.victim.receive(messages[1])
        #expect(!isStored(root, by: stage.victim) && isStored(key.key, by: stage.victim))
        try stage.victim.receive(messages[0])
        #expect(!isStored(key.key, by: stage.victim) && !isStored(key.nonce, by: stage.victim))
        #expect(!isStored(key.key, by: stage.attacker))

        // An epoch later: the secrets of which the last one was made, and the leaf's old key.
        let victim = Insider(stage.victim).state
        let leafKey = try #require(victim.keys.keys[0])
        #expect(isStored(victim.secrets.initial, by: stage.victim) && isStored(leafKey, by: stage.victim))
        _ = try stage.victim.commit()
        let pending = try #require(stage.victim.store[[9]])
        try stage.victim.merge()
        #expect(pending.count > 0 && stage.victim.store[[9]] == nil)
        for secret in [
            victim.secrets.initial, victim.secrets.exporter, victim.secrets.external, victim.secrets.confirmation,
            victim.secrets.membership, victim.secrets.authenticator, leafKey,
        ] { #expect(!isStored(secret, by: stage.victim)) }
        for node in [1, 3] { #expect(victim.keys.keys[node].map { !isStored($0, by: stage.victim) } ?? true) }

        // An Update that was not committed.
        let update = try stage.victim.proposeUpdate()
        #expect(!update.isEmpty && stage.victim.store.keys.contains { $0[0] == 8 })
        _ = try stage.victim.commit(CommitContent(includesWaiting: false))
        try stage.victim.merge()
        #expect(!stage.victim.store.keys.contains { $0[0] == 7 || $0[0] == 8 })
    }
}
