internal import SecrBytes

/// One item of a HEIF file.
struct HEIFItem {
    var id: Int
    var type: FourCC
    var contentType = ""
    /// Where its data lie in the file.
    var extents: [Range<Int>] = []
    /// Places in the list of properties, from 1.
    var properties: [Int] = []
    /// What it is made of.
    var parts: [Int] = []
    /// What it belongs to.
    var owners: [Int] = []
    var isThumbnail = false
}

/// The items of a file, and what is said of them (ISO/IEC 14496-12, 8.11; 23008-12, 9.3).
struct HEIFItems {
    private(set) var all: [HEIFItem] = []
    private(set) var primary = 0
    private var places: [Int: Int] = [:]
    /// Boxes of properties, in order.
    private var boxes: [(type: FourCC, content: ByteReader)] = []

    subscript(id: Int) -> HEIFItem? { places[id].map { all[$0] } }

    init(_ source: any ByteSource) throws {
        var scanner = BoxScanner(source)
        guard let meta = try scanner.first("meta", in: 0..<source.size) else {
            throw ParseError(.malformed, at: 0, "a picture that does not say what is in it")
        }
        let children = try scanner.boxes(in: scanner.childrenOfMeta(meta))
        func one(_ type: FourCC) throws -> ByteReader {
            guard let box = children.first(where: { $0.type == type }) else { return ByteReader([]) }
            return try scanner.content(of: box)
        }
        let pitm = try one("pitm")
        primary = try pitm.uint8(at: 0) == 0 ? pitm.uint16(at: 4) : pitm.uint32(at: 4)
        if let iinf = children.first(where: { $0.type == "iinf" }) { try readItems(iinf, &scanner) }
        places = Dictionary(all.enumerated().map { ($1.id, $0) }) { first, _ in first }
        let iloc = try one("iloc")
        if iloc.count > 0 {
            try readLocations(iloc, data: children.first { $0.type == "idat" }?.content ?? 0..<0, size: source.size)
        }
        if let iref = children.first(where: { $0.type == "iref" }) { try readReferences(iref, &scanner) }
        guard let iprp = children.first(where: { $0.type == "iprp" }) else { return }
        for box in try scanner.boxes(in: iprp.content) {
            switch box.type {
            case "ipco" where boxes.isEmpty:
                for property in try scanner.boxes(in: box.content).prefix(Limits().items) {
                    boxes.append((property.type, try scanner.content(of: property)))
                }
            case "ipma": try readAssociations(scanner.content(of: box))
            default: continue
            }
        }
    }

    private mutating func readItems(_ iinf: Box, _ scanner: inout BoxScanner) throws {
        let head = try scanner.content(of: iinf)
        let start = try head.uint8(at: 0) == 0 ? 6 : 8
        for box in try scanner.boxes(in: iinf.content.dropFirst(start)) where box.type == "infe" {
            let content = try scanner.content(of: box)
            let version = try content.uint8(at: 0)
            guard version >= 2 else { continue }
            let (id, at) = version == 2 ? (try content.uint16(at: 4), 8) : (try content.uint32(at: 4), 10)
            var item = HEIFItem(id: id, type: try content.fourCC(at: at))
            let names = content.bytes.dropFirst(at + 4).split(separator: 0, omittingEmptySubsequences: false)
            if item.type == "mime", names.count > 1 { item.contentType = String(decoding: names[1], as: UTF8.self) }
            guard all.count < Limits().items else {
                throw ParseError(.limit, at: box.range.lowerBound, "too many items")
            }
            all.append(item)
        }
    }

    private mutating func readLocations(_ iloc: ByteReader, data: Range<Int>, size: Int) throws(ParseError) {
        let version = try iloc.uint8(at: 0)
        let widths = (try iloc.uint8(at: 4), try iloc.uint8(at: 5))
        let (offsetWidth, lengthWidth, baseWidth) = (widths.0 >> 4, widths.0 & 15, widths.1 >> 4)
        let indexWidth = version == 0 ? 0 : widths.1 & 15
        var at = 6
        func next(_ bytes: Int) throws(ParseError) -> Int {
            guard bytes <= 8 else { throw ParseError(.malformed, at: iloc.base, "numbers of a size that can't be") }
            at += bytes
            return try iloc.integer(at: at - bytes, bytes: bytes)
        }
        let wide = version < 2 ? 2 : 4
        var extentCount = 0
        for _ in 0..<(try next(wide)) {
            let id = try next(wide)
            let method = version == 0 ? 0 : try next(2) & 15
            _ = try next(2)
            let base = try next(baseWidth)
            let count = try next(2)
            extentCount += count
            guard extentCount <= Limits().itemExtents else {
                throw ParseError(.limit, at: iloc.base, "too many places")
            }
            var extents: [Range<Int>] = []
            let room = method == 1 ? data : 0..<size
            for _ in 0..<count {
                _ = try next(indexWidth)
                let (offset, length) = (try next(offsetWidth), try next(lengthWidth))
                guard method <= 1 else {
                    throw ParseError(.unsupported, at: iloc.base + at, "an item that lies in another one")
                }
                let start = room.lowerBound + min(base, size) + min(offset, size)
                // Without a length it goes to the end.
                let end = length == 0 ? room.upperBound : start + min(length, size)
                guard start <= end, end <= room.upperBound else {
                    throw ParseError(.truncated, at: iloc.base + at, "an item that is not in the file")
                }
                extents.append(start..<end)
            }
            if let place = places[id], all[place].extents.isEmpty { all[place].extents = extents }
        }
    }

    private mutating func readReferences(_ iref: Box, _ scanner: inout BoxScanner) throws {
        let width = try scanner.content(of: iref).uint8(at: 0) == 0 ? 2 : 4
        for box in try scanner.boxes(in: iref.content.dropFirst(4)) {
            let content = try scanner.content(of: box)
            let from = try content.integer(at: 0, bytes: width)
            let targets = try (0..<(try content.uint16(at: width))).map { (index) throws(ParseError) in
                try content.integer(at: width + 2 + width * index, bytes: width)
            }
            guard let place = places[from] else { continue }
            switch box.type {
            case "dimg": all[place].parts += targets
            case "auxl": all[place].owners += targets
            case "thmb": all[place].isThumbnail = true
            default: continue
            }
        }
    }

    private mutating func readAssociations(_ ipma: ByteReader) throws(ParseError) {
        let (version, isWide) = (try ipma.uint8(at: 0), try ipma.uint32(at: 0) & 1 == 1)
        var at = 8
        for _ in 0..<(try ipma.uint32(at: 4)) {
            let id = version == 0 ? try ipma.uint16(at: at) : try ipma.uint32(at: at)
            at += version == 0 ? 2 : 4
            let count = try ipma.uint8(at: at)
            at += 1
            for _ in 0..<count {
                let number = isWide ? try ipma.uint16(at: at) & 0x7FFF : try ipma.uint8(at: at) & 0x7F
                at += isWide ? 2 : 1
                if let place = places[id], number > 0 { all[place].properties.append(number) }
            }
        }
    }

    private func found(_ item: HEIFItem) -> [(type: FourCC, content: ByteReader)] {
        item.properties.compactMap { boxes.indices.contains($0 - 1) ? boxes[$0 - 1] : nil }
    }

    // MARK: What of it is shown

    /// Bytes of content that count.
    private static let lengths: [FourCC: Int] = ["ispe": 12, "pasp": 8, "clap": 32, "lsel": 2, "a1op": 1]

    /// Properties by which a picture is decoded and shown, in their order.
    func properties(
        of item: HEIFItem, hasOrientation: Bool
    ) throws(ParseError) -> [(type: FourCC, essence: [UInt8])] {
        var counted: [(type: FourCC, essence: [UInt8])] = []
        for (type, content) in found(item) {
            switch type {
            case "irot", "imir":
                if hasOrientation {
                    counted.append((type, [UInt8(try content.uint8(at: 0)) & (type == "irot" ? 3 : 1)]))
                }
            case "ispe", "pasp", "clap", "lsel", "a1op":
                counted.append((type, Array(try content.slice(at: 0, count: Self.lengths[type] ?? 0))))
            case "pixi":
                counted.append((type, Array(try content.slice(at: 4, count: 1 + (try content.uint8(at: 4))))))
            case "colr" where content.bytes.hasPrefix("nclx"), "avcC", "hvcC", "av1C":
                if let essence = try CodedSetUp.essence(of: type, content) { counted.append((type, essence)) }
            default: continue
            }
        }
        return counted
    }

    func setUp(of item: HEIFItem) -> [UInt8] {
        found(item).first { $0.type == "avcC" || $0.type == "hvcC" }?.content.bytes ?? []
    }

    func isAlpha(_ item: HEIFItem, of owner: Int) -> Bool {
        guard item.owners.contains(owner) else { return false }
        return found(item).contains { type, content in
            let name = content.bytes.dropFirst(4)
            return type == "auxC"
                && (name.hasPrefix("urn:mpeg:mpegB:cicp:systems:auxiliary:alpha")
                    || name.hasPrefix("urn:mpeg:hevc:2015:auxid:1") || name.hasPrefix("urn:mpeg:avc:2015:auxid:1"))
        }
    }

    /// What the data of items are.
    var claims: [Part] { all.flatMap { item in item.extents.map { Part(kind(of: item), $0) } } }

    private func kind(of item: HEIFItem) -> PartClass {
        if item.isThumbnail { return .thumbnail }
        switch item.type {
        case "Exif": return .exif
        case "mime":
            if item.contentType.contains("rdf+xml") { return .xmp }
            return item.contentType.contains("c2pa") ? .c2pa : .comment
        case "iptc", "it35": return .iptc
        case "uri ": return .vendor
        default: return found(item).contains { $0.type == "ispe" } || item.type == "tmap" ? .coded : .vendor
        }
    }
}
