import SecrMLS
import Testing

/// Invitations that break one rule each (sections 7.9.2 and 12.4.3.1).
@Suite struct InviterTests {
    static let messages: [Lie] = [
        Lie("another suite in the open", .invalid, "12.4.3.1") { $0.welcome = { $0.suite = .p256AES128GCM } },
        Lie("another suite in the group", .invalid, "12.4.3.1") { $0.context = { $0.suite = .p256AES128GCM } },
        Lie("another version", .unsupported, "12.4.3") { $0.context = { $0.version = ProtocolVersion(rawValue: 2) } },
        Lie("the last epoch there can be", .limit, "8.1") { $0.context = { $0.epoch = .max } },
        Lie("another key package", .invalid, "12.4.3.1") { $0.welcome = { $0.secrets[0].newMember[0] ^= 1 } },
        Lie("for nobody", .invalid, "12.4.3.1") { $0.welcome = { $0.secrets = [] } },
        Lie("secrets that can't be decrypted", .notAuthentic, "5.1.3") {
            $0.welcome = { $0.secrets[0].secrets.ciphertext[0] ^= 1 }
        },
        Lie("secrets under a point of low order", .notAuthentic, "5.1.3") {
            $0.welcome = { $0.secrets[0].secrets.kemOutput = [UInt8](repeating: 0, count: 32) }
        },
        Lie("a group info that belongs to another invitation", .notAuthentic, "5.1.3") {
            $0.welcome = { $0.encryptedGroupInfo[0] ^= 1 }
        },
        Lie("another joiner secret", .notAuthentic, "6.3") { $0.secrets = { $0.joinerSecret = Secret(random: 32) } },
        Lie("a tree of another hash", .invalid, "12.4.3.1") { $0.context = { $0.treeHash[0] ^= 1 } },
        Lie("no tree", .invalid, "12.4.3.3") { $0.info = { $0.extensions[.ratchetTree] = nil } },
        Lie("another signer", .notAuthentic, "12.4.3") { $0.info = { $0.signer = LeafIndex(1) } },
        Lie("nobody as the signer", .invalid, "12.4.3.1") { $0.info = { $0.signer = LeafIndex(3) } },
        Lie("a signer far outside of the tree", .invalid, "12.4.3.1") {
            $0.info = { $0.signer = LeafIndex(rawValue: .max) }
        },
        Lie("another's signature", .notAuthentic, "12.4.3") { $0.signatureKey = $0.friend.signatureKey },
        Lie("something added after it was signed", .notAuthentic, "12.4.3") {
            $0.signedInfo = { $0.extensions[ExtensionType(rawValue: 0xF0F0)] = [] }
        },
        Lie("another confirmation tag", .notAuthentic, "12.4.3.1") { $0.info = { $0.confirmationTag[0] ^= 1 } },
        Lie("no confirmation tag", .notAuthentic, "12.4.3.1") { $0.info = { $0.confirmationTag = [] } },
        Lie("another path secret", .pathFailed, "7.5") { $0.secrets = { $0.pathSecret = Secret(random: 32) } },
        Lie("an empty path secret", .pathFailed, "7.5") {
            $0.secrets = { $0.pathSecret = Secret(copying: [UInt8]()) }
        },
        Lie("an extension that members do not know", .invalid, "13.4") {
            $0.extensions[ExtensionType(rawValue: 0xF0F0)] = []
        },
        Lie("a required capability that nobody has", .invalid, "7.3") {
            $0.extensions.setRequiredCapabilities(RequiredCapabilities(proposals: [ProposalType(rawValue: 0xF0F0)]))
        },
        Lie("a sender outside whom the application refuses", .refused, "5.3.1") {
            $0.extensions.setExternalSenders([
                ExternalSender(signatureKey: [1], credential: .basic(identity: Array("mallory".utf8)))
            ])
        },
    ]

    @Test(arguments: messages) func invitations(_ lie: Lie) throws { try lie.run() }

    private static func leaf(_ flaw: Flaw) -> Lie {
        Lie(flaw.name, flaw.code, flaw.clause) { inviter in
            let friend = inviter.friend
            let (algorithms, other) = (inviter.algorithms, inviter.inviter)
            let stage = try Stage()
            inviter.tree = { tree in
                var leaf = friend.keyPackage.leafNode
                var key = try flaw.change(&leaf, stage)
                if key != nil { key = other.signatureKey }
                if leaf.signatureKey != friend.keyPackage.leafNode.signatureKey {
                    leaf.signatureKey = other.keyPackage.leafNode.signatureKey
                }
                try leaf.sign(with: key ?? friend.signatureKey, at: nil, algorithms)
                tree.set(.leaf(leaf), at: 2)
            }
            // The secret above can't be told to a key to which nothing can be encrypted.
            if flaw.name.contains("key") && flaw.name != "another's signature key" {
                inviter.secrets = { $0.pathSecret = nil }
            }
        }
    }

    /// Leaves that stood there before: those with keys to which paths can be encrypted.
    static let flaws = (Flaw.alone + Flaw.together).filter {
        !$0.name.contains("key") || $0.name == "another's signature key"
    }

    @Test(arguments: flaws) func membersOfBefore(_ flaw: Flaw) throws { try Self.leaf(flaw).run() }

    @Test(arguments: Flaw.alone.filter { $0.name.contains("key") }) func keysOfMembersOfBefore(_ flaw: Flaw) throws {
        let lie = Lie(flaw.name, flaw.code, flaw.clause) { inviter in
            let (friend, algorithms, stage) = (inviter.friend, inviter.algorithms, try Stage())
            // Nobody has made a path yet.
            inviter.finalTree = { tree in
                for node in [0, 1, 3] { tree.set(nil, at: node) }
                tree.set(.leaf(try Inviter().inviter.keyPackage.leafNode), at: 0)
                var leaf = friend.keyPackage.leafNode
                _ = try flaw.change(&leaf, stage)
                try leaf.sign(with: friend.signatureKey, at: nil, algorithms)
                tree.set(.leaf(leaf), at: 2)
            }
            inviter.info = { $0.signer = LeafIndex(1) }
            inviter.signatureKey = friend.signatureKey
            inviter.secrets = { $0.pathSecret = nil }
        }
        try lie.run()
    }

    /// What is wrong with nodes above the leaves; the leaf of the inviter is signed again.
    private static func above(
        _ name: String, _ code: MLSError.Code, _ clause: String,
        _ change: @escaping @Sendable (inout RatchetTree, Inviter) throws -> Void
    ) -> Lie {
        Lie(name, code, clause) { inviter in
            let copy = inviter
            inviter.finalTree = { try change(&$0, copy) }
        }
    }

    private static func edit(
        _ tree: inout RatchetTree, _ node: Int, _ change: (inout ParentNode) throws -> Void
    ) throws {
        var parent = try #require(tree.parent(node))
        try change(&parent)
        tree.set(.parent(parent), at: node)
    }

    /// Hashes from the root down to the inviter's leaf, as its path would have made them.
    private static func chain(_ tree: inout RatchetTree, _ inviter: Inviter) throws {
        var hash: [UInt8] = []
        for (node, sibling) in [(3, 5), (1, 2)] {
            try edit(&tree, node) { $0.parentHash = hash }
            var input = WireWriter()
            input.opaque(try #require(tree.parent(node)).encryptionKey)
            input.opaque(hash)
            // Who was added since was not there when the hash was made.
            var before = tree
            for leaf in try #require(tree.parent(node)).unmergedLeaves where leaf.node < tree.boxes.count {
                before.set(nil, at: leaf.node)
            }
            input.opaque(before.hash(of: sibling, inviter.algorithms))
            hash = inviter.algorithms.hash.hash(input.bytes)
        }
        var leaf = try #require(tree.leaf(LeafIndex(0)))
        leaf.source = .commit(parentHash: hash)
        tree.set(.leaf(try inviter.signed(leaf, by: inviter.inviter, at: 0)), at: 0)
    }

    static let nodes: [Lie] = [
        above("a node that nobody put there", .invalid, "7.9.2") { tree, inviter in
            var parent = try #require(tree.parent(1))
            parent.encryptionKey = try inviter.algorithms.kem.generateKeyPair().publicKey
            tree.set(.parent(parent), at: 1)
        },
        above("another hash in a node", .invalid, "7.9.2") { tree, _ in
            try edit(&tree, 1) { $0.parentHash = [UInt8](repeating: 3, count: 32) }
        },
        above("another hash in a leaf", .invalid, "7.9.2") { tree, inviter in
            var leaf = try #require(tree.leaf(LeafIndex(0)))
            leaf.source = .commit(parentHash: [UInt8](repeating: 3, count: 32))
            tree.set(.leaf(try inviter.signed(leaf, by: inviter.inviter, at: 0)), at: 0)
        },
        above("a leaf that says it came by an Update below a node", .invalid, "7.9.2") { tree, inviter in
            var leaf = try #require(tree.leaf(LeafIndex(0)))
            leaf.source = .update
            tree.set(.leaf(try inviter.signed(leaf, by: inviter.inviter, at: 0)), at: 0)
        },
        above("a node of which only the inviter has the key", .invalid, "7.9.2") { tree, inviter in
            // A node above the guest that no leaf below it knows of.
            var parent = try #require(tree.parent(1))
            parent.encryptionKey = try inviter.algorithms.kem.generateKeyPair().publicKey
            tree.set(.parent(parent), at: 5)
        },
        above("a node with a key of zeros", .invalid, "7.1") { tree, inviter in
            try edit(&tree, 1) { $0.encryptionKey = [UInt8](repeating: 0, count: 32) }
            try chain(&tree, inviter)
        },
        above("a node without a key", .invalid, "7.1") { tree, inviter in
            try edit(&tree, 1) { $0.encryptionKey = [] }
            try chain(&tree, inviter)
        },
        above("two nodes with one key", .invalid, "7.3") { tree, inviter in
            let key = try #require(tree.parent(3)).encryptionKey
            try edit(&tree, 1) { $0.encryptionKey = key }
            try chain(&tree, inviter)
        },
        above("a node with the guest's key", .invalid, "7.3") { tree, inviter in
            let key = inviter.guest.keyPackage.leafNode.encryptionKey
            try edit(&tree, 1) { $0.encryptionKey = key }
            try chain(&tree, inviter)
        },
        above("an unmerged leaf that is blank", .invalid, "12.4.3.1") { tree, inviter in
            try edit(&tree, 3) { $0.unmergedLeaves = [LeafIndex(3)] }
            try chain(&tree, inviter)
        },
        above("an unmerged leaf outside of the tree", .invalid, "12.4.3.1") { tree, inviter in
            try edit(&tree, 3) { $0.unmergedLeaves = [LeafIndex(4), LeafIndex(rawValue: .max)] }
            try chain(&tree, inviter)
        },
        above("an unmerged leaf of another part", .invalid, "12.4.3.1") { tree, inviter in
            try edit(&tree, 1) { $0.unmergedLeaves = [LeafIndex(2)] }
            try chain(&tree, inviter)
        },
        above("a leaf that is unmerged above only", .invalid, "12.4.3.1") { tree, inviter in
            try edit(&tree, 3) { $0.unmergedLeaves = [LeafIndex(1)] }
            try chain(&tree, inviter)
        },
        above("unmerged leaves out of order", .malformed, "7.1") { tree, inviter in
            try edit(&tree, 3) { $0.unmergedLeaves = [LeafIndex(2), LeafIndex(1)] }
            try chain(&tree, inviter)
        },
        above("an unmerged leaf twice", .malformed, "7.1") { tree, inviter in
            try edit(&tree, 3) { $0.unmergedLeaves = [LeafIndex(2), LeafIndex(2)] }
            try chain(&tree, inviter)
        },
        above("a tree without the guest", .invalid, "12.4.3.1") { tree, inviter in
            tree.set(.leaf(try bundle("dora").keyPackage.leafNode), at: 4)
            try chain(&tree, inviter)
        },
        above("the guest with another leaf", .invalid, "12.4.3.1") { tree, inviter in
            var leaf = inviter.guest.keyPackage.leafNode
            leaf.encryptionKey = try inviter.algorithms.kem.generateKeyPair().publicKey
            try leaf.sign(with: inviter.guest.signatureKey, at: nil, inviter.algorithms)
            tree.set(.leaf(leaf), at: 4)
            try chain(&tree, inviter)
        },
        above("the guest's client twice", .invalid, "12.2") { tree, inviter in
            _ = tree.add(try bundle("anna").keyPackage.leafNode)
            try edit(&tree, 3) { $0.unmergedLeaves = [] }
            try chain(&tree, inviter)
        },
    ]

    @Test(arguments: nodes) func trees(_ lie: Lie) throws { try lie.run() }

    /// What the harness makes is right but for what a lie changes.
    @Test(arguments: [CipherSuite.x25519AES128GCM, .mlkem768X25519AES256GCM])
    func honestInvitationsOfTheHarnessAreTaken(suite: CipherSuite) throws {
        var inviter = try Inviter(suite)
        #expect(try inviter.refusal() == nil)
        #expect(try inviter.refusal(isMember: true)?.clause == "12.4.3")
        let copy = inviter
        inviter.finalTree = { try Self.chain(&$0, copy) }
        #expect(try inviter.refusal() == nil)
        // An unmerged leaf that really is one.
        inviter.finalTree = { tree in
            try Self.edit(&tree, 3) { $0.unmergedLeaves = [LeafIndex(2)] }
            try Self.chain(&tree, copy)
        }
        inviter.secrets = { $0.pathSecret = nil }
        #expect(try inviter.refusal() == nil)
        // A secret of no length is foolish, and harms nobody else.
        inviter.joinerSecret = Secret(copying: [UInt8]())
        #expect(try inviter.refusal() == nil)
    }
}
