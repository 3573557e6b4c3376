internal import SecrBytes

/// The values inside the texts of a video, for a person to read.
struct MP4Values {
    private let original: Parsed<MP4Document>
    private let limits: Limits
    /// Where parts are that stay.
    private let kept: Set<Range<Int>>

    /// Of a text that is read as a whole.
    private static let largest = 1 << 20

    /// - Parameter parts: what becomes of each part.
    init(_ original: Parsed<MP4Document>, parts: [Finding], limits: Limits) {
        self.original = original
        self.limits = limits
        kept = Set(parts.filter { $0.action == .kept }.map(\.range))
    }

    var all: [Finding] {
        get throws {
            var window = ByteWindow(original.source)
            var findings: [Finding] = []
            var room = limits.allTextBytes
            for node in original.document.nodes where findings.count < limits.shownValues && room > 0 {
                guard node.range.count <= Self.largest, [.userData, .metadata, .xmpBox].contains(node.kind) else {
                    continue
                }
                room -= node.range.count
                var reader = BoxReader(limits: limits)
                guard let box = try? reader.cut(node.range, &window).boxes.first else { continue }
                // Whatever is wrong with a text that goes away, it goes away.
                findings += (try? values(of: box, node, &window, reader)) ?? []
            }
            let tracks = try MP4Positions(original.document, limits: limits).findings(&window)
            return tracks + findings.prefix(limits.shownValues)
        }
    }

    private func values(
        of box: Box, _ node: MP4Node, _ window: inout ByteWindow, _ reader: BoxReader
    ) throws -> [Finding] {
        if node.kind == .xmpBox {
            return XMPPacket.values(in: try window.bytes(in: box.content)).map {
                Finding(
                    .xmp, reveals: [$0.reveals], "\($0.label) (XMP)", value: $0.text, range: node.range,
                    action: action(of: node))
            }
        }
        if node.kind == .metadata { return try items(of: box, node, &window, reader) }
        guard box.type.bytes[0] == 0xA9 else {
            return try MP4MakerText(box, &window).map { text in
                [
                    Finding(
                        .comment, reveals: [text.reveals], text.name, value: text.value, range: node.range,
                        action: action(of: node))
                ]
            } ?? []
        }
        // QuickTime: a length and a language in front of each text.
        let content = ByteReader(try window.bytes(in: box.content))
        let count = try content.uint16(at: 0)
        let text = String(decoding: try content.slice(at: 4, count: min(count, 300)), as: UTF8.self)
        return [finding(Self.name(of: box.type), text, node)]
    }

    /// iTunes' items, and Apple's with keys that are words.
    private func items(
        of meta: Box, _ node: MP4Node, _ window: inout ByteWindow, _ reader: BoxReader
    ) throws -> [Finding] {
        var reader = reader
        let head = try window.bytes(in: meta.content.prefix(8))
        let start = head.dropFirst(4).hasPrefix("hdlr") ? 0 : FullBoxHead.size
        let boxes = try reader.cut(meta.content.dropFirst(start), &window).boxes
        var keys: [String] = []
        if let table = boxes.first(where: { $0.type == "keys" }) {
            for key in try reader.cut(table.content.dropFirst(8), &window).boxes {
                keys.append(String(decoding: try window.bytes(in: key.content.prefix(200)), as: UTF8.self))
            }
        }
        guard let list = boxes.first(where: { $0.type == "ilst" }) else { return [] }
        var findings: [Finding] = []
        for item in try reader.cut(list.content, &window).boxes {
            for data in try reader.cut(item.content, &window).boxes where data.type == "data" {
                let content = try window.bytes(in: data.content.prefix(308))
                // Of all types only texts are shown.
                guard content.count > 8, content[3] == 1 else { continue }
                let number = Int(item.type.rawValue)
                let key = (1...max(keys.count, 1)).contains(number) && !keys.isEmpty ? keys[number - 1] : nil
                let name = key ?? Self.name(of: item.type)
                findings.append(finding(name, String(decoding: content.dropFirst(8), as: UTF8.self), node))
            }
        }
        return findings
    }

    /// A type without the sign that QuickTime puts in front of texts.
    static func name(of type: FourCC) -> String {
        String(decoding: type.bytes.drop { $0 == 0xA9 }, as: UTF8.self)
    }

    private func finding(_ key: String, _ text: String, _ node: MP4Node) -> Finding {
        let (name, reveals) = Self.meaning(of: key)
        return Finding(.comment, reveals: [reveals], name, value: text, range: node.range, action: action(of: node))
    }

    private func action(of node: MP4Node) -> Finding.Action { kept.contains(node.range) ? .kept : .removed }

    /// By parts of a key, what it is called and what it gives away.
    private static let meanings: [(part: String, name: String, reveals: Revelation)] = [
        ("location", "position", .location), ("xyz", "position", .location),
        ("content.identifier", "id shared with the picture of a Live Photo", .identifier),
        ("creationdate", "time taken", .time), ("day", "time taken", .time),
        ("make", "maker", .device), ("mak", "maker", .device), ("model", "model", .device), ("mod", "model", .device),
        ("software", "software", .software), ("swr", "software", .software), ("too", "software", .software),
        ("android.version", "software", .software), ("author", "author", .person), ("aut", "author", .person),
        ("artist", "artist", .person), ("ART", "artist", .person), ("copyright", "copyright", .person),
        ("cprt", "copyright", .person), ("cpy", "copyright", .person),
        ("camera.identifier", "camera", .serial), ("serial", "serial number", .serial), ("nam", "title", .text),
        ("cmt", "comment", .text), ("des", "description", .text),
    ]

    private static func meaning(of key: String) -> (String, Revelation) {
        let found = meanings.first { $0.part.count > 3 ? key.contains($0.part) : key == $0.part }
        return found.map { ($0.name, $0.reveals) } ?? (key, .text)
    }
}
