/// Hashes over the tree (RFC 9420, section 7.8).
extension RatchetTree {
    package mutating func rootHash(_ algorithms: SuiteAlgorithms) -> [UInt8] { hash(of: root, algorithms) }

    package mutating func hash(of node: Int, _ algorithms: SuiteAlgorithms) -> [UInt8] {
        if let known = hashes[node] { return known }
        let hash: [UInt8]
        if TreeMath.level(node) == 0 {
            hash = algorithms.treeHash(of: leaf(LeafIndex(node / 2)), at: LeafIndex(node / 2))
        } else {
            let left = self.hash(of: TreeMath.left(node), algorithms)
            let right = self.hash(of: TreeMath.right(node), algorithms)
            hash = algorithms.treeHash(of: parent(node), left: left, right: right)
        }
        hashes[node] = hash
        return hash
    }

    /// The hash as it would be without some members (section 7.9, `original_sibling_tree_hash`).
    mutating func hash(
        of node: Int, without leaves: ArraySlice<LeafIndex>, _ algorithms: SuiteAlgorithms
    ) -> [UInt8] {
        let below = TreeMath.subtree(node)
        let leaves = leaves.drop { $0.node < below.lowerBound }.prefix { $0.node <= below.upperBound }
        if leaves.isEmpty { return hash(of: node, algorithms) }
        guard TreeMath.level(node) > 0 else { return algorithms.treeHash(of: nil, at: LeafIndex(node / 2)) }
        let left = hash(of: TreeMath.left(node), without: leaves, algorithms)
        let right = hash(of: TreeMath.right(node), without: leaves, algorithms)
        var parent = parent(node)
        parent?.unmergedLeaves.removeAll(where: leaves.contains)
        return algorithms.treeHash(of: parent, left: left, right: right)
    }

    /// Checks that all nodes above the leaves were put there by members below them, as who joins has to
    /// (section 7.9.2).
    package mutating func verifyParentHashes(_ algorithms: SuiteAlgorithms) throws(MLSError) {
        for node in stride(from: 1, to: boxes.count, by: 2) {
            guard let parent = parent(node) else { continue }
            let (left, right) = (TreeMath.left(node), TreeMath.right(node))
            let count =
                descendants(that: parent, at: node, wasSetWithOneBelow: left, besides: right, algorithms)
                + descendants(that: parent, at: node, wasSetWithOneBelow: right, besides: left, algorithms)
            try require(count == 1, "7.9.2", "a node that no member below it put there")
        }
    }

    /// How many nodes below `child` have a parent hash that is valid with respect to `parent`.
    private mutating func descendants(
        that parent: ParentNode, at node: Int, wasSetWithOneBelow child: Int, besides sibling: Int,
        _ algorithms: SuiteAlgorithms
    ) -> Int {
        let below = TreeMath.subtree(child)
        let unmerged = parent.unmergedLeaves.map(\.node).filter(below.contains)
        // The resolution of the child is the node that is looked for, and who was added since.
        let resolution = resolution(of: child)
        guard resolution.count == unmerged.count + 1 else { return 0 }
        let others = Set(unmerged)
        let candidates = resolution.filter { !others.contains($0) }
        guard candidates.count == 1 else { return 0 }
        let siblingHash = hash(of: sibling, without: parent.unmergedLeaves[...], algorithms)
        return self[candidates[0]]?.parentHash == algorithms.parentHash(of: parent, siblingHash: siblingHash) ? 1 : 0
    }
}

extension RatchetTree.Node {
    /// `nil` for leaves that no commit brought.
    fileprivate var parentHash: [UInt8]? {
        switch self {
        case .parent(let node): node.parentHash
        case .leaf(let node): if case .commit(let parentHash) = node.source { parentHash } else { nil }
        }
    }
}

extension SuiteAlgorithms {
    /// Of a `LeafNodeHashInput`.
    fileprivate func treeHash(of leaf: LeafNode?, at index: LeafIndex) -> [UInt8] {
        var input = WireWriter()
        input.uint8(1)
        input.value(index)
        input.optional(leaf)
        return hash.hash(input.bytes)
    }

    /// Of a `ParentNodeHashInput`.
    fileprivate func treeHash(of parent: ParentNode?, left: [UInt8], right: [UInt8]) -> [UInt8] {
        var input = WireWriter()
        input.uint8(2)
        input.optional(parent)
        input.opaque(left)
        input.opaque(right)
        return hash.hash(input.bytes)
    }

    /// Of a `ParentHashInput` (section 7.9).
    func parentHash(of parent: ParentNode, siblingHash: [UInt8]) -> [UInt8] {
        var input = WireWriter()
        input.opaque(parent.encryptionKey)
        input.opaque(parent.parentHash)
        input.opaque(siblingHash)
        return hash.hash(input.bytes)
    }
}
