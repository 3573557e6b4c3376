internal import SecrBytes

/// What of a document stays, numbered in the order in which it is written, and what goes.
struct PDFSelection: Sendable {
    /// An object of the output.
    struct Kept: Sendable {
        var kind: PDFKind?
        /// Of a stream, its dictionary without what says how its data are packed.
        var value: PDFValue
        var stream: PDFStreamData?
    }

    /// An object, as what it is used: one that is used as two things is written twice.
    struct Use: Hashable, Sendable {
        var reference: PDFReference
        var tag: Int
    }

    private let document: PDFContents
    private let fitting: PDFFitting
    private var rules: PDFEntries
    private let claim: PDFClaim?
    /// Of each object that stays, the number that it gets.
    private(set) var numbers: [Use: Int] = [:]
    /// What has a number, in the order of these, and how it is to be understood.
    private var waiting: [(reference: PDFReference, shape: PDFShape)] = []
    private var identifiers = PDFIdentifiers()

    /// The first one is the catalog.
    private(set) var kept: [Kept] = []
    /// What the trailer keeps on request.
    private(set) var trailer = PDFDictionary()
    private(set) var drops: [PDFDrop: Int] = [:]
    private(set) var isSigned = false
    private(set) var hasMedia = false
    private(set) var isDynamicForm = false

    /// - Parameter claim: what the document says of itself, where this is to stay.
    init(_ document: PDFContents, claim: PDFClaim?, policy: Policy, allowList: AllowList) throws {
        var onRequest: [PDFDictionary.Entry] = []
        self.document = document
        self.claim = claim
        fitting = PDFFitting(
            document, keepsOtherPages: allowList.rule(for: PDFPart.pagesOutside, policy: policy) != nil)
        rules = PDFEntries(
            document, outside: fitting.outside, claim: claim, policy: policy, allowList: allowList)
        for entry in document.trailer.entries {
            switch rules.shape(of: entry, in: document.trailer, .trailer) {
            case .drop(let part): drop(part, entry.key)
            case .anything: onRequest.append(entry)
            default: continue
            }
        }
        // Also where nothing else of it stays.
        isSigned = document.objects.all.contains { object in
            object.value.dictionary?["V"].map(rules.isSignature) ?? false
        }
        guard let root = document.trailer["Root"]?.reference, document.resolved(.reference(root)).dictionary != nil
        else { throw ParseError(.malformed, at: 0, "a document without a catalog") }
        let tree = document.resolved(.reference(root)).dictionary?["Pages"]?.reference
        _ = number(root, .kind(.catalog))
        for entry in onRequest { trailer[entry.key] = value(entry.value, .anything) }
        while kept.count < waiting.count {
            let (reference, shape) = waiting[kept.count]
            guard kept.count <= Self.most else {
                throw ParseError(.limit, at: 0, "objects that are used in too many ways")
            }
            var object = document.objects[reference] ?? PDFObject(value: .null)
            if reference == tree, case .dictionary(var dictionary) = object.value {
                // Nothing stands above the first node of the pages.
                dictionary["Parent"] = nil
                object.value = .dictionary(dictionary)
            }
            kept.append(keep(object, reference, shape))
        }
        addIdentifiers()
    }

    private static let most = 1 << 21

    // MARK: Objects

    private mutating func number(_ reference: PDFReference, _ shape: PDFShape) -> Int {
        var shape = shape
        if case .kind(let kind) = shape {
            let object = document.objects[reference]
            shape = .kind(
                fitting.refined(kind, object?.value.dictionary, isStream: object?.stream != nil, at: reference))
        }
        let use = Use(reference: reference, tag: shape.tag)
        if let number = numbers[use] { return number }
        waiting.append((reference, shape))
        numbers[use] = waiting.count
        return waiting.count
    }

    private mutating func keep(_ object: PDFObject, _ reference: PDFReference, _ shape: PDFShape) -> Kept {
        switch shape {
        case .kind(.claim): return written(claim, in: object)
        case .kind(let kind):
            if kind == .colorSpace, object.value.dictionary == nil {
                return Kept(kind: kind, value: value(object.value, shape) ?? .null)
            }
            guard var dictionary = object.value.dictionary else { return Kept(kind: kind, value: .null) }
            if kind == .pageNode {
                // Whatever it says, readers count on it.
                dictionary["Count"] = .number(String(document.pageCounts[reference] ?? 0))
            }
            if kind == .structure, case .string(let bytes) = document.resolved(dictionary["ID"]) {
                identifiers.note(bytes, of: kept.count + 1)
            }
            return Kept(kind: kind, value: .dictionary(entries(dictionary, kind)), stream: packed(object.stream))
        case .anything:
            return Kept(value: value(object.value, shape) ?? .null, stream: packed(object.stream))
        default: return Kept(value: value(object.value, shape) ?? .null)
        }
    }

    private mutating func written(_ claim: PDFClaim?, in object: PDFObject) -> Kept {
        let own = PDFDictionary([
            PDFDictionary.Entry(key: "Type", value: .name("Metadata")),
            PDFDictionary.Entry(key: "Subtype", value: .name("XML")),
        ])
        if claim?.isAlone != true || object.value != .dictionary(own) { drop(.metadata, "Metadata") }
        let isAsWritten = claim?.isAlone == true && object.stream?.filters.isEmpty == true
        let stream = PDFStreamData(place: .bytes(claim?.packet ?? []), filters: [])
        return Kept(kind: .claim, value: .dictionary(own), stream: isAsWritten ? object.stream : stream)
    }

    /// What is needed to unpack data can be objects itself.
    private mutating func packed(_ stream: PDFStreamData?) -> PDFStreamData? {
        guard var stream else { return nil }
        for place in stream.filters.indices {
            let parameters = document.resolved(stream.filters[place].parameters)
            stream.filters[place].parameters = value(parameters, .kind(.decodeParameters)) ?? .null
            if stream.filters[place].parameters == .dictionary(PDFDictionary()) {
                stream.filters[place].parameters = .null
            }
        }
        return stream
    }

    // MARK: Values

    /// `nil` for what goes.
    private mutating func value(_ value: PDFValue, _ shape: PDFShape) -> PDFValue? {
        // Most of what there is.
        if case .plain = shape, value.isPlain { return value }
        notePage(value, shape)
        switch shape {
        case .either(let first, let second): return self.value(value, fitting.fits(value, first) ? first : second)
        case .page where fitting.fits(value, shape): return value.reference.map { reference($0, .kind(.page)) }
        case .kind(.action) where !fitting.isAllowed(value):
            guard let next = fitting.next(after: value) else { return nil }
            drop(.scripts, action(value) ?? "A")
            return self.value(next, shape)
        default: break
        }
        guard fitting.fits(value, shape) else { return nil }
        if case .reference(let found) = value {
            // An array of one thing, or the thing itself, is the same under one number.
            return reference(found, fitting.single(value, shape))
        }
        return direct(value, shape)
    }

    private mutating func notePage(_ value: PDFValue, _ shape: PDFShape) {
        switch shape {
        case .page, .either(.page, _):
            if fitting.isOtherPage(value), !fitting.isPage(value) {
                drop(.pagesOutside, PDFPart.pagesOutside.name)
            }
        default: return
        }
    }

    private mutating func reference(_ found: PDFReference, _ shape: PDFShape) -> PDFValue {
        .reference(PDFReference(number: number(found, shape)))
    }

    private mutating func direct(_ value: PDFValue, _ shape: PDFShape) -> PDFValue? {
        switch (shape, value) {
        case (.plain, .array(let values)), (.texts, .array(let values)):
            return .array(values.map { self.value($0, shape) ?? oddNumber($0) ?? .null })
        case (.plain, _), (.text, _), (.texts, _): return value
        case (.list(let inner), .array(let values)):
            return .array(
                values.compactMap { value in
                    let kept = self.value(value, inner)
                    if kept == nil, document.resolved(value) != .null { drop(reason(value, inner), "list") }
                    return kept
                })
        case (.nested(let inner), .array(let values)):
            return .array(
                values.compactMap {
                    self.value($0, document.resolved($0).array == nil ? inner : shape)
                })
        case (.list(let inner), _): return self.value(value, inner)
        case (.slots(let inner), .array(let values)): return .array(values.map { self.value($0, inner) ?? .null })
        case (.map(let inner), .dictionary(let dictionary)):
            return .dictionary(
                PDFDictionary(
                    dictionary.entries.compactMap { entry in
                        self.value(entry.value, inner).map { PDFDictionary.Entry(key: entry.key, value: $0) }
                    }))
        case (.attachments, .dictionary): return tree(value, of: .kind(.file), isNumbered: true)
        case (.tree(let inner), .dictionary): return tree(value, of: inner)
        case (.kind(.colorSpace), _): return colorSpace(value)
        case (.kind(let kind), .dictionary(let dictionary)):
            return .dictionary(entries(dictionary, fitting.refined(kind, dictionary, isStream: false)))
        case (.identifier, .string(let bytes)): return .string(identifiers.written(bytes))
        case (.identifier, .array(let values)): return .array(values.compactMap { self.value($0, .identifier) })
        case (.anything, .array(let values)): return .array(values.map { self.value($0, .anything) ?? .null })
        case (.anything, .dictionary(let dictionary)):
            return .dictionary(
                PDFDictionary(
                    dictionary.entries.map {
                        PDFDictionary.Entry(key: $0.key, value: self.value($0.value, .anything) ?? .null)
                    }))
        case (.anything, _): return value
        default: return nil
        }
    }

    private mutating func entries(_ dictionary: PDFDictionary, _ kind: PDFKind) -> PDFDictionary {
        var written: [PDFDictionary.Entry] = []
        written.reserveCapacity(dictionary.entries.count)
        note(dictionary, kind)
        for entry in dictionary.entries {
            let shape = rules.shape(of: entry, in: dictionary, kind)
            switch shape {
            case .rewritten: continue
            case .drop(let part): drop(part, entry.key)
            case .written(let value, let part):
                if document.resolved(entry.value) != value { drop(part, entry.key) }
                written.append(PDFDictionary.Entry(key: entry.key, value: value))
            default:
                if let value = value(entry.value, shape) {
                    written.append(PDFDictionary.Entry(key: entry.key, value: value))
                } else if document.resolved(entry.value) != .null {
                    drop(reason(entry.value, shape), shape.isAction ? action(entry.value) ?? entry.key : entry.key)
                }
            }
        }
        return PDFDictionary(written)
    }

    /// Why something does not stay.
    private func reason(_ value: PDFValue, _ shape: PDFShape) -> PDFPart {
        if shape.isAction { return .scripts }
        let isOutside = fitting.outside.holds(value, as: .structure) || fitting.outside.holds(value, as: .annotation)
        return isOutside ? .pagesOutside : .unknown
    }

    /// What kind of action it is.
    private func action(_ value: PDFValue) -> String? {
        document.resolved(document.resolved(value).dictionary?["S"]).name
    }

    private func oddNumber(_ value: PDFValue) -> PDFValue? {
        document.resolved(value).string.flatMap(PDFValue.oddNumber)
    }

    private mutating func note(_ dictionary: PDFDictionary, _ kind: PDFKind) {
        switch kind {
        case .annotation:
            if ["Sound", "Movie", "Screen", "3D", "RichMedia"].contains(
                document.resolved(dictionary["Subtype"]).name ?? "")
            {
                hasMedia = true
            }
        case .catalog:
            if dictionary["Perms"] != nil || dictionary["DSS"] != nil { isSigned = true }
            if document.resolved(dictionary["NeedsRendering"]) == .bool(true) { isDynamicForm = true }
        default: break
        }
    }

    private mutating func drop(_ part: PDFPart, _ label: String) {
        drops[PDFDrop(part: part, label: label), default: 0] += 1
    }

    // MARK: Trees and spaces of colours

    /// One node in place of a whole tree (7.9.6, 7.9.7).
    ///
    /// - Parameter isNumbered: whether names give way to numbers. Readers show the names that files have themselves.
    private mutating func tree(_ tree: PDFValue, of shape: PDFShape, isNumbered: Bool = false) -> PDFValue {
        var (pairs, waiting, seen): ([PDFValue], [PDFValue], Set<PDFReference>) = ([], [tree], [])
        var list = "Names"
        while let next = waiting.popLast() {
            if let reference = next.reference, !seen.insert(reference).inserted { continue }
            guard let node = document.resolved(next).dictionary else { continue }
            waiting += (document.resolved(node["Kids"]).array ?? []).reversed()
            if node["Nums"] != nil { list = "Nums" }
            let values = document.resolved(node["Names"] ?? node["Nums"]).array ?? []
            for place in stride(from: 0, to: values.count - 1, by: 2) {
                let old = document.resolved(values[place])
                guard let key = value(old, .text), let found = value(values[place + 1], shape) else {
                    drop(.unknown, "name in a list")
                    continue
                }
                let number = PDFValue.string(PDFIdentifiers.spelled(pairs.count / 2 + 1))
                if isNumbered, number != old { drop(.attachmentDetails, "name in a list") }
                pairs += [isNumbered ? number : key, found]
            }
            for entry in node.entries where !["Kids", "Names", "Nums", "Limits"].contains(entry.key) {
                drop(.unknown, entry.key)
            }
        }
        return .dictionary(PDFDictionary([PDFDictionary.Entry(key: list, value: .array(pairs))]))
    }

    /// 8.6.
    private mutating func colorSpace(_ value: PDFValue) -> PDFValue? {
        guard case .array(let values) = value else { return value }
        let family = document.resolved(values.first).name
        let shapes: [PDFShape]
        switch family {
        case "ICCBased": shapes = [.kind(.profile)]
        case "CalGray", "CalRGB", "Lab": shapes = [.kind(.calibrated)]
        case "Indexed", "I": shapes = [.kind(.colorSpace), .plain, .either(.text, .kind(.bytes))]
        case "Separation": shapes = [.plain, .kind(.colorSpace), .kind(.function)]
        case "DeviceN": shapes = [.plain, .kind(.colorSpace), .kind(.function), .kind(.colorants)]
        case "Pattern": shapes = [.kind(.colorSpace)]
        default: shapes = []
        }
        let parts = zip(values.dropFirst(), shapes).map { self.value($0, $1) ?? .null }
        return .array([.name(family ?? "DeviceGray")] + parts)
    }

    /// The tree by which parts of the structure are found is made anew.
    private mutating func addIdentifiers() {
        guard let place = kept.firstIndex(where: { $0.kind == .structureRoot }),
            case .dictionary(var root) = kept[place].value, let tree = identifiers.tree
        else { return }
        root["IDTree"] = tree
        kept[place].value = .dictionary(root)
    }
}

extension PDFValue {
    /// Whether it is a number, a name, yes or no, or an array of such things.
    fileprivate var isPlain: Bool {
        switch self {
        case .number, .name, .bool: true
        case .array(let values):
            values.allSatisfy {
                switch $0 {
                case .number, .name, .bool: true
                default: false
                }
            }
        default: false
        }
    }
}

extension PDFShape {
    fileprivate var isAction: Bool { if case .kind(.action) = self { true } else { false } }
}
