/// Nodes that were looked up, and those whose attributes were changed and are not in the index yet.
struct NodeTable {
    private var nodes: [Int64: Node] = [:]
    private var changed: Set<Int64> = []

    /// More is not remembered of those that the index knows.
    private static let most = 50_000

    subscript(id: Int64) -> Node? { nodes[id] }

    func isChanged(_ id: Int64) -> Bool { changed.contains(id) }

    var changeCount: Int { changed.count }

    /// As the index knows it. What was changed since stays.
    mutating func remember(_ node: Node) {
        if changed.contains(node.id) { return }
        if nodes.count >= Self.most { forgetKnown() }
        nodes[node.id] = node
    }

    /// As it is now, unlike in the index.
    mutating func change(_ node: Node) {
        nodes[node.id] = node
        changed.insert(node.id)
    }

    mutating func forget(_ id: Int64) {
        nodes[id] = nil
        changed.remove(id)
    }

    /// All that the index knows, too.
    mutating func forgetKnown() { nodes = nodes.filter { changed.contains($0.key) } }

    /// What the index does not know yet.
    var changes: [Node] { changed.compactMap { nodes[$0] } }

    /// The index knows everything now.
    mutating func noteRecorded() { changed = [] }
}
