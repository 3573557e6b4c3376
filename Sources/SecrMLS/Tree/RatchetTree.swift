/// A node above the leaves (RFC 9420, section 7.1).
package struct ParentNode: Sendable, Hashable {
    package var encryptionKey: [UInt8]
    package var parentHash: [UInt8] = []
    /// Members below who do not have the private key yet, in order.
    package var unmergedLeaves: [LeafIndex] = []
}

extension ParentNode: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        encryptionKey = try reader.opaque()
        parentHash = try reader.opaque()
        unmergedLeaves = try reader.vector()
        try require(
            zip(unmergedLeaves, unmergedLeaves.dropFirst()).allSatisfy(<), .malformed, "7.1",
            "unmerged leaves that are not in order")
    }

    package func encode(to writer: inout WireWriter) {
        writer.opaque(encryptionKey)
        writer.opaque(parentHash)
        writer.vector(unmergedLeaves)
    }
}

/// The members of a group and the keys with which parts of them are reached (RFC 9420, section 4.1).
///
/// A value: nodes are shared between a tree and its copies until one of them is replaced.
package struct RatchetTree: Sendable {
    package enum Node: Sendable, Hashable {
        case leaf(LeafNode)
        case parent(ParentNode)

        var isLeaf: Bool { if case .leaf = self { true } else { false } }

        package var encryptionKey: [UInt8] {
            switch self {
            case .leaf(let node): node.encryptionKey
            case .parent(let node): node.encryptionKey
            }
        }
    }

    /// A node that does not change. That two trees have the same one can be told without looking into it.
    package final class Box: Sendable {
        package let node: Node
        init(_ node: Node) { self.node = node }
    }

    /// From left to right; `nil` for blank nodes. `2 * width - 1` of them, with a width that is a power of two.
    package private(set) var boxes: [Box?]
    /// Tree hashes that are known (section 7.8).
    var hashes: [[UInt8]?]

    /// A tree of one member.
    package init(_ leaf: LeafNode) {
        boxes = [Box(.leaf(leaf))]
        hashes = [nil]
    }

    /// - Parameter boxes: as many as a tree has, the last of them in its right half.
    init(boxes: [Box?]) {
        self.boxes = boxes
        hashes = [[UInt8]?](repeating: nil, count: boxes.count)
    }

    package var width: Int { (boxes.count + 1) / 2 }
    package var root: Int { TreeMath.root(width: width) }

    package subscript(node: Int) -> Node? { boxes[node]?.node }

    package func leaf(_ index: LeafIndex) -> LeafNode? {
        guard index.node < boxes.count, case .leaf(let leaf) = boxes[index.node]?.node else { return nil }
        return leaf
    }

    package func parent(_ node: Int) -> ParentNode? {
        guard case .parent(let parent) = boxes[node]?.node else { return nil }
        return parent
    }

    /// Everybody, from left to right.
    package var members: some Sequence<(index: LeafIndex, leaf: LeafNode)> {
        (0..<width).lazy.map(LeafIndex.init).compactMap { index in leaf(index).map { (index, $0) } }
    }

    package func directPath(of index: LeafIndex) -> [Int] { TreeMath.directPath(index.node, width: width) }

    /// The nodes whose keys reach everybody below `node` (section 4.1.1).
    package func resolution(of node: Int) -> [Int] {
        var found: [Int] = []
        resolve(node, into: &found)
        return found
    }

    private func resolve(_ node: Int, into found: inout [Int]) {
        switch boxes[node]?.node {
        case .leaf: found.append(node)
        case .parent(let parent):
            found.append(node)
            found.append(contentsOf: parent.unmergedLeaves.map(\.node))
        case nil where TreeMath.level(node) > 0:
            resolve(TreeMath.left(node), into: &found)
            resolve(TreeMath.right(node), into: &found)
        case nil: break
        }
    }

    /// Whether anybody is below `node`.
    private func isEmpty(_ node: Int) -> Bool {
        let below = TreeMath.subtree(node)
        return stride(from: below.lowerBound, through: below.upperBound, by: 2).allSatisfy { boxes[$0] == nil }
    }

    /// The nodes above a leaf to which a path has to bring keys, upwards, each with its child on the other side
    /// (section 4.1.2).
    package func filteredDirectPath(of index: LeafIndex) -> [(node: Int, copath: Int)] {
        var child = index.node
        return directPath(of: index).compactMap { node in
            let copath = TreeMath.sibling(child)
            child = node
            return isEmpty(copath) ? nil : (node, copath)
        }
    }

    // MARK: Changes

    package mutating func set(_ node: Node?, at place: Int) {
        boxes[place] = node.map(Box.init)
        hashes[place] = nil
        for above in TreeMath.directPath(place, width: width) { hashes[above] = nil }
    }

    private mutating func blankPath(above index: LeafIndex) {
        for node in directPath(of: index) {
            boxes[node] = nil
            hashes[node] = nil
        }
    }

    /// The leftmost leaf that is free, in a tree that is doubled if none is (section 12.1.1).
    package mutating func makeRoom(from start: LeafIndex = LeafIndex(0)) -> LeafIndex {
        for index in Int(start.rawValue)..<width where boxes[index * 2] == nil { return LeafIndex(index) }
        let index = LeafIndex(width)
        let more = boxes.count + 1
        boxes.append(contentsOf: [Box?](repeating: nil, count: more))
        hashes.append(contentsOf: [[UInt8]?](repeating: nil, count: more))
        return index
    }

    /// Applies an Add (section 12.1.1).
    ///
    /// - Parameter start: no leaf before it is free.
    package mutating func add(_ leaf: LeafNode, from start: LeafIndex = LeafIndex(0)) -> LeafIndex {
        let index = makeRoom(from: start)
        for node in directPath(of: index) {
            guard var parent = parent(node) else { continue }
            parent.unmergedLeaves.insert(
                index, at: parent.unmergedLeaves.firstIndex { $0 > index } ?? parent.unmergedLeaves.endIndex)
            boxes[node] = Box(.parent(parent))
        }
        set(.leaf(leaf), at: index.node)
        return index
    }

    /// Applies an Update (section 12.1.2).
    package mutating func update(_ index: LeafIndex, to leaf: LeafNode) {
        set(.leaf(leaf), at: index.node)
        blankPath(above: index)
    }

    /// Applies a Remove (section 12.1.3).
    package mutating func remove(_ index: LeafIndex) {
        set(nil, at: index.node)
        blankPath(above: index)
        while width > 1, isEmpty(TreeMath.right(root)) {
            boxes.removeLast(width)
            hashes.removeLast(hashes.count - boxes.count)
        }
    }

    /// The keys of all nodes.
    package var encryptionKeys: Set<[UInt8]> { Set(boxes.lazy.compactMap { $0?.node.encryptionKey }) }

    /// Brings a path's keys into the tree, and hashes of what is above each (section 7.5).
    ///
    /// - Returns: the parent hash that the leaf has to have.
    mutating func setKeys(
        _ keys: [[UInt8]], along path: [(node: Int, copath: Int)], above index: LeafIndex, _ algorithms: SuiteAlgorithms
    ) -> [UInt8] {
        blankPath(above: index)
        var parentHash: [UInt8] = []
        for ((node, copath), key) in zip(path, keys).reversed() {
            let parent = ParentNode(encryptionKey: key, parentHash: parentHash)
            set(.parent(parent), at: node)
            parentHash = algorithms.parentHash(of: parent, siblingHash: hash(of: copath, algorithms))
        }
        return parentHash
    }
}

/// `optional<Node> ratchet_tree<V>` (section 12.4.3.3).
extension RatchetTree: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) { try self.init(from: &reader, mostLeaves: .max) }

    /// All of `bytes`. Blank nodes take a byte there and far more in memory, so their number is limited here already.
    init(_ bytes: [UInt8], mostLeaves: Int) throws(MLSError) {
        var reader = WireReader(bytes)
        try self.init(from: &reader, mostLeaves: mostLeaves)
        try reader.finish()
    }

    private init(from reader: inout WireReader, mostLeaves: Int) throws(MLSError) {
        var inner = try reader.nested()
        var boxes: [Box?] = []
        while !inner.isAtEnd {
            try require(boxes.count / 2 < mostLeaves, .limit, "", "more members than are allowed")
            guard try inner.isPresent() else {
                boxes.append(nil)
                continue
            }
            let node: Node = try inner.value()
            if case .leaf = node {
                try require(boxes.count % 2 == 0, .malformed, "12.4.3.3", "a leaf where a parent has to be")
            } else {
                try require(boxes.count % 2 == 1, .malformed, "12.4.3.3", "a parent where a leaf has to be")
            }
            boxes.append(Box(node))
        }
        guard let last = boxes.last, last != nil else {
            throw MLSError(.malformed, "12.4.3.3", "a tree that ends in a blank node")
        }
        var width = 1
        while 2 * width - 1 < boxes.count { width *= 2 }
        boxes.append(contentsOf: [Box?](repeating: nil, count: 2 * width - 1 - boxes.count))
        self.init(boxes: boxes)
    }

    package func encode(to writer: inout WireWriter) {
        let count = boxes.lastIndex { $0 != nil }.map { $0 + 1 } ?? 0
        writer.measured { writer in
            for box in boxes[..<count] {
                writer.uint8(box == nil ? 0 : 1)
                if let box { writer.value(box.node) }
            }
        }
    }
}

extension RatchetTree.Node: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        switch try reader.uint8() {
        case 1: self = .leaf(try reader.value())
        case 2: self = .parent(try reader.value())
        default: throw MLSError(.malformed, "7.8", "a node of an unknown kind")
        }
    }

    package func encode(to writer: inout WireWriter) {
        switch self {
        case .leaf(let node):
            writer.uint8(1)
            writer.value(node)
        case .parent(let node):
            writer.uint8(2)
            writer.value(node)
        }
    }
}
