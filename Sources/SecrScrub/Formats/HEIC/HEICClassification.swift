internal import SecrBytes

/// Finds out what each item is to those who look at the picture.
struct HEICClassification {
    private let items: [HEICItem]
    private let index: [Int: Int]
    private let properties: [HEICProperty]
    private(set) var kinds: [Int: HEICNodeKind] = [:]

    /// Coded pictures, and those that are made of others.
    private static let pictureTypes: Set<FourCC> = [
        "hvc1", "av01", "avc1", "jpeg", "unci", "grid", "iovl", "iden", "tmap", "sato",
    ]

    init(_ items: [HEICItem], _ index: [Int: Int], _ properties: [HEICProperty], primary: Int) throws {
        self.items = items
        self.index = index
        self.properties = properties
        for item in items where !isPicture(item) { kinds[item.id] = kind(ofOther: item) }
        for root in Self.roots(items, primary: primary) where isPicture(root) { try mark(root, .picture) }
        guard kinds[primary] == .picture || kinds[primary] == .toneMap else {
            throw ParseError(.unsupported, at: 0, "the main picture is of an unknown kind")
        }
        try markAuxiliaries()
        for item in items where !item.targets("thmb").isEmpty { try mark(item, .thumbnail) }
        for item in items where kinds[item.id] == nil { kinds[item.id] = .hiddenPicture }
    }

    /// What viewers list: the main picture, and every other that is not hidden and belongs to none.
    static func roots(_ items: [HEICItem], primary: Int) -> [HEICItem] {
        items.filter { $0.id == primary || !$0.isHidden && !$0.belongsToOthers }
    }

    /// Whether such items are seen, or change what is seen.
    static func isVisible(_ kind: HEICNodeKind) -> Bool { [.picture, .toneMap, .alpha, .gainMap].contains(kind) }

    private func item(_ id: Int) -> HEICItem? { index[id].map { items[$0] } }

    private func has(_ item: HEICItem, _ type: FourCC) -> Bool {
        item.properties.contains { properties[$0.property].type == type }
    }

    /// Something that is shown has a size.
    private func isPicture(_ item: HEICItem) -> Bool { Self.pictureTypes.contains(item.type) || has(item, "ispe") }

    /// Marks an item and all that it is made of, unless they are something better already.
    private mutating func mark(_ root: HEICItem, _ kind: HEICNodeKind) throws {
        var waiting = [(root.id, kind)]
        // Each item is marked at most once for each kind, so that this ends.
        while let (id, kind) = waiting.popLast() {
            guard let item = item(id), isPicture(item) else {
                throw ParseError(.malformed, at: 0, "a picture that is made of one that is not there")
            }
            let own: HEICNodeKind = item.type == "tmap" && kind == .picture ? .toneMap : kind
            if let before = kinds[id], Self.rank(before) <= Self.rank(own) { continue }
            kinds[id] = own
            let parts = item.targets("dimg")
            for (place, part) in parts.enumerated() {
                waiting.append((part, own == .toneMap ? (place == 0 ? .picture : .gainMap) : own))
            }
            for type in HEICItem.baseReferences {
                // The colours were multiplied by what that one says.
                waiting += item.targets(type).map { ($0, type == "prem" ? .alpha : own) }
            }
        }
    }

    private static func rank(_ kind: HEICNodeKind) -> Int {
        [.picture, .toneMap, .alpha, .gainMap, .auxiliaryPicture, .thumbnail].firstIndex(of: kind) ?? 6
    }

    private mutating func markAuxiliaries() throws {
        // What belongs to an auxiliary picture comes after it.
        for _ in 0..<2 {
            for item in items where isPicture(item) {
                let targets = item.targets("auxl")
                guard !targets.isEmpty else { continue }
                let isKept = targets.contains { kinds[$0].map(Self.isVisible) == true }
                try mark(item, isKept ? auxiliaryKind(item) : .auxiliaryPicture)
            }
        }
    }

    private func auxiliaryKind(_ item: HEICItem) -> HEICNodeKind {
        let types = item.properties.compactMap { properties[$0.property].auxiliaryType }
        return types.contains(where: AuxiliaryPicture.alpha.contains)
            ? .alpha
            : types.contains(where: AuxiliaryPicture.gainMap.contains) ? .gainMap : .auxiliaryPicture
    }

    private func kind(ofOther item: HEICItem) -> HEICNodeKind {
        switch item.type {
        case "Exif": return .exif
        case "mime":
            if item.contentType.contains("rdf+xml") { return .xmp }
            return item.contentType.contains("c2pa") ? .contentCredentials : .text
        case "iptc", "it35": return .text
        default: return .vendorItem
        }
    }

    /// Items that can't be dropped and aren't understood.
    func requireKnown() throws(ParseError) {
        for item in items where kinds[item.id].map(Self.isVisible) == true {
            guard Self.pictureTypes.contains(item.type) else {
                throw ParseError(.unsupported, at: 0, "a picture of an unknown kind (\(item.type))")
            }
        }
        try requireNoCycle()
    }

    /// A picture that is made of itself.
    private func requireNoCycle() throws(ParseError) {
        var done: Set<Int> = []
        for start in items {
            var path: [(id: Int, rest: ArraySlice<Int>)] = [(start.id, start.targets("dimg")[...])]
            var open: Set<Int> = [start.id]
            while var last = path.popLast() {
                guard let next = last.rest.popFirst() else {
                    open.remove(last.id)
                    done.insert(last.id)
                    continue
                }
                path.append(last)
                if done.contains(next) { continue }
                guard open.insert(next).inserted else {
                    throw ParseError(.malformed, at: 0, "a picture that is made of itself")
                }
                path.append((next, item(next)?.targets("dimg")[...] ?? []))
            }
        }
    }
}
