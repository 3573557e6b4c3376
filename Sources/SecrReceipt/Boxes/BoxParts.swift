internal import SecrBytes

/// Says what each box of a file is, and what the data are that stand in it.
struct BoxParts {
    private(set) var list = PartList()
    private var scanner: BoxScanner
    /// Of a picture, or of a video.
    private let isPicture: Bool
    /// What data are, in order.
    private let claims: [Part]
    /// Tracks that nobody sees or hears, by where they begin.
    private let dropped: Set<Int>

    /// - Parameter claims: of items and samples, in any order. Where they overlap, the first counts, and of two that begin
    ///   together the one that is shown.
    init(_ source: any ByteSource, isPicture: Bool, claims: [Part], dropped: Set<Int>) throws {
        (scanner, self.isPicture, self.dropped) = (BoxScanner(source), isPicture, dropped)
        self.claims = claims.filter { !$0.range.isEmpty }.sorted {
            ($0.range.lowerBound, $0.kind == .coded ? 0 : 1) < ($1.range.lowerBound, $1.kind == .coded ? 0 : 1)
        }
        for box in try scanner.boxes(in: 0..<source.size) { try add(box, in: nil, depth: 0) }
        list.add(.trailer, to: source.size)
    }

    private static let containers: Set<FourCC> = [
        "moov", "trak", "mdia", "minf", "stbl", "mvex", "moof", "traf", "iprp", "ipco",
    ]
    private static let headers: Set<FourCC> = [
        "mvhd", "tkhd", "mdhd", "hdlr", "edts", "vmhd", "smhd", "nmhd", "sthd", "gmhd", "tref", "tapt", "elng", "mehd",
        "trex", "mfhd", "tfhd", "tfdt",
    ]
    private static let tables: Set<FourCC> = [
        "dinf", "stsd", "stts", "ctts", "cslg", "stss", "stps", "sdtp", "subs", "stsc", "stsz", "stz2", "stco", "co64",
        "sgpd", "sbgp", "senc", "saiz", "saio", "pssh", "trun", "sidx", "mfra", "iinf", "iloc", "iref", "ipma", "grpl",
        "pitm",
    ]
    private static let colors: Set<FourCC> = ["colr", "clli", "mdcv", "cclv", "amve"]
    private static let shapes: Set<FourCC> = [
        "ispe", "pixi", "irot", "imir", "clap", "pasp", "auxC", "hvcC", "av1C", "avcC", "a1op", "lsel", "a1lx", "rloc",
        "iscl", "uncC", "cmpd", "cmpC", "icef", "rref", "cmin", "cmex",
    ]

    private static let deepest = 12

    private mutating func add(_ box: Box, in container: FourCC?, depth: Int) throws {
        if depth > Self.deepest { return list.add(.unknown, box.range) }
        switch box.type {
        case "ftyp": list.add(.framing, box.range)
        case "mdat", "idat": try addData(box)
        case "trak" where dropped.contains(box.range.lowerBound): list.add(.timedMetadata, box.range)
        case "meta" where isPicture && container == nil:
            try addChildren(of: box, from: scanner.childrenOfMeta(box).lowerBound, depth)
        case "udta" where container == "trak": try addChildren(of: box, from: box.content.lowerBound, depth)
        case let type where Self.containers.contains(type):
            try addChildren(of: box, from: box.content.lowerBound, depth)
        default: list.add(try kind(of: box, in: container), box.range)
        }
    }

    private mutating func addChildren(of box: Box, from start: Int, _ depth: Int) throws {
        list.add(.framing, box.range.lowerBound..<start)
        for child in try scanner.boxes(in: start..<box.range.upperBound) {
            try add(child, in: box.type, depth: depth + 1)
        }
        list.add(.free, to: box.range.upperBound)
    }

    /// What of it is nobody's is free.
    private mutating func addData(_ box: Box) throws {
        list.add(.framing, box.range.lowerBound..<box.content.lowerBound)
        var end = box.content.lowerBound
        let first = claims.partitioningIndex { $0.range.lowerBound >= end }
        // One that began before can reach into it.
        for claim in claims[max(0, first - 1)...] where claim.range.upperBound > end {
            let range = claim.range.clamped(to: end..<box.content.upperBound)
            if claim.range.lowerBound >= box.content.upperBound { break }
            list.add(.free, to: range.lowerBound)
            list.add(claim.kind, to: range.upperBound)
            end = max(end, range.upperBound)
        }
        list.add(.free, to: box.content.upperBound)
    }

    private mutating func kind(of box: Box, in container: FourCC?) throws -> PartClass {
        if container == "ipco" { return try kind(ofProperty: box) }
        switch box.type {
        case "free", "skip", "wide": return .free
        case "uuid": return Self.kind(ofOwner: try scanner.window.bytes(in: box.content.prefix(16)))
        case "pnot", "PICT": return .thumbnail
        case "tsel" where container == "udta", "kind" where container == "udta": return .header
        case "udta": return try isGapless(box) ? .header : .comment
        case _ where container == "udta", "meta": return .comment
        case let type where Self.headers.contains(type): return .header
        case let type: return Self.tables.contains(type) ? .table : .vendor
        }
    }

    private mutating func kind(ofProperty box: Box) throws -> PartClass {
        switch box.type {
        case "colr":
            let start = try scanner.window.bytes(in: box.content.prefix(4))
            return start.hasPrefix("prof") || start.hasPrefix("rICC") ? .icc : .color
        case "udes", "altt": return .comment
        case "crtt", "mdft": return .time
        case let type where Self.colors.contains(type): return .color
        case let type: return Self.shapes.contains(type) ? .header : .vendor
        }
    }

    private static func kind(ofOwner owner: [UInt8]) -> PartClass {
        let owners: [([UInt8], PartClass)] = [
            ([0xBE, 0x7A, 0xCF, 0xCB, 0x97, 0xA9, 0x42, 0xE8], .xmp),
            // How a video wraps around the viewer, as RDF.
            ([0xFF, 0xCC, 0x82, 0x63, 0xF8, 0x55, 0x4A, 0x93], .xmp),
            ([0xD8, 0xFE, 0xC3, 0xD6, 0x1B, 0x0E, 0x48, 0x3C], .c2pa),
        ]
        return owners.first { owner.starts(with: $0.0) }?.1 ?? .vendor
    }

    /// Whether it has nothing in it but how much of a sound is not to be heard.
    private mutating func isGapless(_ box: Box) throws -> Bool {
        guard box.range.count < 256 else { return false }
        return try scanner.window.bytes(in: box.range).firstOffset(of: "iTunSMPB") != nil
    }
}
