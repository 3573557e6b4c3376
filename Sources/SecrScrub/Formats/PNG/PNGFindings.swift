internal import SecrBytes

/// Says what a policy does with each part of a PNG file that is not the picture itself.
struct PNGFindings {
    let original: Parsed<PNGDocument>
    let policy: Policy
    let handler: PNGHandler

    private var document: PNGDocument { original.document }

    /// One per part.
    var all: [Finding] {
        get throws {
            var window = ByteWindow(original.source)
            return try document.nodes.flatMap { try findings(for: $0, &window) } + orientationFindings
        }
    }

    private func findings(for node: PNGNode, _ window: inout ByteWindow) throws -> [Finding] {
        if let image = document.images[node.range.lowerBound] { return flaws(of: image) + stillFindings(node) }
        if node.kind == .end { return try endFindings(node, &window) }
        guard let kind = node.kind.findingClass else { return [] }
        let action = try self.action(for: node, &window)
        if action == .kept, node.kind == .exif, !policy.keep.contains(.exif), handler.statement.isEmpty { return [] }
        let label = node.keyword.map { "\(node.label) \u{201C}\($0)\u{201D}" } ?? node.label
        return [
            Finding(
                kind, reveals: reveals(node), label, value: value(of: node, action), range: node.range, action: action)
        ]
    }

    /// Of a node that is rebuilt or gone: `kept` where the original already is what is written.
    private func action(for node: PNGNode, _ window: inout ByteWindow) throws -> Finding.Action {
        switch handler.allowList.rule(for: node.kind, policy: policy) {
        case .copied: return .kept
        case nil: return .removed
        case .rebuilt: break
        }
        guard let chunk = handler.presentation(of: node, in: document, policy: policy) else { return .removed }
        if try chunk.count == node.range.count && window.bytes(in: node.range) == chunk { return .kept }
        // What Exif says about orientation has a finding of its own.
        return node.kind == .exif && handler.statement.isEmpty ? .removed : .reduced
    }

    private func value(of node: PNGNode, _ action: Finding.Action) -> String {
        if node.kind == .iccProfile, action == .kept, case .success(let profile) = document.icc {
            return profile.description
        }
        if node.kind == .pixelSize, action == .kept { return "the shape of the pixels" }
        return "\(node.range.count) bytes"
    }

    private func reveals(_ node: PNGNode) -> Set<Revelation> {
        switch node.kind {
        case .exif: Set(document.exif?.entries.compactMap(ExifTags.meaning).map(\.reveals) ?? [])
        case .text: [PNGChunkNames.reveals(keyword: node.keyword ?? "")]
        case .iccProfile: [.colour]
        default: node.kind.reveals
        }
    }

    private func flaws(of image: PNGImageData) -> [Finding] {
        var findings: [Finding] = []
        if image.flaws.contains(.surplus) {
            findings.append(
                Finding(
                    .trailer, reveals: [.picture], "bytes behind the last line of the picture",
                    range: image.chunks, action: .removed))
        }
        if image.flaws.contains(.checksum) {
            findings.append(
                Finding(.table, reveals: [.leftover], "a wrong checksum", range: image.chunks, action: .reduced))
        }
        if image.flaws.contains(.unfinished) {
            findings.append(
                Finding(
                    .table, reveals: [.leftover], "a wrong end of the coded picture", range: image.chunks,
                    action: .reduced))
        }
        return findings
    }

    /// Viewers that know animations never show a picture in front of the first frame; the others show nothing else.
    private func stillFindings(_ node: PNGNode) -> [Finding] {
        guard node.kind == .imageData, let first = document.frames.keys.min(), first > node.range.lowerBound else {
            return []
        }
        return [
            Finding(
                .picture, reveals: [.picture], "a still picture that is no frame of the animation",
                value: "\(node.range.count) bytes", range: node.range, action: .kept)
        ]
    }

    private func endFindings(_ node: PNGNode, _ window: inout ByteWindow) throws -> [Finding] {
        if node.range.count == PNGChunk.frameSize {
            if try window.bytes(in: node.range) == PNGComposer.end { return [] }
            return [
                Finding(.table, reveals: [.leftover], "a wrong checksum", range: node.range, action: .reduced)
            ]
        }
        return [
            Finding(
                .trailer, reveals: [.leftover], "bytes in the end mark", value: "\(node.payload.count) bytes",
                range: node.range, action: .removed)
        ]
    }

    private var orientationFindings: [Finding] {
        guard document.orientation != 1, let node = document.nodes.first(where: { $0.kind == .exif }) else { return [] }
        let action: Finding.Action = policy.drops(.orientation) ? .removed : .kept
        return [
            Finding(
                .orientation, "orientation", value: Orientation.name(document.orientation), range: node.range,
                action: action)
        ]
    }
}
