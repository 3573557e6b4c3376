internal import SecrBytes

/// What a document says of the standards that it keeps: PDF/A (ISO 19005) and PDF/UA (ISO 14289).
///
/// Both can be said in XMP only, so a document that says so gets a packet that holds this and nothing else.
struct PDFClaim: Sendable, Equatable {
    struct Level: Sendable, Equatable {
        var part: Int
        /// `A`, `B`, `U`, `E` or `F`, in the parts that have such levels.
        var letter: String?
        /// Of its edition, where the part wants it to be named.
        var year: String?

        init?(_ properties: XMPProperties?) {
            guard let properties, let part = properties.value("part").flatMap({ Int($0) }), (1...9).contains(part)
            else { return nil }
            self.part = part
            letter = properties.value("conformance").flatMap { ["A", "B", "U", "E", "F"].contains($0) ? $0 : nil }
            year = properties.value("rev").flatMap { text in
                text.utf8.count == 4 && text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? text : nil
            }
        }
    }

    private(set) var archive: Level?
    private(set) var access: Level?
    /// Of the document. PDF/UA wants one, and nothing else is a reason to keep it.
    private(set) var title: String?
    /// Whether the packet holds nothing else.
    private(set) var isAlone = false

    /// Longest title that stays, in bytes.
    private static let longestTitle = 4_096

    private static let archiveName: StaticString = "http://www.aiim.org/pdfa/ns/id/"
    private static let accessName: StaticString = "http://www.aiim.org/pdfua/ns/id/"
    private static let words: StaticString = "http://purl.org/dc/elements/1.1/"

    /// - Parameters:
    ///   - packet: the XMP of the whole document.
    ///   - title: where the packet has none.
    /// - Returns: `nil` where nothing is claimed.
    init?(_ packet: [UInt8], title: String?) {
        archive = Level(XMPProperties(packet, namespace: Self.archiveName))
        access = Level(XMPProperties(packet, namespace: Self.accessName))
        access?.letter = nil
        if archive == nil && access == nil { return nil }
        defer { isAlone = packet == self.packet }
        if access == nil { return }
        let words = XMPProperties(packet, namespace: Self.words)?.values("title")?.first.map(XMLText.unescaped)
        let found = Self.trimmed(words ?? title ?? "")
        if !found.isEmpty, found.utf8.count <= Self.longestTitle { self.title = found }
    }

    /// In one line, as it is read back from XML.
    private static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars.filter { ![0xFFFE, 0xFFFF].contains($0.value) }
        let words = scalars.split { $0.value <= 0x20 || $0.value == 0x7F }
        return words.map { String($0) }.joined(separator: " ")
    }

    /// As people call it: `PDF/A-2b and PDF/UA-1`.
    var name: String {
        [
            archive.map { "PDF/A-\($0.part)\($0.letter?.lowercased() ?? "")" }, access.map { "PDF/UA-\($0.part)" },
        ].compactMap(\.self).joined(separator: " and ")
    }

    /// Whether objects may not be packed together (19005-1, 6.1.4).
    var forbidsPackedObjects: Bool { archive?.part == 1 }

    /// The XMP that says this, and nothing else.
    var packet: [UInt8] { packet(with: PDFStatement(statement: Statement())) }

    func packet(with statement: PDFStatement) -> [UInt8] {
        var (spaces, attributes, content) = statement.properties
        if let archive {
            spaces.append(("pdfaid", Self.archiveName.description))
            attributes += " pdfaid:part=\"\(archive.part)\""
            if let level = archive.letter { attributes += " pdfaid:conformance=\"\(level)\"" }
            if let year = archive.year { attributes += " pdfaid:rev=\"\(year)\"" }
        }
        if let access {
            spaces.append(("pdfuaid", Self.accessName.description))
            attributes += " pdfuaid:part=\"\(access.part)\""
            if let year = access.year { attributes += " pdfuaid:rev=\"\(year)\"" }
        }
        if title != nil || !content.isEmpty { spaces.append(("dc", Self.words.description)) }
        if let title {
            let text = XMLText.escaped(title)
            content += "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">\(text)</rdf:li></rdf:Alt></dc:title>"
        }
        if let archive, let access, archive.part < 4 {
            spaces += Self.extensionSpaces
            content += Self.explanation(withYear: access.year != nil)
        }
        return XMPWriter.wrapped(XMPWriter.packet(spaces, attributes: attributes, content: content))
    }

    // MARK: Both at once

    private static let extensionSpaces = [
        ("pdfaExtension", "http://www.aiim.org/pdfa/ns/extension/"),
        ("pdfaSchema", "http://www.aiim.org/pdfa/ns/schema#"),
        ("pdfaProperty", "http://www.aiim.org/pdfa/ns/property#"),
    ]

    /// PDF/A wants properties that it does not know to be explained, and PDF/UA's are some (19005-2, 6.6.2.3).
    private static func explanation(withYear: Bool) -> String {
        func property(_ name: String, _ text: String) -> String {
            """
            <rdf:li rdf:parseType="Resource"><pdfaProperty:category>internal</pdfaProperty:category>\
            <pdfaProperty:description>\(text)</pdfaProperty:description><pdfaProperty:name>\(name)</pdfaProperty:name>\
            <pdfaProperty:valueType>Integer</pdfaProperty:valueType></rdf:li>
            """
        }
        let properties = property("part", "Part of ISO 14289") + (withYear ? property("rev", "Year of ISO 14289") : "")
        return """
            <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
            <pdfaSchema:namespaceURI>\(accessName)</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
            <pdfaSchema:schema>PDF/UA</pdfaSchema:schema><pdfaSchema:property><rdf:Seq>\(properties)</rdf:Seq>\
            </pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas>
            """
    }
}
