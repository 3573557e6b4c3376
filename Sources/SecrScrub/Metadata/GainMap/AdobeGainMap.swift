internal import SecrBytes

/// The gain map parameters of Adobe's and Android's XMP properties (Ultra HDR image format, version 1.0).
struct AdobeGainMap: Sendable, Equatable {
    /// Names with one value, or three for red, green and blue, in the order of ``names``.
    private let numbers: [String: [String]]
    private let baseIsHDR: Bool?

    private static let namespace: StaticString = "http://ns.adobe.com/hdr-gain-map/1.0/"
    private static let names = [
        "GainMapMin", "GainMapMax", "Gamma", "OffsetSDR", "OffsetHDR", "HDRCapacityMin", "HDRCapacityMax",
    ]
    private static let required = ["GainMapMax", "HDRCapacityMax"]

    /// Whether a packet says that the picture has a gain map.
    static func isAnnounced(in packet: [UInt8]) -> Bool {
        XMPProperties(packet, namespace: namespace)?.value("Version") == "1.0"
    }

    /// - Parameter packet: of the map; `nil` where it does not hold what a renderer needs.
    init?(_ packet: [UInt8]) {
        guard let properties = XMPProperties(packet, namespace: Self.namespace), properties.value("Version") == "1.0"
        else { return nil }
        var numbers: [String: [String]] = [:]
        for name in Self.names {
            guard let values = properties.values(name) else { continue }
            let checked = values.compactMap(XMPNumber.normalized)
            guard checked.count == values.count, [1, 3].contains(checked.count) else { return nil }
            numbers[name] = checked
        }
        guard Self.required.allSatisfy({ numbers[$0] != nil }) else { return nil }
        self.numbers = numbers
        switch properties.value("BaseRenditionIsHDR") {
        case nil: baseIsHDR = nil
        case "True": baseIsHDR = true
        case "False": baseIsHDR = false
        default: return nil
        }
    }

    var properties: GainMapParameters.Properties {
        var attributes = " hdrgm:Version=\"1.0\""
        var content = ""
        for name in Self.names {
            guard let values = numbers[name] else { continue }
            if values.count == 1 {
                attributes += " hdrgm:\(name)=\"\(values[0])\""
            } else {
                let items = values.map { "<rdf:li>\($0)</rdf:li>" }.joined()
                content += "<hdrgm:\(name)><rdf:Seq>\(items)</rdf:Seq></hdrgm:\(name)>"
            }
        }
        if let baseIsHDR { attributes += " hdrgm:BaseRenditionIsHDR=\"\(baseIsHDR ? "True" : "False")\"" }
        return GainMapParameters.Properties(
            namespaces: [("hdrgm", Self.namespace.description)], attributes: attributes, content: content)
    }

    static func basePacket(length: Int) -> [UInt8] {
        func item(_ attributes: String) -> String {
            "<rdf:li rdf:parseType=\"Resource\"><Container:Item \(attributes)/></rdf:li>"
        }
        let items = [
            item("Item:Semantic=\"Primary\" Item:Mime=\"image/jpeg\""),
            item("Item:Semantic=\"GainMap\" Item:Mime=\"image/jpeg\" Item:Length=\"\(length)\""),
        ]
        return XMPWriter.packet(
            [
                ("hdrgm", namespace.description), ("Container", "http://ns.google.com/photos/1.0/container/"),
                ("Item", "http://ns.google.com/photos/1.0/container/item/"),
            ], attributes: " hdrgm:Version=\"1.0\"",
            content: "<Container:Directory><rdf:Seq>\(items.joined())</rdf:Seq></Container:Directory>")
    }
}
