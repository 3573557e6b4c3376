internal import SecrBytes

/// Reads simple properties out of an XMP packet (ISO 16684-1): values as attributes, as elements, or in lists.
///
/// No parser of XML: whatever it misreads is simply not found. Values are checked and written anew by whoever asks for
/// them.
struct XMPProperties {
    private let packet: [UInt8]
    private let prefix: [UInt8]

    /// - Parameter namespace: of the properties; `nil` where the packet does not declare it.
    init?(_ packet: [UInt8], namespace: StaticString) {
        var from = 0
        // Descriptions of namespaces name them too, in few places.
        for _ in 0..<16 {
            guard let hit = packet.firstOffset(of: Array(namespace.description.utf8), from: from) else { return nil }
            if let prefix = Self.prefix(declaredBefore: hit, in: packet) {
                (self.packet, self.prefix) = (packet, prefix)
                return
            }
            from = hit + 1
        }
        return nil
    }

    /// Of `xmlns:PREFIX="`, in front of a namespace.
    private static func prefix(declaredBefore place: Int, in packet: [UInt8]) -> [UInt8]? {
        let before = packet[..<max(0, place - 1)]
        guard let equals = before.lastIndex(where: { !isSpace($0) }), packet[equals] == UInt8(ascii: "="),
            let end = before[..<equals].lastIndex(where: { !isSpace($0) }),
            let colon = before[...end].lastIndex(of: UInt8(ascii: ":")), end > colon, end - colon < 64
        else { return nil }
        return Array(packet[(colon + 1)...end])
    }

    /// The values of a property: one, or those of a list; `nil` where it is not there.
    func values(_ name: String) -> [String]? {
        let wanted = prefix + [UInt8(ascii: ":")] + Array(name.utf8)
        var from = 0
        // A name stands in few places; what repeats it for ever must not cost more than the packet.
        for _ in 0..<16 {
            guard let hit = packet.firstOffset(of: wanted, from: from) else { return nil }
            from = hit + wanted.count
            guard hit > 0, from < packet.count else { continue }
            if Self.isSpace(packet[hit - 1]), let value = attribute(from: from) { return [value] }
            if packet[hit - 1] == UInt8(ascii: "<"), let values = element(named: wanted, from: from) { return values }
        }
        return nil
    }

    /// A property of a single value.
    func value(_ name: String) -> String? {
        guard let values = values(name), values.count == 1 else { return nil }
        return values[0]
    }

    private func attribute(from start: Int) -> String? {
        var rest = packet[start...].drop(while: Self.isSpace)
        guard rest.popFirst() == UInt8(ascii: "=") else { return nil }
        rest = rest.drop(while: Self.isSpace)
        guard let quote = rest.popFirst(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
            let end = rest.firstIndex(of: quote)
        else { return nil }
        return String(decoding: rest[..<end], as: UTF8.self)
    }

    private func element(named name: [UInt8], from start: Int) -> [String]? {
        guard let open = packet[start...].firstIndex(of: UInt8(ascii: ">")), packet[open - 1] != UInt8(ascii: "/"),
            let close = packet.firstOffset(of: Array("</".utf8) + name, from: open)
        else { return nil }
        let content = Array(packet[(open + 1)..<close])
        var values: [String] = []
        var from = 0
        while let item = content.firstOffset(of: Array("<rdf:li".utf8), from: from),
            let begin = content[item...].firstIndex(of: UInt8(ascii: ">")),
            let end = content[begin...].firstIndex(of: UInt8(ascii: "<"))
        {
            values.append(Self.trimmed(content[(begin + 1)..<end]))
            from = end
        }
        return values.isEmpty ? [Self.trimmed(content[...])] : values
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        let start = bytes.drop(while: isSpace)
        let end = start.lastIndex { !isSpace($0) }
        return String(decoding: end.map { start[...$0] } ?? [], as: UTF8.self)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
}

/// Writes XMP packets about a single thing, for the few properties that are ever kept.
enum XMPWriter {
    /// - Parameters:
    ///   - namespaces: prefixes with what they stand for.
    ///   - attributes: as they stand in the element, each with a blank in front.
    ///   - content: inside the element.
    static func packet(_ namespaces: [(String, String)], attributes: String, content: String) -> [UInt8] {
        let declared = namespaces.map { " xmlns:\($0.0)=\"\($0.1)\"" }.joined()
        return Array(
            """
            <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\
            <rdf:Description rdf:about=""\(declared)\(attributes)>\(content)</rdf:Description></rdf:RDF></x:xmpmeta>
            """.utf8)
    }

    /// With what stands in front of and behind a packet that other programs are to find.
    static func wrapped(_ packet: [UInt8]) -> [UInt8] {
        Array("<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n".utf8) + packet
            + Array("\n<?xpacket end=\"r\"?>".utf8)
    }
}

/// Text between tags (XML 1.0, 2.4).
enum XMLText {
    private static let entities: [(scalar: Unicode.Scalar, name: String)] = [
        ("&", "amp"), ("<", "lt"), (">", "gt"), ("\"", "quot"), ("'", "apos"),
    ]

    static func escaped(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "") { found, scalar in
            if let entity = entities.first(where: { $0.scalar == scalar }) {
                found += "&\(entity.name);"
            } else {
                found.unicodeScalars.append(scalar)
            }
        }
    }

    static func unescaped(_ text: String) -> String {
        var found = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            let name = String(rest.prefix(12).prefix { $0 != ";" })
            if scalar == "&", rest.dropFirst(name.unicodeScalars.count).first == ";", let meant = meaning(of: name) {
                found.append(meant)
                rest = rest.dropFirst(name.unicodeScalars.count + 1)
            } else {
                found.append(scalar)
            }
        }
        return String(found)
    }

    private static func meaning(of name: String) -> Unicode.Scalar? {
        if let entity = entities.first(where: { $0.name == name }) { return entity.scalar }
        guard name.hasPrefix("#") else { return nil }
        let number = name.hasPrefix("#x") ? UInt32(name.dropFirst(2), radix: 16) : UInt32(name.dropFirst())
        return number.flatMap(Unicode.Scalar.init)
    }
}
