import SecrMLS
import Testing

/// Paths of new keys: those that others made, and our own (RFC 9420, sections 7.4 to 7.6).
@Suite(.enabled(if: VectorFile.areThere, "SECR_VECTORS is not set")) struct TreeKEMVectorTests {
    struct Case: SuiteCase {
        struct PathSecret: Decodable {
            var node: Int
            var pathSecret: Hexadecimal
        }

        struct PrivateLeaf: Decodable {
            var index: UInt32
            var encryptionPriv, signaturePriv: Hexadecimal
            var pathSecrets: [PathSecret]
        }

        struct Update: Decodable {
            var sender: UInt32
            var updatePath, commitSecret, treeHashAfter: Hexadecimal
            /// By leaf; `null` for the sender and blank leaves.
            var pathSecrets: [Hexadecimal?]
        }

        var cipherSuite: UInt16
        var groupId, confirmedTranscriptHash, ratchetTree: Hexadecimal
        var epoch: UInt64
        var leavesPrivate: [PrivateLeaf]
        var updatePaths: [Update]

        func context(_ treeHash: [UInt8]) -> GroupContext {
            GroupContext(
                suite: CipherSuite(rawValue: cipherSuite), groupID: groupId.bytes, epoch: epoch, treeHash: treeHash,
                confirmedTranscriptHash: confirmedTranscriptHash.bytes, extensions: .none)
        }
    }

    @Test(.needs(.treeKEM)) func treeKEM() throws {
        try VectorFile.treeKEM.check { (one: Case, algorithms) in
            let tree = try RatchetTree(decoding: one.ratchetTree.bytes)
            var members: [LeafIndex: PrivateKeys] = [:]
            for leaf in one.leavesPrivate {
                members[LeafIndex(rawValue: leaf.index)] = try privateKeys(leaf, tree, algorithms)
            }
            try #require(members.keys.sorted() == tree.members.map(\.index))
            for update in one.updatePaths {
                try checkPublished(update, one, tree, members, algorithms)
                try checkOwn(update.sender, one, tree, members, algorithms)
            }
        }
    }

    /// A member's private keys, each of which belongs to the tree's public key.
    private func privateKeys(
        _ leaf: Case.PrivateLeaf, _ tree: RatchetTree, _ algorithms: SuiteAlgorithms
    ) throws -> PrivateKeys {
        let index = LeafIndex(rawValue: leaf.index)
        var keys = PrivateKeys(index: index, leafKey: leaf.encryptionPriv.privateKey(algorithms))
        for secret in leaf.pathSecrets {
            try #require(tree.directPath(of: index).contains(secret.node))
            keys.keys[secret.node] = try algorithms.nodeKeyPair(secret.pathSecret.secret).privateKey
        }
        try requireAgreement(keys, tree, algorithms)
        let signatureKey = try algorithms.signature.publicKey(of: leaf.signaturePriv.privateKey(algorithms))
        try #require(tree.leaf(index)?.signatureKey == signatureKey)
        return keys
    }

    private func requireAgreement(_ keys: PrivateKeys, _ tree: RatchetTree, _ algorithms: SuiteAlgorithms) throws {
        for (node, key) in keys.keys {
            try #require(try tree[node]?.encryptionKey == algorithms.kem.publicKey(of: key))
        }
    }

    /// The path of the file leads every other member to the published secrets, and the tree to the published hash.
    private func checkPublished(
        _ update: Case.Update, _ one: Case, _ tree: RatchetTree, _ members: [LeafIndex: PrivateKeys],
        _ algorithms: SuiteAlgorithms
    ) throws {
        let sender = LeafIndex(rawValue: update.sender)
        let path = try UpdatePath(decoding: update.updatePath.bytes)
        try #require(path.encoded == update.updatePath.bytes)
        let secrets = update.pathSecrets.enumerated().compactMap { index, secret in
            secret.map { (index: LeafIndex(index), secret: $0.secret) }
        }
        try #require(secrets.map(\.index) == members.keys.sorted().filter { $0 != sender })

        var merged = tree
        try merged.merge(path, of: sender, newMembers: [], algorithms)
        try merged.verifyParentHashes(algorithms)
        try path.leafNode.verifySignature(at: (one.groupId.bytes, sender), algorithms)
        try #require(merged.rootHash(algorithms) == update.treeHashAfter.bytes)
        let context = one.context(update.treeHashAfter.bytes).encoded
        for (index, pathSecret) in secrets {
            var keys = try #require(members[index])
            let commitSecret = try merged.open(
                path, of: sender, newMembers: [], keys: &keys, context: context, algorithms)
            try #require(commitSecret == update.commitSecret.secret)
            // The secret that was decrypted is gone; its key is at the lowest node above both.
            let lowest = TreeMath.commonAncestor(sender, index)
            try #require(try keys.keys[lowest] == algorithms.nodeKeyPair(pathSecret).privateKey)
            try requireAgreement(keys, merged, algorithms)
        }
    }

    /// A path that is made here leads every other member to what its maker has.
    private func checkOwn(
        _ sender: UInt32, _ one: Case, _ tree: RatchetTree, _ members: [LeafIndex: PrivateKeys],
        _ algorithms: SuiteAlgorithms
    ) throws {
        let sender = LeafIndex(rawValue: sender)
        let leaf = try #require(tree.leaf(sender))
        let signingKey = try #require(one.leavesPrivate.first { $0.index == sender.rawValue }).signaturePriv.privateKey(
            algorithms)
        var made = tree
        let path = try made.makePath(
            for: sender, leaf: leaf, groupID: one.groupId.bytes, signingKey: signingKey, newMembers: [], algorithms,
            context: one.context)
        try requireAgreement(path.privateKeys, made, algorithms)
        try made.verifyParentHashes(algorithms)
        let treeHash = made.rootHash(algorithms)

        let update = try UpdatePath(decoding: path.update.encoded)
        try update.leafNode.verifySignature(at: (one.groupId.bytes, sender), algorithms)
        var merged = tree
        try merged.merge(update, of: sender, newMembers: [], algorithms)
        try #require(merged.rootHash(algorithms) == treeHash && merged.encoded == made.encoded)
        for (index, member) in members where index != sender {
            var keys = member
            let commitSecret = try merged.open(
                update, of: sender, newMembers: [], keys: &keys, context: one.context(treeHash).encoded, algorithms)
            try #require(commitSecret == path.commitSecret)
            try requireAgreement(keys, merged, algorithms)
        }
    }
}
