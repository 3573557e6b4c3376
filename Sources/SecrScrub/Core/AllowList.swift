/// The kinds of nodes that a format's files consist of.
protocol NodeKind: Hashable, RawRepresentable<String>, CaseIterable, Sendable {
    /// The class by which a policy speaks of such nodes; `nil` for the picture itself.
    var findingClass: FindingClass? { get }
}

/// One named range of a file.
protocol Node: Sendable {
    associatedtype Kind: NodeKind

    var kind: Kind { get }
    /// The whole range, framing included.
    var range: Range<Int> { get }
    /// What exactly it is, in a few words for a person.
    var label: String { get }
}

/// What may reach the output of a scrub. Whatever is not here does not.
package struct AllowList: Sendable {
    enum Rule: Sendable {
        /// The node's bytes.
        case copied
        /// The same meaning in the smallest form, written by us.
        case rebuilt
    }

    private var rules: [String: Rule]
    private let kinds: [String]

    init<Kind: NodeKind>(_ rules: [Kind: Rule]) {
        self.rules = Dictionary(uniqueKeysWithValues: rules.map { ($0.key.rawValue, $0.value) })
        kinds = Kind.allCases.map(\.rawValue)
    }

    func rule(for kind: some NodeKind, policy: Policy) -> Rule? {
        if let kind = kind.findingClass, policy.keep.contains(kind) { return .copied }
        return rules[kind.rawValue]
    }

    /// What every contract demands of an output: it consists of allowed nodes, and scrubbing it again finds nothing to do.
    func requireClean(_ nodes: [some Node], findings: [Finding], policy: Policy) throws(ScrubError) {
        for node in nodes where rule(for: node.kind, policy: policy) == nil {
            throw .broken("\(node.label) where nothing may be", at: node.range.lowerBound)
        }
        if let left = findings.first(where: { $0.action != .kept }) {
            throw .broken("\(left.name) is left", at: left.range.lowerBound)
        }
    }

    /// The list with one more kind copied: for the test that shows that a dirty kind on the list would be noticed.
    package func adding(kindNamed name: String) -> AllowList {
        var copy = self
        copy.rules[name] = .copied
        return copy
    }

    /// The names of the kinds that are not copied.
    package var otherKinds: [String] { kinds.filter { rules[$0] != .copied } }

    package static func standard(for format: FileFormat) -> AllowList {
        switch format {
        case .jpeg: JPEGAllowList.standard
        case .png: PNGAllowList.standard
        case .heif: HEICAllowList.standard
        case .mp4: MP4AllowList.standard
        case .pdf: PDFAllowList.standard
        }
    }
}
