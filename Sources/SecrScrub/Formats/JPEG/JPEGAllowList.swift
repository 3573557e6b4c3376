/// What may reach the output of a JPEG scrub. Whatever is not here does not.
package struct JPEGAllowList: Sendable {
    enum Rule: Sendable {
        /// The node's bytes.
        case copied
        /// The same meaning in the smallest form, written by us.
        case rebuilt
    }

    private var rules: [JPEGNodeKind: Rule]

    package static let standard = JPEGAllowList(rules: [
        .startOfImage: .copied,
        .quantizationTables: .copied,
        .huffmanTables: .copied,
        .arithmeticConditioning: .copied,
        .restartInterval: .copied,
        .frameHeader: .copied,
        .scanHeader: .copied,
        .scan: .copied,
        .numberOfLines: .copied,
        .endOfImage: .copied,
        .jfif: .rebuilt,
        .exif: .rebuilt,
        .iccProfile: .rebuilt,
        .adobe: .rebuilt,
    ])

    func rule(for kind: JPEGNodeKind, policy: Policy) -> Rule? {
        if let kind = kind.findingClass, policy.keep.contains(kind) { return .copied }
        return rules[kind]
    }

    /// The list with one more kind copied: for the test that shows that a dirty kind on the list would be noticed.
    package func adding(kindNamed name: String) -> JPEGAllowList? {
        guard let kind = JPEGNodeKind(rawValue: name) else { return nil }
        var copy = self
        copy.rules[kind] = .copied
        return copy
    }

    /// The names of the kinds that are not copied.
    package var otherKinds: [String] {
        JPEGNodeKind.allCases.filter { rules[$0] != .copied }.map(\.rawValue)
    }
}
