/// The private keys that one member has of the tree.
package struct PrivateKeys: Sendable {
    package var index: LeafIndex
    /// By node: the member's leaf, and those of the nodes above it whose keys it was given.
    package var keys: [Int: Secret]

    package init(index: LeafIndex, leafKey: Secret) {
        self.index = index
        keys = [index.node: leafKey]
    }

    package init(index: LeafIndex, keys: [Int: Secret]) {
        self.index = index
        self.keys = keys
    }

    /// Forgets the keys of nodes that are blank, or no more.
    mutating func keepOnly(nodesOf tree: RatchetTree) {
        keys = keys.filter { $0.key < tree.boxes.count && tree[$0.key] != nil }
    }

    /// Takes the keys that follow from the secret of a node above, and of all nodes above that (section 7.5).
    ///
    /// - Returns: the commit secret.
    mutating func take(
        _ secret: Secret, along nodes: some Sequence<Int>, of tree: RatchetTree, _ algorithms: SuiteAlgorithms
    ) throws(MLSError) -> Secret {
        var secret = secret
        for node in nodes {
            let pair = try algorithms.nodeKeyPair(secret)
            try require(
                tree.parent(node)?.encryptionKey == pair.publicKey, .pathFailed, "7.5",
                "a path secret that belongs to another key")
            keys[node] = pair.privateKey
            secret = algorithms.derive(secret, "path")
        }
        return secret
    }
}

/// A path that was just made, with the secrets behind it.
package struct FreshPath {
    package var update: UpdatePath
    package var commitSecret: Secret
    package var privateKeys: PrivateKeys
    /// Of each node with a new key, upwards: what new members below it have to be told.
    package var pathSecrets: [(node: Int, secret: Secret)]
}

extension RatchetTree {
    /// Gives a member new keys, with all nodes above, and tells them to everybody who may know (section 7.5).
    ///
    /// - Parameters:
    ///   - leaf: all but its keys, parent hash and signature.
    ///   - newMembers: who are added by the same commit; they are told in their invitations.
    ///   - context: the group context for the hash of the tree with this path.
    package mutating func makePath(
        for index: LeafIndex, leaf: LeafNode, groupID: [UInt8], signingKey: Secret, newMembers: Set<LeafIndex>,
        _ algorithms: SuiteAlgorithms, context: (_ treeHash: [UInt8]) -> GroupContext
    ) throws(MLSError) -> FreshPath {
        let path = filteredDirectPath(of: index)
        var secret = Secret(random: algorithms.hash.size)
        var pathSecrets: [(node: Int, secret: Secret)] = []
        var pairs: [HPKEKeyPair] = []
        for (node, _) in path {
            pathSecrets.append((node, secret))
            pairs.append(try algorithms.nodeKeyPair(secret))
            secret = algorithms.derive(secret, "path")
        }
        let leafPair = try algorithms.kem.generateKeyPair()
        var leaf = leaf
        leaf.encryptionKey = leafPair.publicKey
        leaf.source = .commit(parentHash: setKeys(pairs.map(\.publicKey), along: path, above: index, algorithms))
        try leaf.sign(with: signingKey, at: (groupID, index), algorithms)
        set(.leaf(leaf), at: index.node)

        var keys = PrivateKeys(index: index, leafKey: leafPair.privateKey)
        let context = context(rootHash(algorithms)).encoded
        let sender = HPKESender(algorithms, label: "UpdatePathNode", context: context)
        var nodes: [UpdatePath.Node] = []
        for (step, (node, copath)) in path.enumerated() {
            keys.keys[node] = pairs[step].privateKey
            var encrypted: [HPKECiphertext] = []
            for receiver in receivers(below: copath, besides: newMembers) {
                guard let key = self[receiver]?.encryptionKey else { continue }
                encrypted.append(try sender.encrypt(pathSecrets[step].secret, to: key))
            }
            nodes.append(UpdatePath.Node(encryptionKey: pairs[step].publicKey, encryptedPathSecrets: encrypted))
        }
        return FreshPath(
            update: UpdatePath(leafNode: leaf, nodes: nodes), commitSecret: secret, privateKeys: keys,
            pathSecrets: pathSecrets)
    }

    /// The nodes to whose keys a path secret is encrypted (section 7.5).
    private func receivers(below copath: Int, besides newMembers: Set<LeafIndex>) -> [Int] {
        let resolution = resolution(of: copath)
        if newMembers.isEmpty { return resolution }
        return resolution.filter { $0 % 2 == 1 || !newMembers.contains(LeafIndex($0 / 2)) }
    }

    /// Brings another member's path into the tree (section 7.5); its leaf has been checked already.
    package mutating func merge(
        _ update: UpdatePath, of index: LeafIndex, newMembers: Set<LeafIndex>, _ algorithms: SuiteAlgorithms
    ) throws(MLSError) {
        let path = filteredDirectPath(of: index)
        try require(path.count == update.nodes.count, "7.6", "a path of another length than the tree's")
        for ((_, copath), node) in zip(path, update.nodes) {
            try require(
                node.encryptedPathSecrets.count == receivers(below: copath, besides: newMembers).count, "7.6",
                "a path secret for more or fewer than have to know it")
            try require(
                algorithms.kem.isValidPublicKey(node.encryptionKey), "7.6", "a key to which nothing can be encrypted")
        }
        let parentHash = setKeys(update.nodes.map(\.encryptionKey), along: path, above: index, algorithms)
        try require(
            update.leafNode.source == .commit(parentHash: parentHash), "7.9.2", "a leaf with another parent hash")
        set(.leaf(update.leafNode), at: index.node)
    }

    /// Finds the secrets of a path that was merged (section 7.5).
    ///
    /// - Returns: the commit secret.
    /// - Throws: `pathFailed` where the path does not lead to this member.
    package func open(
        _ update: UpdatePath, of index: LeafIndex, newMembers: Set<LeafIndex>, keys: inout PrivateKeys,
        context: [UInt8], _ algorithms: SuiteAlgorithms
    ) throws(MLSError) -> Secret {
        let path = filteredDirectPath(of: index)
        let own = keys.index.node
        guard let step = path.firstIndex(where: { TreeMath.subtree($0.copath).contains(own) }) else {
            throw MLSError(.pathFailed, "7.5", "a path that leads past this member")
        }
        let receivers = receivers(below: path[step].copath, besides: newMembers)
        guard let place = receivers.firstIndex(where: { keys.keys[$0] != nil }), let key = keys.keys[receivers[place]]
        else { throw MLSError(.pathFailed, "7.5", "a path that is encrypted to keys that this member does not have") }
        let secret: Secret
        do {
            secret = try algorithms.decrypt(
                update.nodes[step].encryptedPathSecrets[place], with: key, label: "UpdatePathNode", context: context)
        } catch {
            throw MLSError(.pathFailed, "7.5", "a path secret that this member can't decrypt")
        }
        // All nodes above are new: the keys of before are worth nothing now.
        let above = path[step...].map(\.node)
        keys.keepOnly(nodesOf: self)
        return try keys.take(secret, along: above, of: self, algorithms)
    }
}

extension SuiteAlgorithms {
    /// The keys of a node, from its path secret (section 7.4).
    package func nodeKeyPair(_ pathSecret: Secret) throws(MLSError) -> HPKEKeyPair {
        try kem.deriveKeyPair(derive(pathSecret, "node"))
    }
}
