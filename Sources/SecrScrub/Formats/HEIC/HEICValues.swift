internal import SecrBytes

/// The values inside the parts of a HEIF file, for a person to read.
struct HEICValues {
    private let original: Parsed<HEICDocument>
    private let limits: Limits
    /// Where parts begin that stay.
    private let kept: Set<Int>

    /// Of an item that is read as a whole.
    private static let largest = 1 << 20

    init(_ original: Parsed<HEICDocument>, limits: Limits, parts: [Finding]) {
        self.original = original
        self.limits = limits
        kept = Set(parts.filter { $0.action == .kept && $0.kind != .orientation }.map(\.range.lowerBound))
    }

    var all: [Finding] {
        get throws {
            var window = ByteWindow(original.source)
            var findings: [Finding] = []
            var room = limits.allTextBytes
            for node in original.document.nodes where findings.count < limits.shownValues && room > 0 {
                guard node.range.count <= Self.largest, Self.isRead(node.kind) else { continue }
                room -= node.range.count
                findings += try values(of: node, window.bytes(in: node.range))
            }
            return Array(findings.prefix(limits.shownValues))
        }
    }

    private static func isRead(_ kind: HEICNodeKind) -> Bool {
        [.exif, .xmp, .xmpBox, .text, .textProperty, .gainMapParameters, .iccProfile].contains(kind)
    }

    private func values(of node: HEICNode, _ bytes: [UInt8]) -> [Finding] {
        let action: Finding.Action = kept.contains(node.range.lowerBound) ? .kept : .removed
        func finding(_ name: String, _ reveals: Revelation, _ value: String?) -> Finding {
            Finding(
                node.kind.findingClass ?? .comment, reveals: [reveals], name, value: value, range: node.range,
                action: action)
        }
        switch node.kind {
        case .exif:
            guard let block = HEICContents.exif(bytes, limits: limits) else { return [] }
            let payload = Array("Exif\0\0".utf8) + block.tiff.bytes
            return ExifDescription(block: block, payload: payload).findings(
                origin: node.range.upperBound - block.tiff.count, action: action)
        case .xmp, .xmpBox, .gainMapParameters:
            return XMPPacket.values(in: bytes).map { finding("\($0.label) (XMP)", $0.reveals, $0.text) }
        case .textProperty:
            // Texts with NUL behind each, in a box with version and flags.
            return bytes.dropFirst(Box.headerSize + FullBoxHead.size).split(separator: 0).map {
                finding(node.label, .text, String(decoding: $0.prefix(300), as: UTF8.self))
            }
        case .iccProfile:
            guard let place = node.property, case .profile(let profile, _) = original.document.properties[place].outcome
            else { return [] }
            return profile.textFindings(in: node.range, action: action)
        default: return [finding(node.label, .text, String(decoding: bytes.prefix(300), as: UTF8.self))]
        }
    }
}
