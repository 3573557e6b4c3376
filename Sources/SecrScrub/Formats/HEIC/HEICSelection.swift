internal import SecrBytes

/// Which items of a file stay under a policy, and what of each.
struct HEICSelection {
    let document: HEICDocument
    let policy: Policy
    private let allowList: AllowList
    private var kept: Set<Int> = []
    private var forms: [Form] = []
    /// Pictures of which the one for the other eye stays as well.
    private var paired: Set<Int> = []

    /// In the order of the file.
    private(set) var items: [HEICItem] = []
    /// Places of properties that belong to one of them.
    private(set) var usedProperties: Set<Int> = []
    /// From the numbers of items that stay to those that they get: 1, 2, 3 and so on. Their order stays, since some
    /// readers go by it.
    private(set) var numbers: [Int: Int] = [:]

    init(_ document: HEICDocument, policy: Policy, allowList: AllowList) throws(ScrubError) {
        self.document = document
        self.policy = policy
        self.allowList = allowList
        for root in HEICClassification.roots(document.items, primary: document.primary)
        where [.picture, .toneMap].contains(kind(root)) && (policy.profile != .strict || root.id == document.primary) {
            try keep(root)
        }
        guard kept.contains(document.primary) else {
            throw ScrubError(.refused, "the main picture is one with its gain map", hint: "keep the gain map")
        }
        // What belongs to an auxiliary picture comes after it.
        for _ in 0..<2 {
            for item in document.items where [.alpha, .gainMap].contains(kind(item)) {
                if item.targets("auxl").contains(where: kept.contains) { try keep(item) }
            }
        }
        var described: Set<Int> = []
        for item in document.items where !HEICClassification.isVisible(kind(item)) && isAllowed(kind(item)) {
            let targets = item.references.flatMap(\.targets)
            guard targets.isEmpty || targets.contains(where: kept.contains) else { continue }
            // An item of ours takes the place of all Exif.
            if kind(item) == .exif, !isCopied(.exif) { continue }
            // One packet for each map.
            if kind(item) == .gainMapParameters {
                guard let map = parametersTarget(item), kept.contains(map), described.insert(map).inserted else {
                    continue
                }
            }
            try keep(item)
        }
        for group in document.groups where group.type == "ster" {
            let eyes = group.entities.filter(kept.contains)
            if eyes.count > 1 { paired.formUnion(eyes) }
        }
        forms = document.properties.map(form)
        items = document.items.filter { kept.contains($0.id) }
        usedProperties = Set(items.flatMap { $0.properties.map(\.property) })
        for (place, id) in items.map(\.id).sorted().enumerated() { numbers[id] = place + 1 }
    }

    func contains(_ id: Int) -> Bool { kept.contains(id) }

    func kind(_ item: HEICItem) -> HEICNodeKind { document.kinds[item.id] ?? .vendorItem }

    /// Whether parts of a kind stay at all.
    func isAllowed(_ kind: HEICNodeKind) -> Bool {
        if kind == .orientation { return !policy.drops(.orientation) }
        return allowList.rule(for: kind, policy: policy) != nil && kind.findingClass.map(policy.drops) != true
    }

    func isCopied(_ kind: HEICNodeKind) -> Bool { allowList.rule(for: kind, policy: policy) == .copied }

    /// With all that it is made of.
    private mutating func keep(_ root: HEICItem) throws(ScrubError) {
        var waiting = [root.id]
        while let id = waiting.popLast() {
            guard let item = document.item(id), isAllowed(kind(item)) else {
                // The caller sees whether that was the main picture.
                if id == root.id { return }
                throw ScrubError(.refused, "a picture that is made of parts that go")
            }
            guard kept.insert(id).inserted else { continue }
            for type in ["dimg"] + HEICItem.baseReferences { waiting += item.targets(type) }
        }
    }

    /// The gain map that an item describes.
    func parametersTarget(_ item: HEICItem) -> Int? {
        item.targets("cdsc").first { document.gainMapPackets[$0] != nil }
    }

    // MARK: What belongs to the items

    /// Viewers list what they did before. Under `strict` nothing is to be seen by itself but the main picture.
    func isHidden(_ item: HEICItem) -> Bool {
        if item.isHidden || item.id == document.primary { return item.isHidden }
        if policy.profile == .strict && kind(item) == .picture { return true }
        // It may be that what it belonged to is not there, or goes.
        return item.belongsToOthers && !references(of: item).contains { HEICItem.isBelonging($0.type) }
    }

    /// As it is written.
    func contentType(of item: HEICItem) -> String {
        kind(item) == .gainMapParameters ? "application/rdf+xml" : item.contentType
    }

    private static let referenceTypes: Set<FourCC> = Set(
        ["dimg", "auxl", "cdsc", "thmb"] + HEICItem.baseReferences)

    /// In the new numbers.
    func references(of item: HEICItem) -> [HEICItem.Reference] {
        item.references.compactMap { reference in
            guard Self.referenceTypes.contains(reference.type) else { return nil }
            let targets = reference.targets.compactMap { numbers[$0] }
            return targets.isEmpty ? nil : HEICItem.Reference(type: reference.type, targets: targets)
        }
    }

    /// Alternatives, and pairs for both eyes; in the new numbers.
    var groups: [(type: FourCC, entities: [Int])] {
        document.groups.compactMap { group in
            let entities = entities(of: group)
            return entities.isEmpty ? nil : (group.type, entities)
        }
    }

    /// In the new numbers; none where the group goes.
    func entities(of group: HEICGroup) -> [Int] {
        guard ["altr", "ster"].contains(group.type) else { return [] }
        let entities = group.entities.compactMap { numbers[$0] }
        return entities.count > 1 ? entities : []
    }

    /// A property of an item that stays.
    struct Written: Equatable {
        /// Its place in the original.
        var place: Int
        var isEssential: Bool
    }

    /// The properties of an item that stay, in their order.
    func properties(of item: HEICItem) throws(ScrubError) -> [Written] {
        var written: [Written] = []
        for association in item.properties {
            let property = document.properties[association.property]
            // Where the cameras of a pair stood is a part of how it is shown; of one picture alone, nobody needs it.
            if HEICPropertyRules.ofPairs.contains(property.type) && !paired.contains(item.id) { continue }
            switch forms[association.property] {
            case .written: written.append(Written(place: association.property, isEssential: association.isEssential))
            case .unknown where association.isEssential:
                throw ScrubError(
                    .refused, "a property that must be understood and is unknown (\(property.type))",
                    at: property.range.lowerBound)
            case .unknown, .gone: continue
            case .refused(let error): throw error
            }
        }
        return written
    }

    /// A property as it is written.
    func box(at place: Int) -> [UInt8] {
        if case .written(let box) = forms[place] { box } else { [] }
    }

    /// What becomes of a property wherever it is used.
    private enum Form {
        case written([UInt8])
        case gone, unknown
        case refused(ScrubError)
    }

    private func form(of property: HEICProperty) -> Form {
        switch property.outcome {
        case .kept(let box):
            return isCopied(property.kind)
                ? .written(property.bytes) : isAllowed(property.kind) ? .written(box) : .gone
        case .profile(let found, let box):
            if policy.drops(.icc) || found == nil { return .gone }
            if isCopied(.iccProfile) { return .written(property.bytes) }
            do throws(ScrubError) {
                try found.requireUsable(policy)
                return isAllowed(.iccProfile) ? .written(box) : .gone
            } catch {
                return .refused(error)
            }
        case .dropped: return isCopied(property.kind) ? .written(property.bytes) : .unknown
        case .failed(let error):
            return .refused(
                ScrubError(error.code == .unsupported ? .refused : .damaged, error.context, at: error.offset))
        }
    }

    /// What an item holds, as pieces of an output.
    func contents(of item: HEICItem) -> [OutputPlan.Piece] {
        let extents = document.extents(of: item)
        switch kind(item) {
        case .gainMapParameters where !isCopied(.gainMapParameters):
            return parametersTarget(item).flatMap { document.gainMapPackets[$0] }.map { [.bytes($0)] } ?? []
        case .toneMap: if let bytes = document.toneMaps[item.id] { return [.bytes(bytes)] }
        default: break
        }
        if let inner = document.inner[item.id], let start = extents.first?.lowerBound {
            return inner.plan.pieces.map { $0.moved(by: start) }
        }
        guard let cleaned = document.cleaned[item.id] else { return extents.map { .copy($0) } }
        let kept = cuts(of: item).gaps(in: 0..<item.location.size)
        return kept.flatMap(cleaned.changes.pieces).flatMap { piece -> [OutputPlan.Piece] in
            guard case .copy(let range) = piece else { return [piece] }
            return HEICItem.parts(of: range, in: extents).map { .copy($0) }
        }
    }

    /// What is left out of an item because it is empty, from the start of its contents.
    func cuts(of item: HEICItem) -> MP4Regions {
        guard policy.profile == .strict, let empty = document.cleaned[item.id]?.empty,
            empty.size < item.location.size
        else { return .none }
        return empty
    }
}
