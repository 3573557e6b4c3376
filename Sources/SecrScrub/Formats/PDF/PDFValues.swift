internal import SecrBytes

/// What a document says of its author, for a person to read.
struct PDFValues {
    private let contents: PDFContents
    private let composer: PDFComposer
    private let source: any ByteSource
    private let limits: Limits
    private let password: DocumentPassword?

    init(_ original: Parsed<PDFDocument>, password: DocumentPassword?, limits: Limits) {
        self.password = password
        (contents, composer) = (original.document.contents, original.document.composer)
        (source, self.limits) = (original.source, limits)
    }

    /// Longest text that is shown.
    private static let textLimit = 300

    var all: [Finding] {
        get throws {
            var window = ByteWindow(source)
            let values = information + (try metadata(&window)) + reviewers + revisions + hidden + pictures
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
            return finding(
                .comment, known?.reveals ?? .text, known?.name ?? entry.key, Self.text(bytes),
                composer.drops(.information) ? .removed : .kept)
        }
    }

    private func metadata(_ window: inout ByteWindow) throws -> [Finding] {
        var (found, room) = ([Finding](), limits.allTextBytes)
        for reference in contents.objects.references where room > 0 {
            guard contents.resolved(.reference(reference)).dictionary?.isOfType("Metadata") == true else { continue }
            guard let packet = contents.packet(.reference(reference), &window, limit: limits.textBytes) else {
                continue
            }
            room -= max(256, packet.count)
            let action: Finding.Action = composer.drops(.metadata) ? .removed : .kept
            found += XMPPacket.values(in: packet).map {
                finding(.xmp, $0.reveals, "\($0.label) (XMP)", $0.text ?? "", action)
            }
        }
        return found
    }

    private var reviewers: [Finding] {
        var names: Set<String> = []
        for object in contents.objects.all {
            guard let dictionary = object.value.dictionary, dictionary["Rect"] != nil, dictionary["FT"] == nil,
                contents.resolved(dictionary["Subtype"]).name != "Widget",
                let name = contents.resolved(dictionary["T"]).string, !name.isEmpty
            else { continue }
            names.insert(Self.text(name))
        }
        return names.sorted().map { finding(.comment, .person, "reviewer", $0) }
    }

    private var revisions: [Finding] {
        let found = PDFRevisions(contents, source, password: password, limits: limits)
        return found.text.map { [finding(.gap, .history, "earlier versions", $0)] } ?? []
    }

    private var hidden: [Finding] {
        let hidden = PDFHidden(contents)
        let pages = hidden.croppedPages
        return hidden.signers.map { finding(.vendor, .person, "signature", $0) }
            + hidden.layers.map { finding(.hidden, .text, "layer that is not shown", $0, .kept) }
            + (pages.isEmpty
                ? [] : [finding(.hidden, .text, "what lies outside of the frame", PDFPages.named(pages), .kept)])
            + hidden.trackingLinks.map { finding(.auxiliary, .identifier, "link that tells who follows it", $0, .kept) }
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
