internal import SecrBytes

/// Looks into the items whose contents are not coded pictures: how others are put together, and what gain maps mean.
struct HEICContents {
    let limits: Limits
    /// Scrubs a picture that is a file of its own.
    let inner: @Sendable (any ByteSource) throws -> PreparedScrub

    /// Of an item that is read as a whole.
    private static let largest = 1 << 20

    func read(into document: inout HEICDocument, _ window: inout ByteWindow) throws {
        for item in document.items {
            guard let kind = document.kinds[item.id], HEICClassification.isVisible(kind) else {
                continue
            }
            try requireLocation(item, document)
            try requireConfiguration(item, document)
            switch item.type {
            case "grid": try setSize(item, gridSize(item, bytes(of: item, &window)), &document)
            case "iovl": try setSize(item, overlaySize(item, bytes(of: item, &window)), &document)
            case "sato": try setSize(item, expressionSize(item, bytes(of: item, &window)), &document)
            case "iden":
                try require(item.targets("dimg").count == 1, item)
                try setSize(item, 0, &document)
            case "tmap":
                try require(item.targets("dimg").count == 2, item)
                let content = try bytes(of: item, &window)
                if content.first == 0, let map = ISOGainMap(Array(content.dropFirst())) {
                    document.toneMaps[item.id] = [0] + map.block
                } else {
                    forget(item, &document)
                }
            case "jpeg": document.inner[item.id] = try jpeg(item, window.source)
            default: continue
            }
        }
        try readGainMaps(&document, &window)
    }

    private func place(_ item: HEICItem) -> Int { item.location.extents?.first?.lowerBound ?? 0 }

    private func requireLocation(_ item: HEICItem, _ document: HEICDocument) throws(ParseError) {
        guard item.location.extents != nil else {
            throw ParseError(.unsupported, at: 0, "a picture that does not lie in this file, or beyond its end")
        }
        guard item.type == "iden" || item.location.size > 0 else {
            throw ParseError(.truncated, at: place(item), "a picture without contents")
        }
    }

    /// Without it no reader can decode the picture; numbers of parts of the content have to be about the content.
    private func requireConfiguration(_ item: HEICItem, _ document: HEICDocument) throws(ParseError) {
        let needed = item.type == "unci" ? "uncC" : HEICCodedPictures.configurations[item.type]
        if let type = needed, document.properties(of: item, type).isEmpty {
            throw ParseError(.malformed, at: place(item), "a picture that does not say how it is coded")
        }
        for association in item.properties {
            let property = document.properties[association.property]
            if case .kept(let box) = property.outcome {
                let content = ByteReader(Array(box.dropFirst(Box.headerSize)), base: property.range.lowerBound)
                try HEICPropertyRules.requireParts(property.type, content, within: item.location.size)
            }
        }
    }

    private func require(_ isRight: Bool, _ item: HEICItem) throws(ParseError) {
        guard isRight else { throw ParseError(.malformed, at: place(item), "a picture that is put together wrongly") }
    }

    private func bytes(of item: HEICItem, _ window: inout ByteWindow) throws -> [UInt8] {
        guard item.location.size <= Self.largest else {
            throw ParseError(.limit, at: place(item), "an item that is too large")
        }
        var bytes: [UInt8] = []
        for range in item.location.extents ?? [] { bytes += try window.bytes(in: range) }
        return bytes
    }

    /// What stands behind the fields of a derivation belongs to nothing.
    private func setSize(_ item: HEICItem, _ size: Int, _ document: inout HEICDocument) throws(ParseError) {
        try require(size <= item.location.size, item)
        if size < item.location.size { document.usedSizes[item.id] = size }
    }

    /// ISO/IEC 23008-12, 6.6.2.3: rows, columns and a size.
    private func gridSize(_ item: HEICItem, _ content: [UInt8]) throws(ParseError) -> Int {
        let reader = ByteReader(content, base: place(item))
        let tiles = try (reader.uint8(at: 2) + 1) * (reader.uint8(at: 3) + 1)
        try require(content[0] == 0 && content[1] <= 1 && item.targets("dimg").count == tiles, item)
        return content[1] == 1 ? 12 : 8
    }

    /// ISO/IEC 23008-12, 6.6.2.2: a colour, a size, and a place for each picture.
    private func overlaySize(_ item: HEICItem, _ content: [UInt8]) throws(ParseError) -> Int {
        let flags = try ByteReader(content, base: place(item)).uint8(at: 1)
        try require(content[0] == 0 && flags <= 1, item)
        return 10 + 2 * (flags == 1 ? 4 : 2) * (1 + item.targets("dimg").count)
    }

    /// AV1-AVIF 1.2, 4.2.3: how to compute samples from those of other pictures; constants, places, and operators.
    private func expressionSize(_ item: HEICItem, _ content: [UInt8]) throws(ParseError) -> Int {
        let reader = ByteReader(content, base: place(item))
        let constantSize = 1 << (try reader.uint8(at: 0) & 3)
        try require(content[0] & 0xFC == 0, item)
        var at = 2
        for _ in 0..<(try reader.uint8(at: 1)) { at += try reader.uint8(at: at) == 0 ? 1 + constantSize : 1 }
        return at
    }

    /// A JPEG picture inside, with everything that JPEG files can have.
    private func jpeg(_ item: HEICItem, _ source: any ByteSource) throws -> PreparedScrub {
        guard let range = item.location.extents?.first, item.location.extents?.count == 1 else {
            throw ParseError(.unsupported, at: place(item), "a JPEG picture in several parts")
        }
        return try inner(SliceSource(source, range))
    }

    /// Readers have to leave out a gain map of a later version, and show the picture without it.
    private func forget(_ toneMap: HEICItem, _ document: inout HEICDocument) {
        document.kinds[toneMap.id] = .auxiliaryPicture
        for part in toneMap.targets("dimg") where document.kinds[part] == .gainMap {
            document.kinds[part] = .auxiliaryPicture
        }
    }

    // MARK: Gain maps

    /// Maps of Apple's phones say in XMP, or in the Exif of their picture, how bright they make it. Nobody can use one that
    /// says nothing.
    private func readGainMaps(_ document: inout HEICDocument, _ window: inout ByteWindow) throws {
        let toneMaps = document.items.filter { document.kinds[$0.id] == .toneMap }
        // What these say is said by another item.
        let described = Set(toneMaps.flatMap { $0.targets("dimg") })
        let maps = document.items.filter {
            document.kinds[$0.id] == .gainMap && !$0.targets("auxl").isEmpty && !described.contains($0.id)
        }
        guard maps.count <= limits.embeddedPictures else {
            throw ParseError(.limit, at: place(maps[0]), "too many gain maps")
        }
        for map in maps {
            let bases = map.targets("auxl")
            guard let packet = try packet(of: map.id, document, &window),
                let gain = AppleGainMap(named: packet, base: try exif(of: bases[0], document, &window))
            else {
                document.kinds[map.id] = .auxiliaryPicture
                continue
            }
            document.gainMapPackets[map.id] = gain.packet
            for item in document.items where document.kinds[item.id] == .xmp && item.targets("cdsc").contains(map.id) {
                document.kinds[item.id] = .gainMapParameters
            }
        }
    }

    private func packet(of id: Int, _ document: HEICDocument, _ window: inout ByteWindow) throws -> [UInt8]? {
        let item = document.items.first { document.kinds[$0.id] == .xmp && $0.targets("cdsc").contains(id) }
        guard let item, item.location.extents != nil, item.location.size <= Self.largest, item.encoding.isEmpty else {
            return nil
        }
        return try bytes(of: item, &window)
    }

    /// The Exif of a picture, or of the one it is part of.
    private func exif(of id: Int, _ document: HEICDocument, _ window: inout ByteWindow) throws -> ExifBlock? {
        let item = document.items.first { $0.type == "Exif" && $0.targets("cdsc").contains(id) }
        guard let item, item.location.extents != nil, item.location.size <= Self.largest else { return nil }
        return HEICContents.exif(try bytes(of: item, &window), limits: limits)
    }

    /// From the bytes of an item: where the block begins, and then the block (ISO/IEC 23008-12, A.2.1).
    static func exif(_ bytes: [UInt8], limits: Limits) -> ExifBlock? {
        guard let offset = try? ByteReader(bytes).uint32(at: 0), offset < bytes.count - 4 else { return nil }
        return ExifBlock(Array(bytes[(4 + offset)...]), limits: limits)
    }
}
