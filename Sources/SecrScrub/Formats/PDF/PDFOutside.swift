/// What belongs to pages that were taken out of a document and are still in the file. It goes with them.
struct PDFOutside: Sendable {
    private let contents: PDFContents
    private let pages: Set<PDFReference>
    /// Annotations that a page shows.
    private let shown: Set<PDFReference>
    /// Parts of the structure all of whose content is on such pages.
    private var elements: Set<PDFReference> = []

    /// - Parameter pages: those that are in the document.
    init(_ contents: PDFContents, pages: Set<PDFReference>) {
        (self.contents, self.pages) = (contents, pages)
        shown = Set(
            pages.flatMap { page in
                let annotations = contents.resolved(contents.resolved(.reference(page)).dictionary?["Annots"]).array
                return (annotations ?? []).compactMap(\.reference)
            })
        if let root = contents.resolved(contents.trailer["Root"]).dictionary?["StructTreeRoot"] { findElements(root) }
    }

    /// A page that nothing shows, because it was deleted, or what was one.
    func isPage(_ value: PDFValue?) -> Bool {
        guard let reference = value?.reference, !pages.contains(reference) else { return false }
        let found = contents.resolved(value)
        return found == .null || found.dictionary?.isOfType("Page") == true
    }

    /// Whether all of it is on such pages.
    func holds(_ value: PDFValue, as kind: PDFKind) -> Bool {
        switch kind {
        case .structure:
            if let reference = value.reference, elements.contains(reference) { return true }
            guard let content = contents.resolved(value).dictionary, content["MCID"] ?? content["Obj"] != nil else {
                return false
            }
            return isPage(content["Pg"])
        case .annotation: return isAnnotation(value, depth: 0)
        default: return false
        }
    }

    /// An answer to a remark, or the window of one, belongs to a page as the remark does (12.5.6.2).
    func isAloneOutside(_ value: PDFValue) -> Bool { value.reference.map { !shown.contains($0) } ?? false }

    private func isAnnotation(_ value: PDFValue, depth: Int) -> Bool {
        guard depth < 64, let annotation = contents.resolved(value).dictionary else { return false }
        if let reference = value.reference, shown.contains(reference) { return false }
        if let kids = contents.resolved(annotation["Kids"]).array, !kids.isEmpty {
            // A field of several widgets.
            return kids.allSatisfy { isAnnotation($0, depth: depth + 1) }
        }
        return isPage(annotation["P"])
    }

    // MARK: Structure

    private struct Element {
        var reference: PDFReference?
        var parent: Int
        /// Whether it says itself that its content is on such a page, or what is above it does.
        var isOutside: Bool
        var hasOutside = false
        var hasInside = false
    }

    /// From the leaves on (14.7.2 and 14.7.5).
    private mutating func findElements(_ root: PDFValue) {
        var found = [Element(reference: root.reference, parent: 0, isOutside: false)]
        var waiting: [(value: PDFValue, place: Int)] = [(root, 0)]
        var seen: Set<PDFReference> = []
        while let (value, place) = waiting.popLast() {
            guard let element = contents.resolved(value).dictionary else { continue }
            if let page = element["Pg"] { found[place].isOutside = isPage(page) }
            let isOutside = found[place].isOutside
            for kid in contents.resolved(element["K"]).array ?? [element["K"] ?? .null] {
                let inner = contents.resolved(kid).dictionary
                if inner == nil || inner?["MCID"] ?? inner?["Obj"] != nil {
                    guard inner != nil || contents.resolved(kid).integer != nil else { continue }
                    if inner?["Pg"].map(isPage) ?? isOutside {
                        found[place].hasOutside = true
                    } else {
                        found[place].hasInside = true
                    }
                } else if kid.reference.map({ seen.insert($0).inserted }) ?? true {
                    found.append(Element(reference: kid.reference, parent: place, isOutside: isOutside))
                    waiting.append((kid, found.count - 1))
                }
            }
        }
        for place in found.indices.dropFirst().reversed() {
            let element = found[place]
            if element.hasOutside, !element.hasInside, let reference = element.reference { elements.insert(reference) }
            if element.hasOutside { found[element.parent].hasOutside = true }
            if element.hasInside { found[element.parent].hasInside = true }
        }
    }
}
