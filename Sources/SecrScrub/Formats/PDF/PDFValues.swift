internal import SecrBytes

/// What a document says of its author, for a person to read.
struct PDFValues {
    private let contents: PDFContents
    private let composer: PDFComposer
    private let source: any ByteSource
    private let limits: Limits

    init(_ original: Parsed<PDFDocument>, limits: Limits) {
        (contents, composer) = (original.document.contents, original.document.composer)
        (source, self.limits) = (original.source, limits)
    }

    /// Longest text that is shown.
    private static let textLimit = 300

    var all: [Finding] {
        get throws {
            var window = ByteWindow(source)
            let values = information + (try metadata(&window)) + reviewers + revisions(&window) + pictures
            return Array(values.prefix(limits.shownValues))
        }
    }

    private func finding(
        _ kind: FindingClass, _ reveals: Revelation, _ name: String, _ value: String,
        _ action: Finding.Action = .removed
    ) -> Finding {
        Finding(
            kind, reveals: [reveals], name, value: String(value.prefix(Self.textLimit)), range: 0..<contents.size,
            action: action)
    }

    // MARK: The document

    private static let keys: [(key: String, name: String, reveals: Revelation)] = [
        ("Author", "author", .person), ("Creator", "program", .software),
        ("Producer", "program that wrote it", .software),
        ("CreationDate", "date of creation", .time), ("ModDate", "date of the last change", .time),
        ("Title", "title", .text), ("Subject", "subject", .text), ("Keywords", "keywords", .text),
    ]

    private var information: [Finding] {
        guard let dictionary = contents.resolved(contents.trailer["Info"]).dictionary else { return [] }
        return dictionary.entries.compactMap { entry in
            guard let bytes = contents.resolved(entry.value).string, !bytes.isEmpty else { return nil }
            let known = Self.keys.first { $0.key == entry.key }
            return finding(.comment, known?.reveals ?? .text, known?.name ?? entry.key, Self.text(bytes))
        }
    }

    private func metadata(_ window: inout ByteWindow) throws -> [Finding] {
        var (found, room) = ([Finding](), limits.allTextBytes)
        let streams = contents.objects.filter { $0.value.value.dictionary?.isOfType("Metadata") == true }
        for (_, object) in streams.sorted(by: { $0.key.number < $1.key.number }) where room > 0 {
            guard let stream = object.stream, stream.count <= limits.textBytes,
                let bytes = try? stream.bytes(from: &window)
            else { continue }
            guard let packet = try? PDFFilters.undo(stream.filters, bytes, limit: limits.textBytes) else { continue }
            room -= max(256, packet.count)
            found += XMPPacket.values(in: packet).map { finding(.xmp, $0.reveals, "\($0.label) (XMP)", $0.text ?? "") }
        }
        return found
    }

    private var reviewers: [Finding] {
        var names: Set<String> = []
        for object in contents.objects.values {
            guard let dictionary = object.value.dictionary, dictionary["Rect"] != nil, dictionary["FT"] == nil,
                contents.resolved(dictionary["Subtype"]).name != "Widget",
                let name = contents.resolved(dictionary["T"]).string, !name.isEmpty
            else { continue }
            names.insert(Self.text(name))
        }
        return names.sorted().map { finding(.comment, .person, "reviewer", $0) }
    }

    /// How often the document was saved without being written anew (ISO 32000-2, 7.5.6).
    private func revisions(_ window: inout ByteWindow) -> [Finding] {
        let mark = Array("%%EOF".utf8)
        var (ends, position) = (0, 0)
        while position < contents.size,
            let bytes = try? window.bytes(in: position..<min(contents.size, position + 65_536))
        {
            // A mark across the end of a step is found with the next one.
            for place in bytes.indices.dropLast(mark.count - 1)
            where bytes[place] == mark[0] && bytes[place...].starts(with: mark) {
                ends += 1
            }
            position += max(1, bytes.count - mark.count + 1)
        }
        guard ends > 1 else { return [] }
        let count = ends == 2 ? "an earlier version is still inside" : "\(ends - 1) earlier versions are still inside"
        return [finding(.gap, .history, "earlier versions", count)]
    }

    private var pictures: [Finding] {
        composer.packed.compactMap(\.?.inner).flatMap(\.findings).filter { $0.action != .kept }.map {
            Finding(
                $0.kind, reveals: $0.reveals, $0.name + " of a picture", value: $0.value, range: 0..<contents.size,
                action: $0.action)
        }
    }

    /// Words of a string (7.9.2.2): UTF-16 or UTF-8 with a mark, or else a letter in each byte.
    static func text(_ bytes: [UInt8]) -> String {
        if bytes.starts(with: [0xFE, 0xFF]) {
            let units = stride(from: 2, to: bytes.count - 1, by: 2).map {
                UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
            }
            return String(decoding: units, as: UTF16.self)
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return String(decoding: bytes.dropFirst(3), as: UTF8.self) }
        return String(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) }))
    }
}
