internal import SecrBytes

/// Says what goes of the tables of a HEIF file: words, groups and bytes that no viewer needs.
struct HEICTableFindings {
    let document: HEICDocument
    /// `nil` where nothing can stay.
    let selection: HEICSelection?

    func all(_ window: inout ByteWindow) throws -> [Finding] {
        try handlerName(&window) + words + surplus + properties + groups
    }

    private func handlerName(_ window: inout ByteWindow) throws -> [Finding] {
        // Behind version, flags, kind and three reserved numbers.
        let start = Box.headerSize + FullBoxHead.size + 20
        guard let node = document.nodes.first(where: { $0.kind == .handler }), node.range.count > start else {
            return []
        }
        let bytes = try window.bytes(in: node.range.dropFirst(start).prefix(256)).prefix { $0 != 0 }
        if bytes.isEmpty { return [] }
        let name = String(decoding: bytes, as: UTF8.self)
        return [
            Finding(
                .encoder, reveals: [.software], "name of the handler", value: name, range: node.range, action: .removed)
        ]
    }

    /// Names of items, and their types where these can be any text.
    private var words: [Finding] {
        guard let table = document.nodes.first(where: { $0.kind == .itemInformation }) else { return [] }
        let words = document.items.flatMap { item -> [String] in
            let typeStays =
                selection.map { $0.contains(item.id) && $0.contentType(of: item) == item.contentType } ?? false
            return ([item.name] + (typeStays ? [] : [item.contentType, item.encoding])).filter { !$0.isEmpty }
        }
        guard let first = words.first else { return [] }
        let more = Set(words).count > 1 ? " and others" : ""
        return [
            Finding(
                .comment, reveals: [.text, .software], "names and types of items", value: first + more,
                range: table.range, action: .removed)
        ]
    }

    /// Bytes behind the last field of an entry.
    private var surplus: [Finding] {
        document.items.filter { !$0.surplus.isEmpty }.map {
            Finding(
                .gap, reveals: [.leftover], "bytes that belong to nothing", value: "\($0.surplus.count) bytes",
                range: $0.surplus, action: .removed)
        }
    }

    /// Those that nothing uses, and what is in those that stay without being needed.
    private var properties: [Finding] {
        let used = Set(document.items.flatMap { $0.properties.map(\.property) })
        return document.properties.enumerated().compactMap { place, property in
            guard property.kind.findingClass == nil else { return nil }
            if !used.contains(place) {
                return Finding(
                    .gap, reveals: [.leftover], "a property of no item", value: "\(property.range.count) bytes",
                    range: property.range, action: .removed)
            }
            guard property.isReduced, selection?.usedProperties.contains(place) == true else { return nil }
            return CodecConfiguration.types.contains(property.type)
                ? Finding(
                    .encoder, reveals: [.software], "the encoder's messages (\(property.type))", range: property.range,
                    action: .reduced)
                : Finding(
                    .table, reveals: [.leftover], "unused bits (\(property.type))", range: property.range,
                    action: .reduced)
        }
    }

    private static let groupNames: [FourCC: String] = [
        "albc": "album", "aebr": "bracketing", "afbr": "bracketing", "brst": "burst of pictures",
        "dobr": "bracketing", "favc": "favourites", "fobr": "bracketing", "pano": "panorama", "slid": "slide show",
        "tsyn": "pictures taken at the same time", "wbbr": "bracketing",
    ]

    private var groups: [Finding] {
        document.groups.compactMap { group in
            if let selection, !selection.entities(of: group).isEmpty { return nil }
            let name = Self.groupNames[group.type] ?? "group of pictures (\(group.type))"
            let count = group.entities.count
            return Finding(
                .multiPicture, reveals: [.identifier], name, value: count == 1 ? "1 item" : "\(count) items",
                range: group.range, action: .removed)
        }
    }
}
