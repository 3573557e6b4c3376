/// Where nodes of a full binary tree lie when they are numbered from left to right (RFC 9420, appendix C).
///
/// Leaves have even numbers. A tree of `width` leaves, a power of two, has `2 * width - 1` nodes.
package enum TreeMath {
    /// How far above the leaves a node is.
    package static func level(_ node: Int) -> Int { (~node).trailingZeroBitCount }

    package static func root(width: Int) -> Int { width - 1 }

    /// - Precondition: `node` is no leaf.
    package static func left(_ node: Int) -> Int { node ^ (1 << (level(node) - 1)) }

    /// - Precondition: `node` is no leaf.
    package static func right(_ node: Int) -> Int { node ^ (3 << (level(node) - 1)) }

    /// - Precondition: `node` is not the root.
    package static func parent(_ node: Int) -> Int {
        let level = level(node)
        return (node | 1 << level) & ~(1 << (level + 1))
    }

    /// - Precondition: `node` is not the root.
    package static func sibling(_ node: Int) -> Int {
        let parent = parent(node)
        return node < parent ? right(parent) : left(parent)
    }

    /// From the node's parent to the root.
    package static func directPath(_ node: Int, width: Int) -> [Int] {
        var path: [Int] = []
        var node = node
        while node != root(width: width) {
            node = parent(node)
            path.append(node)
        }
        return path
    }

    /// All nodes below a node, and itself.
    package static func subtree(_ node: Int) -> ClosedRange<Int> {
        let half = 1 << level(node) - 1
        return node - half...node + half
    }

    /// The lowest node that is above both leaves.
    package static func commonAncestor(_ one: LeafIndex, _ other: LeafIndex) -> Int {
        var node = one.node
        while !subtree(node).contains(other.node) { node = parent(node) }
        return node
    }
}
