import SecrMLS
import Testing

/// The shape of trees, what changes them, and what who joins checks of them (RFC 9420, sections 4, 7 and appendix C).
@Suite(.enabled(if: VectorFile.areThere, "SECR_VECTORS is not set")) struct TreeVectorTests {
    struct Shape: Decodable {
        var nLeaves, nNodes, root: Int
        var left, right, parent, sibling: [Int?]
    }

    @Test(.needs(.treeMath)) func treeMath() throws {
        let leaf = LeafNode(
            encryptionKey: [], signatureKey: [], credential: .basic(identity: []), capabilities: Capabilities(),
            source: .update, extensions: .none)
        try VectorFile.treeMath.check { (shape: Shape) in
            var tree = RatchetTree(leaf)
            for index in 1..<max(1, shape.nLeaves) { try #require(tree.add(leaf) == LeafIndex(index)) }
            try #require(tree.boxes.count == shape.nNodes)
            try #require(tree.root == shape.root && TreeMath.root(width: tree.width) == shape.root)
            let nodes = 0..<shape.nNodes
            try #require(shape.left == nodes.map { $0 % 2 == 0 ? nil : TreeMath.left($0) })
            try #require(shape.right == nodes.map { $0 % 2 == 0 ? nil : TreeMath.right($0) })
            try #require(shape.parent == nodes.map { $0 == shape.root ? nil : TreeMath.parent($0) })
            try #require(shape.sibling == nodes.map { $0 == shape.root ? nil : TreeMath.sibling($0) })
        }
    }

    struct Operation: SuiteCase {
        var cipherSuite: UInt16
        var treeBefore, proposal, treeHashBefore, treeAfter, treeHashAfter: Hexadecimal
        var proposalSender: UInt32
    }

    @Test(.needs(.treeOperations)) func treeOperations() throws {
        try VectorFile.treeOperations.check { (operation: Operation, algorithms) in
            var tree = try RatchetTree(decoding: operation.treeBefore.bytes)
            try #require(tree.encoded == operation.treeBefore.bytes)
            try #require(tree.rootHash(algorithms) == operation.treeHashBefore.bytes)
            switch try Proposal(decoding: operation.proposal.bytes) {
            case .add(let keyPackage): _ = tree.add(keyPackage.leafNode)
            case .update(let leaf): tree.update(LeafIndex(rawValue: operation.proposalSender), to: leaf)
            case .remove(let index): tree.remove(index)
            case let other: throw Unexpected(what: "a proposal of type \(other.type)")
            }
            try #require(tree.encoded == operation.treeAfter.bytes)
            // Twice: with the hashes that the tree kept, and with none.
            try #require(tree.rootHash(algorithms) == operation.treeHashAfter.bytes)
            var read = try RatchetTree(decoding: operation.treeAfter.bytes)
            try #require(read.rootHash(algorithms) == operation.treeHashAfter.bytes)
        }
    }

    struct Validation: SuiteCase {
        var cipherSuite: UInt16
        var tree, groupId: Hexadecimal
        var resolutions: [[Int]]
        var treeHashes: [Hexadecimal]
    }

    @Test(.needs(.treeValidation)) func treeValidation() throws {
        try VectorFile.treeValidation.check { (validation: Validation, algorithms) in
            var tree = try RatchetTree(decoding: validation.tree.bytes)
            try #require(tree.encoded == validation.tree.bytes)
            try #require(tree.boxes.count == validation.resolutions.count)
            try #require(tree.boxes.count == validation.treeHashes.count)
            for node in tree.boxes.indices {
                try #require(tree.resolution(of: node) == validation.resolutions[node])
                try #require(tree.hash(of: node, algorithms) == validation.treeHashes[node].bytes)
            }
            try tree.verifyParentHashes(algorithms)
            for (index, leaf) in tree.members {
                try leaf.verifySignature(at: (validation.groupId.bytes, index), algorithms)
            }
            try requireThatChangesAreFound(tree, algorithms)
        }
    }

    /// Another key in any node above the leaves, and it is no longer one that a member put there.
    private func requireThatChangesAreFound(_ tree: RatchetTree, _ algorithms: SuiteAlgorithms) throws {
        for node in stride(from: 1, to: tree.boxes.count, by: 2) {
            guard var parent = tree.parent(node) else { continue }
            parent.encryptionKey[0] ^= 1
            var changed = tree
            changed.set(.parent(parent), at: node)
            try #require(throws: MLSError.self) { try changed.verifyParentHashes(algorithms) }
        }
    }
}
