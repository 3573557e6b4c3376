/// Strings by which parts of a document's structure are meant (ISO 32000-2, 14.7.4). Programs make them from dates and
/// numbers of their own, so each becomes the number of its first appearance.
struct PDFIdentifiers: Sendable {
    private var numbers: [[UInt8]: Int] = [:]
    /// Of each number, the object that has it.
    private var objects: [Int: Int] = [:]

    private static let digits = 7

    /// In a form that sorts as numbers do.
    static func spelled(_ number: Int) -> [UInt8] {
        let text = String(number)
        return Array((String(repeating: "0", count: max(0, digits - text.count)) + text).utf8)
    }

    private mutating func number(_ identifier: [UInt8]) -> Int {
        if let number = numbers[identifier] { return number }
        numbers[identifier] = numbers.count + 1
        return numbers.count
    }

    mutating func written(_ identifier: [UInt8]) -> [UInt8] { Self.spelled(number(identifier)) }

    /// - Parameter object: the one that the identifier means, by its number in the output.
    mutating func note(_ identifier: [UInt8], of object: Int) { objects[number(identifier)] = object }

    /// The tree of names that leads to the objects; `nil` where none has an identifier.
    var tree: PDFValue? {
        if objects.isEmpty { return nil }
        let names = objects.sorted { $0.key < $1.key }.flatMap { number, object -> [PDFValue] in
            [.string(Self.spelled(number)), .reference(PDFReference(number: object))]
        }
        return .dictionary(PDFDictionary([PDFDictionary.Entry(key: "Names", value: .array(names))]))
    }
}
