/// What belongs to pages that were taken out of a document and is still in the file. It goes with them.
struct PDFOutside: Sendable {
    private let contents: PDFContents
    private let pages: Set<PDFReference>
    /// Annotations that a page shows.
    private let shown: Set<PDFReference>
    /// Annotations and fields that no page shows, and that can't do without one.
    private var annotations: Set<PDFReference> = []
    /// Objects that are found from pages, and not by the structure alone.
    private var painted: Set<PDFReference> = []
    /// Parts of the structure all of whose content is on such pages.
    private var elements: Set<PDFReference> = []

    /// - Parameter pages: those that are in the document.
    init(_ contents: PDFContents, pages: Set<PDFReference>) {
        (self.contents, self.pages) = (contents, pages)
        shown = Self.annotations(of: pages, in: contents)
        findAnnotations()
        guard let root = contents.resolved(contents.trailer["Root"]).dictionary?["StructTreeRoot"] else { return }
        findPainted()
        findElements(root)
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
            return contents.resolved(value).dictionary.map { isContent($0) && isOutside($0, of: .unknown) } ?? false
        case .annotation: return value.reference.map(annotations.contains) ?? false
        default: return false
        }
    }

    // MARK: Annotations

    /// An answer to a remark, or the window of one, belongs to a page as the remark does (12.5.6.2).
    func isAloneOutside(_ value: PDFValue) -> Bool { value.reference.map { !shown.contains($0) } ?? false }

    /// Many pages can have the same list.
    private static func annotations(of pages: Set<PDFReference>, in contents: PDFContents) -> Set<PDFReference> {
        var (found, seen): (Set<PDFReference>, Set<PDFReference>) = ([], [])
        for page in pages {
            let list = contents.resolved(.reference(page)).dictionary?["Annots"]
            if let reference = list?.reference, !seen.insert(reference).inserted { continue }
            found.formUnion((contents.resolved(list).array ?? []).compactMap(\.reference))
        }
        return found
    }

    /// Looks at each one once, however often it is the kid of another one.
    private mutating func findAnnotations() {
        var answers: [PDFReference: Bool] = [:]
        func isOutside(_ value: PDFValue, depth: Int) -> Bool {
            guard depth < 64, let reference = value.reference,
                let annotation = contents.resolved(value).dictionary
            else { return false }
            guard let kids = contents.resolved(annotation["Kids"]).array, !kids.isEmpty else {
                // A field can do without a widget, but no widget without a page.
                let needsPage = contents.resolved(annotation["Subtype"]).name == "Widget" || isPage(annotation["P"])
                return needsPage && !shown.contains(reference)
            }
            if shown.contains(reference) { return false }
            if let known = answers[reference] { return known }
            // A field within itself is none.
            answers[reference] = false
            // It has several widgets.
            let answer = kids.allSatisfy { isOutside($0, depth: depth + 1) }
            answers[reference] = answer
            return answer
        }
        for reference in contents.objects.references
        where isOutside(.reference(reference), depth: 0) {
            annotations.insert(reference)
        }
    }

    // MARK: Structure

    /// What leads from something on a page to the rest of the document.
    private static let ways: Set<String> = ["Parent", "P", "Dest", "A", "B", "Popup", "IRT"]

    private mutating func findPainted() {
        var waiting: [PDFValue] = []
        for page in pages {
            for entry in contents.resolved(.reference(page)).dictionary?.entries ?? []
            where !Self.ways.contains(entry.key) && (entry.key != "Contents" || paints(entry.value)) {
                waiting.append(entry.value)
            }
        }
        while let value = waiting.popLast() {
            switch value {
            case .reference(let reference):
                guard !pages.contains(reference), painted.insert(reference).inserted else { continue }
                waiting.append(contents.resolved(value))
            case .array(let values): waiting += values
            case .dictionary(let dictionary):
                for entry in dictionary.entries where !Self.ways.contains(entry.key) { waiting.append(entry.value) }
            default: continue
            }
        }
    }

    /// Whether a page is painted by it: what is no stream does not stay.
    private func paints(_ value: PDFValue) -> Bool {
        (contents.resolved(value).array ?? [value]).allSatisfy(contents.isStream)
    }

    private enum Side { case inside, outside, unknown }

    private struct Element {
        var reference: PDFReference?
        var parent: Int
        /// Where it says itself that its content is, or what is above it does.
        var side: Side
        var hasOutside = false
        var hasInside = false
    }

    /// Whether a dictionary means something on a page, and no further part (14.7.5).
    private func isContent(_ dictionary: PDFDictionary) -> Bool {
        dictionary["MCID"] != nil || dictionary["Obj"] != nil
    }

    private func isOutside(_ content: PDFDictionary, of side: Side) -> Bool {
        if let form = content["Stm"]?.reference, !painted.contains(form) { return true }
        if let object = content["Obj"]?.reference, !painted.contains(object) { return true }
        return content["Pg"].map(isPage) ?? (side == .outside)
    }

    /// From the leaves on (14.7.2 and 14.7.5).
    private mutating func findElements(_ root: PDFValue) {
        let known = knownElements(root)
        var found = [Element(reference: root.reference, parent: 0, side: .unknown)]
        var waiting: [(value: PDFValue, place: Int)] = [(root, 0)]
        var seen: Set<PDFReference> = []
        while let (value, place) = waiting.popLast() {
            guard let element = contents.resolved(value).dictionary else { continue }
            if let page = element["Pg"] { found[place].side = isPage(page) ? .outside : .inside }
            let side = found[place].side
            for kid in contents.resolved(element["K"]).array ?? [element["K"] ?? .null] {
                let inner = contents.resolved(kid).dictionary
                if let inner, !isContent(inner) {
                    guard kid.reference.map({ seen.insert($0).inserted }) ?? true else { continue }
                    found.append(Element(reference: kid.reference, parent: place, side: side))
                    waiting.append((kid, found.count - 1))
                } else if inner != nil || contents.resolved(kid).integer != nil {
                    let isUnknown = inner == nil && side == .unknown
                    let isLost = isUnknown && !(known?.contains(value.reference ?? .trailer) ?? true)
                    if inner.map({ isOutside($0, of: side) }) ?? (isLost || side == .outside) {
                        found[place].hasOutside = true
                    } else {
                        found[place].hasInside = true
                    }
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

    /// Parts to which something leads that is on a page; `nil` where a document does not say so.
    private func knownElements(_ root: PDFValue) -> Set<PDFReference>? {
        guard let tree = contents.resolved(root).dictionary?["ParentTree"] else { return nil }
        var keys: Set<Int> = []
        for reference in painted.union(pages) {
            let dictionary = contents.resolved(.reference(reference)).dictionary
            for key in ["StructParents", "StructParent"] {
                if let number = contents.resolved(dictionary?[key]).integer { keys.insert(number) }
            }
        }
        var (known, waiting, seen): (Set<PDFReference>, [PDFValue], Set<PDFReference>) = ([], [tree], [])
        while let next = waiting.popLast() {
            if let reference = next.reference, !seen.insert(reference).inserted { continue }
            guard let node = contents.resolved(next).dictionary else { continue }
            waiting += contents.resolved(node["Kids"]).array ?? []
            let pairs = contents.resolved(node["Nums"]).array ?? []
            for place in stride(from: 0, to: pairs.count - 1, by: 2) {
                guard let key = contents.resolved(pairs[place]).integer, keys.contains(key) else { continue }
                known.formUnion(
                    (contents.resolved(pairs[place + 1]).array ?? [pairs[place + 1]]).compactMap(\.reference))
            }
        }
        return known
    }
}
