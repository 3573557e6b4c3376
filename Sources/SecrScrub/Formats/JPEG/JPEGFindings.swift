internal import SecrBytes

/// Says what a policy does with each part of a JPEG file that is not the picture itself.
struct JPEGFindings {
    var document: JPEGDocument
    var policy: Policy
    var handler: JPEGHandler

    /// One per part.
    var all: [Finding] {
        let presentation = handler.presentation(of: document, policy: policy)
        return document.nodes.flatMap { findings(for: $0, presentation: presentation) } + arrangementFindings
            + orientationFindings + colorSpaceFindings
    }

    private func findings(for node: JPEGNode, presentation: JPEGPresentation) -> [Finding] {
        guard let kind = node.kind.findingClass else { return [] }
        let action: Finding.Action =
            handler.allowList.rule(for: node.kind, policy: policy) == .copied
            ? .kept : self.action(for: node, presentation)
        switch node.kind {
        case .jfif: return action == .kept ? [] : jfifFindings(node, action)
        case .adobe: return action == .kept ? [] : [Finding(kind, node.label, range: node.range, action: action)]
        case .iccProfile: return iccFindings(node, action)
        case .exif: return exifFindings(node, action)
        case .xmp, .gainMapMetadata, .multiPicture: if action == .kept && !policy.keep.contains(kind) { return [] }
        case .trailingGainMap: if action == .kept { return gainMapFindings(node) }
        default: break
        }
        return [
            Finding(kind, reveals: reveals(node.kind), node.label, value: size(node), range: node.range, action: action)
        ]
    }

    /// The map stays; of what is in it the same may stay as of any picture.
    private func gainMapFindings(_ node: JPEGNode) -> [Finding] {
        let inside = document.gainMap.map { JPEGFindings(document: $0.document, policy: policy, handler: handler).all }
        let moved = (inside ?? []).map { finding in
            var finding = finding
            finding.name += " of the gain map"
            let offset = node.range.lowerBound
            finding.range = finding.range.lowerBound + offset..<finding.range.upperBound + offset
            return finding
        }
        return [Finding(.gainMap, node.label, value: size(node), range: node.range, action: .kept)] + moved
    }

    /// Of a node that is rebuilt or gone: `kept` where the original already has the only form that is written.
    private func action(for node: JPEGNode, _ presentation: JPEGPresentation) -> Finding.Action {
        /// Of one of which a single one counts.
        func action(_ found: JPEGDocument.Located<[UInt8]>?, _ written: [UInt8]?) -> Finding.Action {
            guard let written, let found, found.range == node.range else { return .removed }
            return found.value == written ? .kept : .reduced
        }
        switch node.kind {
        case .jfif: return action(document.jfifSegment, presentation.jfif?.payload)
        case .adobe: return action(document.adobeSegment, presentation.adobe?.payload)
        case .gainMapMetadata: return action(document.gainMapBlock, presentation.gainMapPayload)
        case .multiPicture: return action(document.index, presentation.index?.payload)
        case .xmp:
            // What it says about the gain map is part of that; all else goes.
            return action(document.xmp, presentation.xmpPayload) == .kept ? .kept : .removed
        case .trailingGainMap: return node.range == keptGainMap ? .kept : .removed
        case .exif where node.payload == document.exif?.range:
            if presentation.exif.payload == document.exif?.value { return .kept }
            // What it says about orientation and colours has findings of its own.
            return presentation.exif.statement.isEmpty ? .removed : .reduced
        case .iccProfile:
            guard presentation.icc != nil, case .success(let profile) = document.icc else { return .removed }
            return profile.isNormal ? .kept : .reduced
        default: return .removed
        }
    }

    private var keptGainMap: Range<Int>? { document.keepsGainMap(policy) ? document.gainMap?.range : nil }

    private func jfifFindings(_ node: JPEGNode, _ action: Finding.Action) -> [Finding] {
        var findings = [Finding(.density, reveals: [.settings], node.label, range: node.range, action: action)]
        if node.payload.count > JFIFHeader.minimumLength {
            let thumbnail = node.payload.lowerBound + JFIFHeader.minimumLength..<node.range.upperBound
            findings.append(
                Finding(
                    .thumbnail, reveals: [.picture], "JFIF thumbnail", value: size(thumbnail), range: thumbnail,
                    action: .removed))
        }
        return findings
    }

    private func iccFindings(_ node: JPEGNode, _ action: Finding.Action) -> [Finding] {
        var value = size(node)
        if action == .kept, case .success(let profile) = document.icc { value = profile.description }
        return [Finding(.icc, reveals: [.colour], node.label, value: value, range: node.range, action: action)]
    }

    private func exifFindings(_ node: JPEGNode, _ action: Finding.Action) -> [Finding] {
        guard node.payload == document.exif?.range, let block = document.exifBlock else {
            return [Finding(.exif, "a further Exif block", value: size(node), range: node.range, action: action)]
        }
        if action == .kept && !policy.keep.contains(.exif) && handler.statement.isEmpty { return [] }
        let origin = node.payload.lowerBound + JPEGDocument.exifPrefixLength
        var findings: [Finding] = []
        let meanings = block.entries.compactMap(ExifTags.meaning)
        findings.append(
            Finding(
                .exif, reveals: Set(meanings.map(\.reveals)), node.label, value: size(node), range: node.range,
                action: action))
        if let thumbnail = block.thumbnail {
            let range = origin + thumbnail.lowerBound..<origin + thumbnail.upperBound
            findings.append(
                Finding(
                    .thumbnail, reveals: [.picture], "Exif thumbnail", value: size(range), range: range,
                    action: action == .kept ? .kept : .removed))
        }
        return findings
    }

    /// Under `strict`, tables that are not in canonical order.
    private var arrangementFindings: [Finding] {
        guard policy.profile == .strict else { return [] }
        var lax = policy
        lax.profile = .default
        let original = handler.arrangement(of: document, policy: lax).openingTables(document)
        guard original != handler.arrangement(of: document, policy: policy) else { return [] }
        let first = document.tables.keys.min() ?? 0
        return [
            Finding(.table, reveals: [.software], "arrangement of the tables", range: first..<first, action: .reduced)
        ]
    }

    private var orientationFindings: [Finding] {
        guard document.orientation != 1, let exif = document.exif else { return [] }
        let isGone = policy.drops(.orientation) || handler.bakesOrientation
        let action: Finding.Action = isGone ? .removed : .kept
        return [
            Finding(
                .orientation, "orientation", value: Orientation.name(document.orientation), range: exif.range,
                action: action)
        ]
    }

    private var colorSpaceFindings: [Finding] {
        guard let exif = document.exif, !document.icc.isKept(policy), let block = document.exifBlock,
            let color = MinimalExif(block).color
        else { return [] }
        let name = color.isAdobeRGB ? "Adobe RGB" : "by its gamma"
        let action: Finding.Action = policy.drops(.colorSpace) ? .removed : .kept
        return [
            Finding(.colorSpace, reveals: [.colour], "colour space", value: name, range: exif.range, action: action)
        ]
    }

    private func reveals(_ kind: JPEGNodeKind) -> Set<Revelation> {
        switch kind {
        case .jfifExtension, .trailingPicture, .trailingGainMap: [.picture]
        case .xmp, .xmpExtension: [.history]
        case .multiPicture: [.picture]
        case .photoshop, .comment: [.text]
        case .contentCredentials: [.history, .identifier]
        case .application: [.device]
        case .trailingVideo: [.video]
        case .trailingRemains: [.picture]
        case .unusedTables, .fill, .gap, .trailing, .reserved: [.leftover]
        default: []
        }
    }

    private func size(_ node: JPEGNode) -> String { size(node.range) }
    private func size(_ range: Range<Int>) -> String { "\(range.count) bytes" }
}
