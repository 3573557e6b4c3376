internal import SecrBytes

/// The values inside the parts of a JPEG file, for a person to read.
struct JPEGValues {
    private let original: Parsed<JPEGDocument>
    private let parts: [Finding]
    /// Where parts begin that stay.
    private let kept: Set<Int>
    private let limits: Limits

    /// - Parameter parts: what becomes of each part.
    init(_ original: Parsed<JPEGDocument>, parts: [Finding], limits: Limits) {
        self.original = original
        self.parts = parts
        self.limits = limits
        kept = Set(parts.filter { $0.action == .kept }.map(\.range.lowerBound))
    }

    /// Longest text that is shown of a comment.
    private static let textLimit = 300

    var all: [Finding] {
        get throws {
            var window = ByteWindow(original.source)
            var findings = exif + profile + hiddenThumbnail
            for node in original.document.nodes where findings.count < limits.shownValues {
                findings += try values(of: node, &window)
            }
            return Array(findings.prefix(limits.shownValues))
        }
    }

    private func action(of node: JPEGNode) -> Finding.Action {
        kept.contains(node.range.lowerBound) ? .kept : .removed
    }

    private var exif: [Finding] {
        guard let exif = original.document.exif, let block = original.document.exifBlock,
            let part = parts.first(where: { $0.kind == .exif && $0.range.upperBound == exif.range.upperBound })
        else { return [] }
        return ExifDescription(block: block, payload: exif.value).findings(
            origin: exif.range.lowerBound + JPEGDocument.exifPrefixLength,
            action: part.action == .kept ? .kept : .removed)
    }

    private var profile: [Finding] {
        guard let node = original.document.nodes.first(where: { $0.kind == .iccProfile }) else { return [] }
        return original.document.icc.textFindings(in: node.payload, action: action(of: node))
    }

    /// A thumbnail that was not made anew when the picture was changed can show what is no longer in it.
    private var hiddenThumbnail: [Finding] {
        guard let exif = original.document.exif, let place = original.document.exifBlock?.thumbnail else { return [] }
        let origin = exif.range.lowerBound + JPEGDocument.exifPrefixLength
        let range = origin + place.lowerBound..<origin + place.upperBound
        guard let thumbnail = JPEGSketch(SliceSource(original.source, range), limits: limits),
            let picture = JPEGSketch(original.source, limits: limits), !thumbnail.showsTheSame(as: picture)
        else { return [] }
        return [
            Finding(
                .thumbnail, reveals: [.picture], "the thumbnail shows something else than the picture", range: range,
                action: kept.contains(exif.range.lowerBound - 4) ? .kept : .removed)
        ]
    }

    private func values(of node: JPEGNode, _ window: inout ByteWindow) throws -> [Finding] {
        guard [.xmp, .xmpExtension, .photoshop, .comment].contains(node.kind), let kind = node.kind.findingClass else {
            return []
        }
        let payload = try window.bytes(in: node.payload)
        let origin = node.payload.lowerBound
        switch node.kind {
        case .photoshop:
            return PhotoshopResources.values(in: payload).map {
                let range = origin + $0.range.lowerBound..<origin + $0.range.upperBound
                return Finding(
                    kind, reveals: [$0.reveals], $0.label, value: $0.text, range: range, action: action(of: node))
            }
        case .comment:
            let text = String(decoding: payload.prefix(Self.textLimit).prefix { $0 != 0 }, as: UTF8.self)
            return text.isEmpty
                ? []
                : [
                    Finding(
                        kind, reveals: [.text], "comment text", value: text, range: node.payload,
                        action: action(of: node))
                ]
        default:
            return XMPPacket.values(in: payload).map {
                let range = origin + $0.offset..<origin + $0.offset
                return Finding(
                    kind, reveals: [$0.reveals], "\($0.label) (XMP)", value: $0.text, range: range,
                    action: action(of: node))
            }
        }
    }
}
