internal import SecrBytes

/// The picture's own parts in the order in which they are written.
struct JPEGArrangement: Sendable, Equatable {
    enum Element: Sendable, Equatable {
        case node(JPEGNode)
        case tables(JPEGNodeKind, [JPEGTables.Table])
    }

    var elements: [Element]

    /// As in the file: everything that the allow-list copies.
    static func original(_ document: JPEGDocument, keeping isKept: (JPEGNodeKind) -> Bool) -> JPEGArrangement {
        JPEGArrangement(elements: document.nodes.filter { isKept($0.kind) }.map(Element.node))
    }

    /// With the tables before each scan sorted, in one segment per kind, without those that no scan uses or that are
    /// already in force. How an encoder cuts up its tables tells which encoder it was.
    static func canonical(_ document: JPEGDocument, keeping isKept: (JPEGNodeKind) -> Bool) -> JPEGArrangement {
        var elements: [Element] = []
        var pending = JPEGTableState()
        var inForce = JPEGTableState()
        let used = JPEGTableState.usedSlots(document)
        func flush(_ kinds: [JPEGNodeKind]) {
            for kind in kinds {
                let fresh = pending.takeAll(kind).filter { used.contains($0.slot) && inForce[$0.slot] != $0 }
                fresh.forEach { inForce.define($0) }
                if !fresh.isEmpty { elements.append(.tables(kind, fresh)) }
            }
        }
        for node in document.nodes where isKept(node.kind) {
            if let tables = document.tables[node.range.lowerBound] {
                tables.forEach { pending.define($0) }
                continue
            }
            if node.kind == .frameHeader { flush([.quantizationTables]) }
            if node.kind == .scanHeader {
                flush([.quantizationTables, .huffmanTables, .arithmeticConditioning, .restartInterval])
            }
            elements.append(.node(node))
        }
        return JPEGArrangement(elements: elements)
    }

    /// The same with each table segment of the file opened, to be compared with a canonical one.
    func openingTables(_ document: JPEGDocument) -> JPEGArrangement {
        JPEGArrangement(
            elements: elements.map { element in
                guard case .node(let node) = element, let tables = document.tables[node.range.lowerBound] else {
                    return element
                }
                return .tables(node.kind, tables)
            })
    }

    static func segment(_ kind: JPEGNodeKind, _ tables: [JPEGTables.Table]) -> [UInt8] {
        let marker: UInt8
        switch kind {
        case .quantizationTables: marker = JPEGMarker.quantizationTables
        case .huffmanTables: marker = JPEGMarker.huffmanTables
        case .arithmeticConditioning: marker = JPEGMarker.arithmeticConditioning
        case .restartInterval: marker = JPEGMarker.restartInterval
        default: preconditionFailure("not a table segment")
        }
        return JPEGPresentation.segment(marker, tables.flatMap(\.bytes))
    }
}

/// Which table each slot holds at some point of a file.
struct JPEGTableState: Equatable, Sendable {
    private var tables: [JPEGTables.Table.Slot: JPEGTables.Table] = [:]

    subscript(slot: JPEGTables.Table.Slot) -> JPEGTables.Table? { tables[slot] }

    mutating func define(_ table: JPEGTables.Table) { tables[table.slot] = table }

    /// Removes and returns the tables of one kind of segment, in the order of their slots.
    mutating func takeAll(_ kind: JPEGNodeKind) -> [JPEGTables.Table] {
        let taken = tables.values.filter { $0.slot.segment == kind }.sorted { $0.bytes[0] < $1.bytes[0] }
        for table in taken { tables[table.slot] = nil }
        return taken
    }

    /// The state at each scan, restricted to what any scan can refer to.
    static func atEachScan(_ document: JPEGDocument) -> [JPEGTableState] {
        let used = usedSlots(document)
        var state = JPEGTableState()
        var states: [JPEGTableState] = []
        for node in document.nodes {
            for table in document.tables[node.range.lowerBound] ?? [] where used.contains(table.slot) {
                state.define(table)
            }
            if node.kind == .scanHeader { states.append(state) }
        }
        return states
    }

    static func usedSlots(_ document: JPEGDocument) -> Set<JPEGTables.Table.Slot> {
        var used: Set<JPEGTables.Table.Slot> = [.restartInterval]
        for component in document.frame.components { used.insert(.quantization(component.quantizationTable)) }
        for component in document.scanHeaders.flatMap(\.components) {
            used.insert(.huffman(isAC: false, component.dcTable))
            used.insert(.huffman(isAC: true, component.acTable))
            used.insert(.conditioning(component.dcTable))
            used.insert(.conditioning(component.acTable | 0x10))
        }
        return used
    }
}

extension JPEGTables.Table.Slot {
    fileprivate var segment: JPEGNodeKind {
        switch self {
        case .quantization: .quantizationTables
        case .huffman: .huffmanTables
        case .conditioning: .arithmeticConditioning
        case .restartInterval: .restartInterval
        }
    }
}
