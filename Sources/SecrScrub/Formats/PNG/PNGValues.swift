internal import SecrBytes
internal import SecrCompression

/// The values inside the parts of a PNG file, for a person to read.
struct PNGValues {
    private let original: Parsed<PNGDocument>
    private let limits: Limits
    /// Where parts begin that stay. What a part says of the picture's orientation may stay without it.
    private let kept: Set<Int>

    /// - Parameter parts: what becomes of each part.
    init(_ original: Parsed<PNGDocument>, parts: [Finding], limits: Limits) {
        self.original = original
        self.limits = limits
        kept = Set(parts.filter { $0.action == .kept && $0.kind != .orientation }.map(\.range.lowerBound))
    }

    /// Longest text that is shown.
    private static let textLimit = 300

    /// Of as many parts as there is time and room for: thousands of packed texts could unpack to gigabytes.
    var all: [Finding] {
        get throws {
            var window = ByteWindow(original.source)
            var room = limits.allTextBytes
            var findings: [Finding] = []
            for node in original.document.nodes where findings.count < limits.shownValues {
                findings += try values(of: node, &room, &window)
            }
            return Array(findings.prefix(limits.shownValues))
        }
    }

    private func values(of node: PNGNode, _ room: inout Int, _ window: inout ByteWindow) throws -> [Finding] {
        switch node.kind {
        case .text, .xmp, .exifText, .iptcText:
            guard room > 0, let content = try text(of: node, &window) else { return [] }
            room -= max(content.count, 256)
            return values(in: content, of: node)
        case .iccProfile:
            let name = try window.bytes(in: node.payload.prefix(PNGChunkNames.keywordLength)).prefix { $0 != 0 }
            let texts = original.document.icc.textFindings(in: node.payload, action: action(of: node))
            if texts.isEmpty { return [] }
            return texts + [finding(node, "name (colour profile)", .device, String(decoding: name, as: UTF8.self))]
        case .exif: return exif(try window.bytes(in: node.payload), node, isPacked: false)
        case .time:
            let fields = ByteReader(try window.bytes(in: node.payload))
            guard fields.count == 7, let year = try? fields.uint16(at: 0) else { return [] }
            let value = DateFields.text([year] + fields.bytes[2...].map(Int.init))
            return [finding(node, "time of the last change", .time, value)]
        default: return []
        }
    }

    private func values(in content: [UInt8], of node: PNGNode) -> [Finding] {
        switch node.kind {
        case .xmp:
            return XMPPacket.values(in: Self.rawProfile(content) ?? content).map {
                finding(node, "\($0.label) (XMP)", $0.reveals, $0.text)
            }
        case .exifText: return Self.rawProfile(content).map { exif($0, node, isPacked: true) } ?? []
        case .iptcText:
            return Self.rawProfile(content).map(PhotoshopResources.values(inBlocks:))?.map {
                finding(node, $0.label, $0.reveals, $0.text)
            } ?? []
        default:
            let keyword = node.keyword ?? ""
            let value = String(decoding: content.prefix(Self.textLimit), as: UTF8.self)
            return [finding(node, keyword, PNGChunkNames.reveals(keyword: keyword), value)]
        }
    }

    private func finding(_ node: PNGNode, _ name: String, _ reveals: Revelation, _ value: String?) -> Finding {
        Finding(
            node.kind.findingClass ?? .comment, reveals: [reveals], name, value: value, range: node.payload,
            action: action(of: node))
    }

    private func action(of node: PNGNode) -> Finding.Action {
        kept.contains(node.range.lowerBound) ? .kept : .removed
    }

    /// - Parameter isPacked: whether the values have no place in the file of their own.
    private func exif(_ bytes: [UInt8], _ node: PNGNode, isPacked: Bool) -> [Finding] {
        guard let block = PNGParser.block(ByteReader(bytes), limits: limits) else { return [] }
        let payload = Array("Exif".utf8) + [0, 0] + block.tiff.bytes
        let action = action(of: node)
        let origin = node.payload.upperBound - block.tiff.bytes.count
        return ExifDescription(block: block, payload: payload).findings(origin: origin, action: action).map { found in
            var found = found
            if isPacked { found.range = node.payload }
            return found
        }
    }

    /// What a text chunk says, unpacked as far as it is going to be shown.
    private func text(of node: PNGNode, _ window: inout ByteWindow) throws -> [UInt8]? {
        let payload = try window.bytes(in: node.payload.prefix(limits.textBytes))
        guard let end = payload.firstIndex(of: 0) else { return nil }
        let rest = payload[(end + 1)...]
        switch ByteReader(try window.bytes(in: node.range.prefix(PNGChunk.headSize))).type {
        case "tEXt": return Array(rest)
        case "zTXt": return unpacked(rest.dropFirst())
        case "iTXt":
            guard rest.count > 2, let language = rest.dropFirst(2).firstIndex(of: 0),
                let translation = rest[(language + 1)...].firstIndex(of: 0)
            else { return nil }
            let content = rest[(translation + 1)...]
            return rest[rest.startIndex] == 1 ? unpacked(content) : Array(content)
        default: return nil
        }
    }

    private func unpacked(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        Inflater(limit: limits.textBytes).output(of: bytes)
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case 0x30...0x39: character - 0x30
        case 0x41...0x46: character - 0x41 + 10
        case 0x61...0x66: character - 0x61 + 10
        default: nil
        }
    }

    /// ImageMagick writes binary blocks as text: a name, a length, and hexadecimal digits in lines.
    private static func rawProfile(_ content: [UInt8]) -> [UInt8]? {
        let lines = content.split(separator: 0x0A)
        guard lines.count >= 3, Int(String(decoding: lines[1].drop { $0 == 0x20 }, as: UTF8.self)) != nil else {
            return nil
        }
        let digits = lines[2...].joined().compactMap(digit)
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}

extension ByteReader {
    /// Of a chunk's head.
    fileprivate var type: FourCC? { try? fourCC(at: 4) }
}
