internal import SecrBytes

/// Kinds of nodes of a file that consists of boxes.
protocol BoxNodeKind: TrailedNodeKind {
    /// Headers of boxes that hold others.
    static var framing: Self { get }
    /// Bytes that belong to nothing.
    static var slack: Self { get }
    static var freeSpace: Self { get }
    static var xmpBox: Self { get }
    static var contentCredentials: Self { get }
    static var vendorBox: Self { get }
}

extension BoxNodeKind {
    /// Of a box that no format needs, wherever it stands.
    init(unneeded box: Box) {
        let identifier = box.identifier ?? []
        switch box.type {
        case "free", "skip", "wide": self = .freeSpace
        case "uuid" where identifier.starts(with: [0xBE, 0x7A, 0xCF, 0xCB]): self = .xmpBox
        case "uuid" where identifier.starts(with: [0xD8, 0xFE, 0xC3, 0xD6]): self = .contentCredentials
        default: self = .vendorBox
        }
    }
}

/// A node of a file that consists of boxes.
protocol BoxNode: Node where Kind: BoxNodeKind {
    var range: Range<Int> { get set }

    init(kind: Kind, range: Range<Int>, label: String)
}

/// The account of all bytes of a file of boxes: nodes in their order, and what is between them.
struct BoxAccount<Element: BoxNode> {
    private(set) var nodes: [Element] = []
    /// Up to where all bytes belong to a node.
    private(set) var position = 0

    mutating func add(_ kind: Element.Kind, _ range: Range<Int>, _ label: String) {
        add(Element(kind: kind, range: range, label: label))
    }

    /// What lies in front of a node is the head of a box around it.
    mutating func add(_ node: Element) {
        if node.range.isEmpty { return }
        if node.range.lowerBound > position {
            nodes.append(Element(kind: .framing, range: position..<node.range.lowerBound, label: "box header"))
        }
        nodes.append(node)
        position = node.range.upperBound
    }

    mutating func add(unneeded box: Box) {
        switch box.type {
        case "free", "skip", "wide": add(.freeSpace, box.range, "free space")
        case "uuid": add(Element.Kind(unneeded: box), box.range, "a maker's box")
        case "sefd": add(.vendorBox, box.range, "Samsung data")
        default: add(Element.Kind(unneeded: box), box.range, "box \(box.type)")
        }
    }

    /// A table, and bytes behind the last of its fields.
    mutating func add(_ kind: Element.Kind, _ box: Box, endingAt end: Int?, _ label: String) {
        let end = end ?? box.range.upperBound
        add(kind, box.range.lowerBound..<end, label)
        add(.slack, end..<box.range.upperBound, "bytes that belong to nothing")
    }

    /// What is left of a container behind the last of its children.
    mutating func close(_ box: Box) {
        let end = max(position, box.content.lowerBound)
        add(.framing, position..<end, "box header")
        add(.slack, end..<box.range.upperBound, "bytes between boxes")
    }

    /// What stands behind all boxes; then everything has to belong to a node.
    mutating func finish(behind rest: Range<Int>, _ window: inout ByteWindow, limits: Limits) throws -> [Element] {
        if !rest.isEmpty {
            var trailer = Trailer(limits: limits)
            for part in try trailer.parts(in: rest, &window) { add(Element.Kind(part.kind), part.range, part.label) }
        }
        guard nodes.count <= limits.nodes else { throw ParseError(.limit, at: 0, "too many parts") }
        precondition(Coverage.isComplete(nodes.lazy.map(\.range), size: window.size), "bytes without a node")
        return nodes
    }
}
