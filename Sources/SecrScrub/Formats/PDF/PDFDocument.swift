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
    /// Whether its tables of objects had to be guessed.
    var isRepaired: Bool
    var trailer: PDFDictionary
    var objects: [PDFReference: PDFObject]
    /// In the order in which they are turned.
    var pages: [PDFReference]

    /// What a value is, where it may stand for an object.
    func resolved(_ value: PDFValue?) -> PDFValue {
        guard case .reference(let reference)? = value else { return value ?? .null }
        guard let object = objects[reference] else { return .null }
        // An object is never a reference itself.
        return object.value
    }

    /// The leaves of the tree of pages, each once.
    func findPages() throws(ParseError) -> [PDFReference] {
        var (found, seen): ([PDFReference], Set<PDFReference>) = ([], [])
        func walk(_ value: PDFValue, depth: Int) throws(ParseError) {
            guard let reference = value.reference, seen.insert(reference).inserted,
                let node = resolved(value).dictionary
            else { return }
            guard depth < 200 else { throw ParseError(.limit, at: 0, "pages that are nested too deeply") }
            guard let kids = resolved(node["Kids"]).array else { return found.append(reference) }
            for kid in kids { try walk(kid, depth: depth + 1) }
        }
        if let pages = resolved(trailer["Root"]).dictionary?["Pages"] { try walk(pages, depth: 0) }
        guard !found.isEmpty else { throw ParseError(.malformed, at: 0, "a document without pages") }
        return found
    }

    /// What a page says itself, or the nearest node of the tree above it (ISO 32000-2, 7.7.3.4).
    func inherited(_ key: String, of page: PDFReference) -> PDFValue {
        var (seen, node): (Set<PDFReference>, PDFReference?) = ([], page)
        while let reference = node, seen.insert(reference).inserted, seen.count < 200,
            let found = resolved(.reference(reference)).dictionary
        {
            let value = resolved(found[key])
            if value != .null { return value }
            node = found["Parent"]?.reference
        }
        return .null
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
        value.reference.flatMap { objects[$0]?.stream } != nil
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
