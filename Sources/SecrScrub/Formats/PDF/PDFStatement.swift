/// What a document says of itself: the dictionary of ISO 32000-2, 14.3.3, with a copyright that this standard has no word
/// for. Where it keeps PDF/A, its XMP says the same.
struct PDFStatement: Sendable {
    let statement: Statement

    /// An empty one where there is nothing to say.
    var information: PDFDictionary {
        var dictionary = PDFDictionary()
        if let author = statement.author { dictionary["Author"] = Self.string(author) }
        if let copyright = statement.copyright { dictionary["Copyright"] = Self.string(copyright) }
        if let time = statement.time { dictionary["CreationDate"] = Self.string(time.pdf) }
        return dictionary
    }

    /// In ASCII, or else in UTF-16 with a mark (7.9.2.2).
    private static func string(_ text: String) -> PDFValue {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return .string(Array(text.utf8)) }
        return .string([0xFE, 0xFF] + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })
    }

    /// In a packet of XMP, with the namespaces that this takes.
    var properties: (spaces: [(String, String)], attributes: String, content: String) {
        var (spaces, attributes, content): ([(String, String)], String, String) = ([], "", "")
        if let time = statement.time {
            spaces.append(("xmp", "http://ns.adobe.com/xap/1.0/"))
            attributes += " xmp:CreateDate=\"\(time.iso)\""
        }
        if let author = statement.author {
            content += "<dc:creator><rdf:Seq><rdf:li>\(XMLText.escaped(author))</rdf:li></rdf:Seq></dc:creator>"
        }
        if let copyright = statement.copyright {
            let text = XMLText.escaped(copyright)
            content += "<dc:rights><rdf:Alt><rdf:li xml:lang=\"x-default\">\(text)</rdf:li></rdf:Alt></dc:rights>"
        }
        return (spaces, attributes, content)
    }
}
