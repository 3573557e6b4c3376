internal import SecrBytes

/// A document, and what a scrub makes of it.
struct PDFDocument: Sendable {
    var contents: PDFContents
    var composer: PDFComposer
}

/// A document as it was found: all objects that its trailer leads to.
struct PDFContents: Sendable {
    var size: Int
    /// Such as `1.7`.
    var version: String
    var isEncrypted: Bool
    /// Whether nobody can read it without a password.
    var isProtected: Bool
    /// Whether its tables of objects had to be guessed.
    var isRepaired: Bool
    var trailer: PDFDictionary
    var objects: PDFObjects
    /// In the order in which they are turned.
    private(set) var pages: [PDFReference] = []
    /// Of each node of their tree, how many are under it.
    private(set) var pageCounts: [PDFReference: Int] = [:]

    init(
        size: Int, version: String, isEncrypted: Bool = false, isProtected: Bool = false, isRepaired: Bool = false,
        trailer: PDFDictionary, objects: PDFObjects
    ) throws(ParseError) {
        (self.size, self.version, self.isRepaired) = (size, version, isRepaired)
        (self.isEncrypted, self.isProtected) = (isEncrypted, isProtected)
        (self.trailer, self.objects) = (trailer, objects)
        (pages, pageCounts) = try findPages()
    }

    /// What a value is, where it may stand for an object.
    func resolved(_ value: PDFValue?) -> PDFValue {
        guard case .reference(let reference)? = value else { return value ?? .null }
        // An object is never a reference itself.
        return objects.value(of: reference)
    }

    /// The leaves of the tree of pages, each once, and how many there are under each node of it.
    private func findPages() throws(ParseError) -> (pages: [PDFReference], counts: [PDFReference: Int]) {
        var (found, counts): ([PDFReference], [PDFReference: Int]) = ([], [:])
        func walk(_ value: PDFValue, depth: Int) throws(ParseError) -> Int {
            // A stream is neither a page nor a node, whatever its dictionary says.
            guard let reference = value.reference, !isStream(value), let node = resolved(value).dictionary else {
                return 0
            }
            // A node within itself is none; one that is there twice is shown twice.
            if let known = counts[reference] { return known }
            guard depth < Self.deepest else { throw ParseError(.limit, at: 0, "pages that are nested too deeply") }
            let kids = resolved(node["Kids"]).array
            if kids == nil, !isPageTree(node) {
                found.append(reference)
                counts[reference] = 1
                return 1
            }
            counts[reference] = 0
            var count = 0
            for kid in kids ?? [] { count = min(Self.mostPages, count + (try walk(kid, depth: depth + 1))) }
            counts[reference] = count
            return count
        }
        if let pages = resolved(trailer["Root"]).dictionary?["Pages"] { _ = try walk(pages, depth: 0) }
        guard !found.isEmpty else { throw ParseError(.malformed, at: 0, "a document without pages") }
        return (found, counts)
    }

    private static let (mostPages, deepest) = (1 << 30, 200)

    /// Whether a dictionary is a node of the tree of pages, and no page.
    func isPageTree(_ node: PDFDictionary) -> Bool {
        resolved(node["Kids"]).array != nil || resolved(node["Type"]).name == "Pages"
    }

    /// What a page says itself, or the nearest node of the tree above it (ISO 32000-2, 7.7.3.4). What is no number, or
    /// no list of numbers, does not stay and does not count.
    func inherited(_ key: String, of page: PDFReference) -> PDFValue {
        // Nothing stands above the first node.
        let top = resolved(trailer["Root"]).dictionary?["Pages"]?.reference
        var node: PDFReference? = page
        // One that is above itself has been asked already.
        for _ in 0..<Self.deepest - 1 {
            guard let reference = node, !isStream(.reference(reference)),
                let found = resolved(.reference(reference)).dictionary
            else { return .null }
            let value = resolved(found[key])
            if isPlain(value) { return value }
            node = reference == top ? nil : found["Parent"]?.reference
        }
        return .null
    }

    /// Whether a value is a number or a word, or a list of such; strings are, too, where they may be there.
    ///
    /// Arrays in arrays are looked at in their turn: they can hold themselves.
    func isPlain(_ value: PDFValue, withStrings: Bool = false) -> Bool {
        switch value {
        case .number, .name, .bool: return true
        case .string: return withStrings
        case .array(let values):
            return values.allSatisfy {
                switch resolved($0) {
                case .dictionary: false
                case .string(let bytes): withStrings || PDFValue.oddNumber(bytes) != nil
                default: true
                }
            }
        default: return false
        }
    }

    /// Whether it is laid out to be shown while it arrives (annex F).
    func isLinearized(_ source: any ByteSource) -> Bool {
        var window = ByteWindow(source)
        let beginning = try? window.bytes(in: 0..<min(source.size, 1_024))
        return beginning?.firstOffset(of: "/Linearized") != nil
    }

    /// XMP, unpacked.
    func packet(_ value: PDFValue?, _ window: inout ByteWindow, limit: Int) -> [UInt8]? {
        guard let stream = value?.reference.flatMap({ objects[$0]?.stream }), stream.count <= limit,
            let bytes = try? stream.bytes(from: &window)
        else { return nil }
        return try? PDFFilters.undo(stream.filters, bytes, limit: limit)
    }

    func isStream(_ value: PDFValue) -> Bool {
        value.reference.map(objects.isStream) ?? false
    }
}

/// An indirect object (ISO 32000-2, 7.3.10).
struct PDFObject: Sendable {
    /// Of a stream, its dictionary.
    var value: PDFValue
    var stream: PDFStreamData?
}

/// Data of a stream, decrypted.
struct PDFStreamData: Sendable {
    enum Place: Sendable {
        /// Where the same bytes lie in the file.
        case range(Range<Int>)
        case bytes([UInt8])
        /// Why they can't be had.
        case unreadable(ParseError)
    }

    var place: Place
    /// Filters that are still to be undone, in this order.
    var filters: [PDFFilter]

    var count: Int {
        switch place {
        case .range(let range): range.count
        case .bytes(let bytes): bytes.count
        case .unreadable: 0
        }
    }

    func bytes(from window: inout ByteWindow) throws -> [UInt8] {
        switch place {
        case .range(let range): try window.bytes(in: range)
        case .bytes(let bytes): bytes
        case .unreadable(let error): throw error
        }
    }
}

/// How data of a stream are packed (7.4).
struct PDFFilter: Sendable, Equatable {
    var name: String
    var parameters: PDFValue = .null
}
