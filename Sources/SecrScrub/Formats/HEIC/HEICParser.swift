internal import SecrBytes

/// Assigns every byte of a HEIF file to a node, and reads its items (ISO/IEC 23008-12).
struct HEICParser {
    private let limits: Limits
    /// Scrubs a picture that is a file of its own.
    private let inner: @Sendable (any ByteSource) throws -> PreparedScrub
    private var window: ByteWindow
    private var reader: BoxReader
    private var account = BoxAccount<HEICNode>()

    init(
        _ window: ByteWindow, limits: Limits, inner: @escaping @Sendable (any ByteSource) throws -> PreparedScrub
    ) {
        self.window = window
        self.limits = limits
        self.inner = inner
        reader = BoxReader(limits: limits)
    }

    mutating func parse() throws -> HEICDocument {
        var top = try reader.cut(0..<window.size, isFile: true, &window)
        guard let first = top.boxes.first, first.type == "ftyp" else {
            throw ParseError(.malformed, at: 0, "the file does not begin with its type")
        }
        let brands = try self.brands(first)
        let place = top.boxes.firstIndex { $0.type == "meta" }
        // Behind the tables there can be another file, such as the video of a motion photo.
        if let place, let other = top.boxes[place...].firstIndex(where: { $0.type == "ftyp" }) {
            top.rest = top.boxes[other].range.lowerBound..<window.size
            top.boxes.removeSubrange(other...)
        }
        try refuse(top.boxes)
        guard let meta = place.map({ top.boxes[$0] }) else {
            throw ParseError(.truncated, at: window.size, "the file holds no picture")
        }
        let children = try self.children(of: meta)
        var tables = HEICTables(limits: limits)
        try tables.read(children, fileSize: window.size, &window)
        tables.requireLocations(in: top.boxes.filter { $0.type == "mdat" })
        let classification = try HEICClassification(
            tables.items, tables.index, tables.properties, primary: tables.primary ?? 0)
        try classification.requireKnown()
        var document = HEICDocument(
            size: window.size, nodes: [], brands: brands, primary: tables.primary ?? 0, items: tables.items,
            properties: tables.properties, groups: tables.groups, kinds: classification.kinds, gainMapPackets: [:],
            toneMaps: [:], usedSizes: [:], inner: [:], index: tables.index)
        try HEICContents(limits: limits, inner: inner).read(into: &document, &window)
        document.sequence = try sequence(top.boxes, brands)
        var pictures = HEICCodedPictures(window.source, limits: limits)
        try pictures.clean(&document)
        document.nodes = try nodes(top, children, tables, document)
        return document
    }

    /// The tracks of an animation. What is said of the file around them is said here.
    private func sequence(_ boxes: [Box], _ brands: [FourCC]) throws -> MP4Document? {
        guard let moov = boxes.first(where: { $0.type == "moov" }) else {
            // These have to have one.
            if brands.contains("msf1") || brands.contains("avis") {
                throw ParseError(.truncated, at: window.size, "the tables of its sequence are missing")
            }
            return nil
        }
        var parser = MP4Parser(window, limits: limits)
        var document = try parser.parse()
        document.nodes.removeAll { !moov.content.contains($0.range.lowerBound) }
        document.media = []
        return document
    }

    private mutating func brands(_ box: Box) throws -> [FourCC] {
        let content = try reader.content(of: box, &window)
        guard content.count >= 8, content.count % 4 == 0, content.count <= 1_024 else {
            throw ParseError(.malformed, at: box.range.lowerBound, "a file type that makes no sense")
        }
        // The second number is a version that nobody reads.
        return try ([0] + stride(from: 8, to: content.count, by: 4)).map { try content.fourCC(at: $0) }
    }

    private func refuse(_ boxes: [Box]) throws(ParseError) {
        for box in boxes {
            switch box.type {
            case "moof":
                throw ParseError(.unsupported, at: box.range.lowerBound, "a sequence of pictures in fragments")
            case "mini": throw ParseError(.unsupported, at: box.range.lowerBound, "a picture in the short form (mini)")
            default: continue
            }
        }
    }

    /// Some programs write `meta` as QuickTime does, without version and flags.
    private mutating func children(of meta: Box) throws -> [Box] {
        let head = try window.bytes(in: meta.content.prefix(8))
        let start = head.dropFirst(4).hasPrefix("hdlr") ? 0 : FullBoxHead.size
        guard meta.content.count >= start else { throw ParseError(.truncated, at: meta.range.lowerBound, "no tables") }
        let boxes = try reader.cut(meta.content.dropFirst(start), &window).boxes
        guard let handler = boxes.first(where: { $0.type == "hdlr" }), handler.content.count >= 12,
            try window.bytes(in: handler.content.prefix(12)).dropFirst(8).hasPrefix("pict")
        else { throw ParseError(.unsupported, at: meta.range.lowerBound, "no list of pictures, but of something else") }
        return boxes
    }

    // MARK: The account of all bytes

    private mutating func nodes(
        _ top: BoxReader.Cut, _ children: [Box], _ tables: HEICTables, _ document: HEICDocument
    ) throws -> [HEICNode] {
        let contents = HEICExtents(document, in: top.boxes + children)
        for (place, box) in top.boxes.enumerated() {
            switch box.type {
            case "ftyp" where place == 0: account.add(.fileType, box.range, "file type")
            case "meta" where children.first.map({ box.range.contains($0.range.lowerBound) }) == true:
                for child in children { try addTable(child, tables, contents) }
                account.close(box)
            case "mdat": addContents(box, contents)
            case "moov" where document.sequence != nil: account.add(.sequence, box.range, "tables of a sequence")
            default: try addOther(box)
            }
        }
        return try account.finish(behind: top.rest, &window, limits: limits)
    }

    private mutating func addTable(_ box: Box, _ tables: HEICTables, _ contents: HEICExtents) throws {
        switch box.type {
        case "hdlr": account.add(.handler, box.range, "handler")
        case "pitm": account.add(.primaryItem, box, endingAt: tables.ends["pitm"], "main picture")
        case "iinf": account.add(.itemInformation, box, endingAt: tables.ends["iinf"], "list of items")
        case "iloc": account.add(.itemLocations, box, endingAt: tables.ends["iloc"], "places of items")
        case "iref": account.add(.itemReferences, box.range, "references")
        case "dinf":
            // One entry, which says that everything is in this file, has no more than that.
            account.add(box.range.count <= 36 ? .dataInformation : .vendorBox, box.range, "data references")
        case "grpl": account.add(.groups, box.range, "groups")
        case "idat": addContents(box, contents)
        case "iprp":
            let list = tables.propertyBoxes.first { $0.type == "ipco" }
            for child in tables.propertyBoxes {
                switch child.type {
                case "ipma": account.add(.associations, child.range, "properties of items")
                case "ipco" where child == list:
                    for (place, property) in tables.properties.enumerated() {
                        let range = property.range.lowerBound..<property.end
                        account.add(HEICNode(kind: property.kind, range: range, label: property.label, property: place))
                        account.add(
                            .slack, property.end..<property.range.upperBound,
                            "bytes that belong to nothing")
                    }
                    account.close(child)
                default: account.add(.vendorBox, child.range, "box \(child.type)")
                }
            }
            account.close(box)
        default: try addOther(box)
        }
    }

    private mutating func addOther(_ box: Box) throws {
        guard box.type == "mpvd" else { return account.add(unneeded: box) }
        account.add(.motionVideo, box.range, try HEICMotionVideo.label(box, &window, limits: limits))
    }

    /// Bytes of a box that holds contents: those of items, and what is between them.
    private mutating func addContents(_ box: Box, _ contents: HEICExtents) {
        account.add(.framing, box.range.lowerBound..<box.content.lowerBound, "box header")
        for extent in contents.nodes(in: box) {
            let start = max(account.position, extent.range.lowerBound)
            if start >= extent.range.upperBound { continue }
            account.add(.slack, account.position..<start, "bytes that belong to nothing")
            var node = extent
            node.range = start..<extent.range.upperBound
            account.add(node)
        }
        account.add(.slack, account.position..<box.content.upperBound, "bytes that belong to nothing")
    }
}

/// Where bytes of items lie.
struct HEICExtents {
    private var byBox: [Int: [HEICNode]] = [:]

    init(_ document: HEICDocument, in boxes: [Box]) {
        let boxes = boxes.filter { $0.type == "mdat" || $0.type == "idat" }
            .sorted { $0.content.lowerBound < $1.content.lowerBound }
        for item in document.items {
            for range in document.extents(of: item) {
                guard let box = boxes.last(startingAtOrBefore: range.lowerBound) else { continue }
                let kind = document.kinds[item.id] ?? .vendorItem
                let node = HEICNode(kind: kind, range: range, label: document.label(of: item), item: item.id)
                byBox[box.content.lowerBound, default: []].append(node)
            }
        }
        for range in document.sequence.map({ MP4Regions($0.kept).ranges }) ?? [] {
            guard let box = boxes.last(startingAtOrBefore: range.lowerBound) else { continue }
            let node = HEICNode(kind: .sequencePicture, range: range, label: "pictures of a sequence")
            byBox[box.content.lowerBound, default: []].append(node)
        }
        for key in byBox.keys {
            // Of several items with the same bytes, those of a picture come first.
            byBox[key]?.sort {
                ($0.range.lowerBound, $0.kind.findingClass == nil ? 0 : 1)
                    < ($1.range.lowerBound, $1.kind.findingClass == nil ? 0 : 1)
            }
        }
    }

    /// In their order; they can overlap.
    func nodes(in box: Box) -> [HEICNode] { byBox[box.content.lowerBound] ?? [] }
}

extension [Box] {
    /// The last one whose content begins there or before, of boxes in the order of their contents.
    func last(startingAtOrBefore offset: Int) -> Box? {
        let behind = partitioningIndex { $0.content.lowerBound > offset }
        return behind == 0 ? nil : self[behind - 1]
    }
}
