/// An object of a PDF document (ISO 32000-2, 7.3), without what makes it an indirect one.
enum PDFValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// As it is spelled.
    case number(String)
    /// Without the slash, each byte as the character of that number.
    case name(String)
    case string([UInt8])
    case array([PDFValue])
    case dictionary(PDFDictionary)
    case reference(PDFReference)

    var dictionary: PDFDictionary? { if case .dictionary(let found) = self { found } else { nil } }
    var array: [PDFValue]? { if case .array(let found) = self { found } else { nil } }
    var name: String? { if case .name(let found) = self { found } else { nil } }
    var reference: PDFReference? { if case .reference(let found) = self { found } else { nil } }
    var string: [UInt8]? { if case .string(let found) = self { found } else { nil } }

    /// `nil` for what is no whole number.
    var integer: Int? { if case .number(let text) = self { Int(text) } else { nil } }
    var real: Double? { if case .number(let text) = self { Double(text) } else { nil } }
}

extension PDFValue {
    /// A number that is spelled in a way that readers take all the same, such as `--5`; the library calls it a string.
    static func oddNumber(_ bytes: [UInt8]) -> PDFValue? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let first = text.first, "+-".contains(first) else { return nil }
        let digits = text.drop { "+-".contains($0) }
        guard digits.utf8.count < 20, digits.allSatisfy({ "0123456789.".contains($0) }), Double(digits) != nil else {
            return nil
        }
        return .number((first == "-" ? "-" : "") + digits)
    }
}

/// Which indirect object is meant (7.3.10).
struct PDFReference: Sendable, Hashable {
    var number: Int
    var generation = 0

    /// The trailer, which is no object.
    static let trailer = PDFReference(number: 0)

    func hash(into hasher: inout Hasher) {
        hasher.combine(number)
        // Almost all objects are of the first one.
        if generation != 0 { hasher.combine(generation) }
    }
}

/// A dictionary (7.3.7), in the order in which it is written: that of its keys.
struct PDFDictionary: Sendable, Equatable {
    struct Entry: Sendable, Equatable {
        var key: String
        var value: PDFValue
    }

    private(set) var entries: [Entry] = []

    init() {}

    /// - Parameter entries: of a key that is there twice, the last one counts.
    init(_ entries: [Entry]) {
        if Self.isInOrder(entries) {
            self.entries = entries
            return
        }
        self.entries = entries.sorted { $0.key < $1.key }
        for place in self.entries.indices.dropFirst().reversed()
        where self.entries[place].key == self.entries[place - 1].key {
            self.entries.remove(at: place - 1)
        }
    }

    private static func isInOrder(_ entries: [Entry]) -> Bool {
        entries.indices.dropFirst().allSatisfy { entries[$0 - 1].key < entries[$0].key }
    }

    var isEmpty: Bool { entries.isEmpty }

    subscript(_ key: String) -> PDFValue? {
        get {
            let place = place(of: key)
            return place < entries.count && entries[place].key == key ? entries[place].value : nil
        }
        set {
            let place = place(of: key)
            let isThere = place < entries.count && entries[place].key == key
            switch (newValue, isThere) {
            case (let value?, true): entries[place].value = value
            case (let value?, false): entries.insert(Entry(key: key, value: value), at: place)
            case (nil, true): entries.remove(at: place)
            case (nil, false): break
            }
        }
    }

    /// Where a key stands, or would.
    private func place(of key: String) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func isOfType(_ type: String) -> Bool { self["Type"]?.name == type }
}
