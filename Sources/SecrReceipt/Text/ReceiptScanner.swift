internal import SecrBytes

/// Reads a receipt from its beginning to its end. It is written in one form only, so that nothing has to be skipped.
struct ReceiptScanner {
    private let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) { self.text = text }

    var isAtEnd: Bool { position == text.count }

    var senseless: ReceiptError { ReceiptError(.receipt, "it is no receipt, or no longer", at: position) }

    mutating func take(_ literal: StaticString) throws(ReceiptError) {
        guard text[position...].hasPrefix(literal) else { throw senseless }
        position += literal.utf8CodeUnitCount
    }

    /// Up to the value of the next member.
    mutating func member(_ name: String) throws(ReceiptError) {
        try take(",\n  ")
        guard try word() == name else { throw senseless }
        try take(": ")
    }

    mutating func number() throws(ReceiptError) -> Int {
        let digits = text[position...].prefix(19).prefix { (0x30...0x39).contains($0) }
        guard let number = Int(String(decoding: digits, as: UTF8.self)) else { throw senseless }
        position += digits.count
        return number
    }

    /// Printable ASCII that needs no escapes.
    mutating func word() throws(ReceiptError) -> String {
        try take("\"")
        let word = text[position...].prefix { (0x20..<0x7F).contains($0) && $0 != 0x22 && $0 != 0x5C }
        position += word.count
        try take("\"")
        return String(decoding: word, as: UTF8.self)
    }

    mutating func bytes(_ count: Int) throws(ReceiptError) -> [UInt8] {
        let word = try word()
        guard let bytes = Hexadecimal.bytes(word), bytes.count == count else { throw senseless }
        return bytes
    }

    mutating func words() throws(ReceiptError) -> [String] {
        try take("[")
        var words: [String] = []
        while !text[position...].hasPrefix("]") {
            if !words.isEmpty { try take(", ") }
            words.append(try word())
        }
        try take("]")
        return words
    }

    mutating func list<Element>(
        _ element: (inout ReceiptScanner) throws(ReceiptError) -> Element
    ) throws(ReceiptError) -> [Element] {
        try take("[")
        var elements: [Element] = []
        while !text[position...].hasPrefix(elements.isEmpty ? "]" : "\n  ]") {
            if !elements.isEmpty { try take(",") }
            try take("\n    [")
            elements.append(try element(&self))
            try take("]")
        }
        if !elements.isEmpty { try take("\n  ") }
        try take("]")
        return elements
    }

    mutating func copy() throws(ReceiptError) -> Receipt.Copy {
        let input = try number()
        try take(", ")
        let output = try number()
        try take(", ")
        return Receipt.Copy(input: input, output: output, count: try number())
    }

    mutating func part() throws(ReceiptError) -> Part {
        let start = try number()
        try take(", ")
        let count = try number()
        try take(", ")
        guard let kind = PartClass(rawValue: try word()), count <= Int.max - start else { throw senseless }
        return Part(kind, start..<start + count)
    }
}
