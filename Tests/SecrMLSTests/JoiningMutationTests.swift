import SecrMLS
import SecrTestSupport
import Testing

private let trusting = GroupConfiguration(rules: TrustingRules())

/// What is read by who is no member yet.
extension MLSFuzzTests {
    @Test(arguments: suites) func welcomes(suite: CipherSuite) throws {
        let inviter = try Inviter(suite)
        let messages = try (0..<2).map { _ in MLSMessage.welcome(try inviter.message()).bytes }
        func joins(_ bytes: [UInt8]) -> Bool { (try? Group.join(bytes, with: inviter.guest, trusting)) != nil }
        for cut in Seeded.cuts(of: messages[0].count) { #expect(!joins(Array(messages[0].prefix(cut)))) }
        var effort = Effort("invitations of suite \(suite.rawValue)")
        while effort.next() {
            let bytes = effort.random.mutated(messages[effort.random.below(2)], messages)
            #expect(!joins(bytes) || messages.contains(bytes), "joined by what was changed, with seed \(effort.seed)")
        }
        #expect(messages.allSatisfy(joins))
    }

    /// Invitations whose encrypted parts are of no form, or lie about the tree.
    @Test(arguments: suites) func welcomesOfInviters(suite: CipherSuite) throws {
        let honest = try Inviter(suite)
        let (tree, path) = try honest.honestTree()
        let pathSecret = try #require(path.pathSecrets.last?.secret)
        var other = tree
        other.set(.leaf(try bundle("dora", suite).keyPackage.leafNode), at: 6)
        let trees = [tree.encoded, other.encoded]
        var (effort, joined) = (Effort("inviters of suite \(suite.rawValue)"), 0)
        while effort.next() {
            var inviter = honest
            let original = effort.random
            switch effort.random.below(3) {
            case 0:
                inviter.secretBytes = { bytes in
                    var random = original
                    bytes = random.mutated(bytes, [bytes])
                }
            case 1:
                inviter.infoBytes = { bytes in
                    var random = original
                    bytes = random.mutated(bytes, [bytes])
                }
            default:
                // The hash and all signatures over it are right; only what the tree says is not.
                let bytes = effort.random.mutated(trees[effort.random.below(2)], trees)
                inviter.info = { $0.extensions[.ratchetTree] = bytes }
                if var changed = try? RatchetTree(decoding: bytes), changed.width <= 64 {
                    let hash = changed.rootHash(honest.algorithms)
                    inviter.context = { $0.treeHash = hash }
                }
                inviter.secrets = { $0.pathSecret = effort.iterations % 2 == 0 ? pathSecret : nil }
            }
            _ = effort.random.next()
            if try inviter.refusal() == nil { joined += 1 }
        }
        #expect(joined < effort.iterations)
        #expect(try honest.refusal() == nil)
    }

    @Test(arguments: suites) func groupInfos(suite: CipherSuite) throws {
        let stage = try Stage(suite)
        let joiner = try bundle("eve", suite)
        let infos = [
            try stage.attacker.group.groupInfo(allowsJoining: true).bytes,
            try stage.attacker.group.groupInfo(allowsJoining: true, withTree: false).bytes,
        ]
        let tree = stage.attacker.group.ratchetTree
        func joins(_ bytes: [UInt8], tree: [UInt8]? = tree) -> Bool {
            guard let message = try? MLSMessage(bytes) else { return false }
            return (try? Group.joinExternally(message, as: joiner, tree: tree, trusting)) != nil
        }
        for cut in Seeded.cuts(of: infos[0].count) { #expect(!joins(Array(infos[0].prefix(cut)))) }
        var effort = Effort("group infos of suite \(suite.rawValue)")
        while effort.next() {
            let bytes = effort.random.mutated(infos[effort.random.below(2)], infos)
            #expect(!joins(bytes) || infos.contains(bytes), "joined by what was changed, with seed \(effort.seed)")
            let changed = effort.random.mutated(tree, [infos[0], tree])
            #expect(!joins(infos[1], tree: changed) || changed == tree)
        }
        #expect(infos.allSatisfy { joins($0) })
    }

    /// Trees: what is read and written again is the same, and checking never fails to end.
    @Test(arguments: suites) func trees(suite: CipherSuite) throws {
        let algorithms = try CipherSuites().algorithms(of: suite)
        let trees = [try Stage(suite).victim.group.ratchetTree, try Inviter(suite).honestTree().0.encoded]
        for tree in trees {
            for cut in Seeded.cuts(of: tree.count) {
                #expect(throws: MLSError.self) { try RatchetTree(decoding: Array(tree.prefix(cut))) }
            }
        }
        var (effort, read) = (Effort("trees of suite \(suite.rawValue)"), 0)
        while effort.next() {
            let bytes = effort.random.mutated(trees[effort.random.below(2)], trees)
            guard var tree = try? RatchetTree(decoding: bytes) else { continue }
            read += 1
            #expect(tree.encoded == bytes)
            _ = tree.rootHash(algorithms)
            try? tree.verifyParentHashes(algorithms)
            for (index, _) in tree.members {
                _ = tree.filteredDirectPath(of: index)
                _ = tree.makeRoom()
                tree.remove(index)
            }
        }
        #expect(read > 0)
    }

    @Test(arguments: suites) func keyPackages(suite: CipherSuite) throws {
        let stage = try Stage(suite)
        let packages = [try bundle("eve", suite), try bundle("frank", suite)].map {
            MLSMessage.keyPackage($0.keyPackage).bytes
        }
        func adds(_ bytes: [UInt8]) throws -> Bool {
            guard case .keyPackage(let keyPackage) = try? MLSMessage(bytes) else { return false }
            #expect(MLSMessage.keyPackage(keyPackage).bytes == bytes)
            do { _ = try stage.victim.group.commit(CommitContent([.add(keyPackage)]), at: now) } catch { return false }
            _ = try stage.victim.group.clearPendingCommit()
            return true
        }
        for cut in Seeded.cuts(of: packages[0].count) { #expect(try !adds(Array(packages[0].prefix(cut)))) }
        var effort = Effort("key packages of suite \(suite.rawValue)")
        while effort.next() {
            let bytes = effort.random.mutated(packages[effort.random.below(2)], packages)
            #expect(try !adds(bytes) || packages.contains(bytes), "added though it was changed")
        }
        for package in packages { #expect(try adds(package)) }
    }

    @Test(arguments: suites) func bundles(suite: CipherSuite) throws {
        let inviter = try Inviter(suite)
        let message = MLSMessage.welcome(try inviter.message()).bytes
        let stored = [inviter.guest.encoded, inviter.friend.encoded].map { $0.withBytes { Array($0) } }
        for cut in Seeded.cuts(of: stored[0].count) {
            #expect(throws: MLSError.self) {
                try KeyPackageBundle(decoding: Secret(copying: Array(stored[0].prefix(cut))))
            }
        }
        var effort = Effort("key package bundles of suite \(suite.rawValue)")
        while effort.next() {
            let bytes = effort.random.mutated(stored[0], stored)
            guard let bundle = try? KeyPackageBundle(decoding: Secret(copying: bytes)) else { continue }
            #expect(bundle.encoded == Secret(copying: bytes))
            _ = try? Group.join(message, with: bundle, trusting)
            guard let group = try? Group.create(founder: bundle, trusting) else { continue }
            try use(group)
        }
        let bundle = try KeyPackageBundle(decoding: inviter.guest.encoded)
        _ = try Group.join(message, with: bundle, trusting)
    }

    /// Everything that a member does, with a state that may be damaged.
    func use(_ group: consuming Group, _ messages: [[UInt8]] = []) throws {
        var group = group
        for message in messages { _ = try? group.process(message) }
        _ = try? group.encrypt([1])
        _ = try? group.proposeUpdate()
        _ = try? group.clearPendingCommit()
        _ = try? group.commit(at: now)
        _ = try? group.mergePendingCommit()
        _ = try? group.commit(CommitContent([.add(try bundle("zoe", group.suite).keyPackage)]), at: now)
        _ = try? group.mergePendingCommit()
        _ = try? group.groupInfo(allowsJoining: true)
        _ = try? group.exportSecret(label: "test", count: 32)
        _ = group.records()
        _ = group.members
    }
}
