/// All objects of a document, by what refers to them.
///
/// Almost all have small numbers, and are found by their place in a list; nothing is asked for more often.
struct PDFObjects: Sendable {
    /// In the order in which they were found.
    private(set) var all: [PDFObject] = []
    private var names: [PDFReference] = []
    /// Of each small number, the place of its object; less than 0 where there is none.
    private var places: [Int32] = []
    /// Of all other ones, their places.
    private var others: [PDFReference: Int] = [:]
    /// Numbers from here on take no room in the list, which has to be as long as the largest.
    private static let smallNumbers = 1 << 18

    private static func isSmall(_ reference: PDFReference) -> Bool {
        reference.generation == 0 && reference.number >= 0 && reference.number < smallNumbers
    }

    private func place(of reference: PDFReference) -> Int? {
        guard Self.isSmall(reference) else { return others[reference] }
        guard reference.number < places.count, places[reference.number] >= 0 else { return nil }
        return Int(places[reference.number])
    }

    /// - Returns: whether it was not there; it is nothing until it is set.
    mutating func reserve(_ reference: PDFReference) -> Bool {
        guard place(of: reference) == nil else { return false }
        if Self.isSmall(reference) {
            while places.count <= reference.number { places.append(-1) }
            places[reference.number] = Int32(all.count)
        } else {
            others[reference] = all.count
        }
        all.append(PDFObject(value: .null))
        names.append(reference)
        return true
    }

    /// Nothing is ever taken away.
    subscript(_ reference: PDFReference) -> PDFObject? {
        get {
            guard let place = place(of: reference) else { return nil }
            return all[place]
        }
        set {
            guard let newValue else { return }
            _ = reserve(reference)
            if let place = place(of: reference) { all[place] = newValue }
        }
    }

    func value(of reference: PDFReference) -> PDFValue {
        guard let place = place(of: reference) else { return .null }
        return all[place].value
    }

    func isStream(_ reference: PDFReference) -> Bool {
        guard let place = place(of: reference) else { return false }
        return all[place].stream != nil
    }

    /// By their numbers.
    var references: [PDFReference] { names.sorted { ($0.number, $0.generation) < ($1.number, $1.generation) } }
}
