internal import SecrBytes

/// Says what a policy does with each part of a HEIF file that is not the picture itself.
struct HEICFindings {
    let original: Parsed<HEICDocument>
    let policy: Policy
    let handler: HEICHandler

    private var document: HEICDocument { original.document }

    /// One per part; what lies in many places, such as the tiles of a picture, is one part.
    var all: [Finding] {
        get throws {
            let selection = try? HEICSelection(document, policy: policy, allowList: handler.allowList)
            var window = ByteWindow(original.source)
            var findings: [Finding] = []
            var sizes: [Int] = []
            for node in document.nodes {
                guard let finding = try finding(for: node, selection, &window) else { continue }
                if let last = findings.last, last.kind == finding.kind, last.name == finding.name,
                    last.action == finding.action, node.item != nil
                {
                    findings[findings.count - 1].range = last.range.lowerBound..<node.range.upperBound
                    sizes[sizes.count - 1] += node.range.count
                } else {
                    findings.append(finding)
                    sizes.append(node.range.count)
                }
            }
            for place in findings.indices where findings[place].value == nil {
                findings[place].value = "\(sizes[place]) bytes"
            }
            let tables = HEICTableFindings(document: document, selection: selection)
            let frames = try document.sequence.map {
                let tracks = Parsed(document: $0, source: original.source)
                return try MP4Findings(original: tracks, policy: policy, handler: handler.sequence).all
            }
            return findings + document.coded.findings + empty(selection) + (try tables.all(&window)) + shown(selection)
                + inner(selection)
                + (frames ?? [])
        }
    }

    /// Parts of coded pictures that hold nothing, where they go.
    private func empty(_ selection: HEICSelection?) -> [Finding] {
        guard let selection else { return [] }
        let cuts = selection.items.flatMap { item in
            selection.cuts(of: item).ranges.flatMap { HEICItem.parts(of: $0, in: document.extents(of: item)) }
        }
        return Finding.empty(MP4Regions(cuts)).map { [$0] } ?? []
    }

    private func finding(
        for node: HEICNode, _ selection: HEICSelection?, _ window: inout ByteWindow
    ) throws -> Finding? {
        guard let kind = node.kind.findingClass else { return nil }
        let action = try action(for: node, selection, &window)
        var value: String?
        if action == .kept,
            case .profile(.success(let profile), _)? = node.property.map({
                document.properties[$0].outcome
            })
        {
            value = profile.description
        }
        return Finding(kind, reveals: node.kind.reveals, node.label, value: value, range: node.range, action: action)
    }

    private func action(
        for node: HEICNode, _ selection: HEICSelection?, _ window: inout ByteWindow
    ) throws -> Finding.Action {
        guard let selection else { return .removed }
        if let id = node.item {
            if node.kind == .exif, !selection.isCopied(.exif), let written = handler.statementItem {
                return try node.range.count == written.count && window.bytes(in: node.range) == written
                    ? .kept : .reduced
            }
            guard selection.contains(id), let item = document.item(id) else { return .removed }
            return try isAsWritten(selection.contents(of: item), item, &window) ? .kept : .reduced
        }
        if let place = node.property {
            guard selection.usedProperties.contains(place) else { return .removed }
            guard case .profile(.success(let profile), _) = document.properties[place].outcome else {
                return selection.isCopied(node.kind) ? .kept : .removed
            }
            if !selection.isAllowed(.iccProfile) { return .removed }
            return policy.keep.contains(.icc) || profile.isNormal ? .kept : .reduced
        }
        return selection.isCopied(node.kind) ? .kept : .removed
    }

    /// Whether an item already holds what is written for it.
    private func isAsWritten(
        _ pieces: [OutputPlan.Piece], _ item: HEICItem, _ window: inout ByteWindow
    ) throws -> Bool {
        guard pieces.count == 1, case .bytes(let bytes) = pieces[0] else { return true }
        guard let range = item.location.extents?.first, range.count == bytes.count else { return false }
        return try window.bytes(in: range) == bytes
    }

    /// What stays, and tells something all the same.
    private func shown(_ selection: HEICSelection?) -> [Finding] {
        var findings: [Finding] = []
        if let primary = document.item(document.primary),
            let turned = primary.properties.first(where: {
                document.properties[$0.property].kind == .orientation
            }), !orientation.isEmpty
        {
            let range = document.properties[turned.property].range
            let action: Finding.Action = policy.drops(.orientation) ? .removed : .kept
            findings.append(Finding(.orientation, "orientation", value: orientation, range: range, action: action))
        }
        for root in HEICClassification.roots(document.items, primary: document.primary)
        where document.kinds[root.id] == .picture && root.id != document.primary {
            let place = root.location.extents?.first ?? 0..<0
            let isPair = document.groups.contains { $0.type == "ster" && $0.entities.contains(root.id) }
            findings.append(
                Finding(
                    .picture, reveals: [.picture], isPair ? "the picture for the other eye" : "a further picture",
                    value: document.extent(of: root).map { "\($0.width) x \($0.height) pixels" } ?? "",
                    range: place, action: selection?.contains(root.id) == true ? .kept : .removed))
        }
        return findings
    }

    private var orientation: String {
        guard let primary = document.item(document.primary) else { return "" }
        return primary.properties.compactMap { association -> String? in
            let property = document.properties[association.property]
            guard case .kept(let box) = property.outcome, let value = box.last else { return nil }
            switch property.type {
            case "irot": return value == 0 ? nil : "turned by \(Int(value) * 90) degrees to the left"
            case "imir": return value == 0 ? "mirrored top to bottom" : "mirrored left to right"
            default: return nil
            }
        }.joined(separator: ", ")
    }

    /// Of pictures that are files of their own.
    private func inner(_ selection: HEICSelection?) -> [Finding] {
        document.items.flatMap { item -> [Finding] in
            guard selection?.contains(item.id) == true, let inner = document.inner[item.id],
                let start = item.location.extents?.first?.lowerBound
            else { return [] }
            return inner.findings.map { finding in
                var finding = finding
                finding.range = finding.range.lowerBound + start..<finding.range.upperBound + start
                return finding
            }
        }
    }
}
