internal import SecrBytes
internal import Synchronization

/// Whether what stands in a document is what may stand there.
struct PDFFitting: Sendable {
    let contents: PDFContents
    let outside: PDFOutside
    /// Those that readers turn.
    private let pages: Set<PDFReference>
    /// Whether deleted ones stay, on request.
    private let keepsOtherPages: Bool
    /// Layers that the document names as such.
    private let layers: Set<PDFReference>
    private let structureRoot: PDFReference?
    private let known = PDFKnownTexts()

    init(_ contents: PDFContents, keepsOtherPages: Bool) {
        (self.contents, self.keepsOtherPages) = (contents, keepsOtherPages)
        pages = Set(contents.pages)
        outside = PDFOutside(contents, pages: pages)
        let catalog = contents.resolved(contents.trailer["Root"]).dictionary
        structureRoot = catalog?["StructTreeRoot"]?.reference
        let named = contents.resolved(contents.resolved(catalog?["OCProperties"]).dictionary?["OCGs"]).array
        layers = Set((named ?? []).compactMap(\.reference))
    }

    /// Which of several kinds an object is.
    func refined(
        _ kind: PDFKind, _ dictionary: PDFDictionary?, isStream: Bool, at reference: PDFReference? = nil
    ) -> PDFKind {
        switch kind {
        case .pageNode: return dictionary.map(contents.isPageTree) == true ? .pageNode : .page
        case .object: return contents.resolved(dictionary?["Subtype"]).name == "Image" ? .picture : .form
        case .pattern: return isStream ? .tiling : .pattern
        case .structure:
            let isRoot = dictionary?.isOfType("StructTreeRoot") == true || dictionary?["ParentTree"] != nil
            return isRoot || reference != nil && reference == structureRoot ? .structureRoot : .structure
        case .outline:
            // By what of it stays.
            let stays = [("Title", PDFShape.text), ("Parent", .kind(.outlines))].contains { key, shape in
                dictionary?[key].map { fits($0, shape) } == true
            }
            return stays ? .outline : .outlines
        case .propertyList:
            let isLayer = ["OCG", "OCMD"].contains(contents.resolved(dictionary?["Type"]).name ?? "")
            let isNamed = reference.map(layers.contains) ?? false
            let isGroup = dictionary?["OCGs"] ?? dictionary?["VE"] != nil
            return isLayer || isNamed || isGroup ? .optionalContent : .propertyList
        case .halftone: return contents.resolved(dictionary?["HalftoneType"]).integer == 5 ? .halftones : .halftone
        default: return kind
        }
    }

    /// Whether a value, or what it leads to, can have a shape.
    func fits(_ value: PDFValue, _ shape: PDFShape) -> Bool {
        let resolved = contents.resolved(value)
        if resolved == .null { return false }
        switch shape {
        case .plain, .text, .texts:
            guard resolved.array != nil, let reference = value.reference else { return isText(resolved, shape) }
            return known.answer(reference, shape.tag) { isText(resolved, shape) }
        case .kind(.colorSpace): return resolved.name != nil || resolved.array != nil
        case .kind(let kind):
            return resolved.dictionary != nil && kind.fits(isStream: contents.isStream(value))
                && (keepsOtherPages || !outside.holds(value, as: kind))
        case .map, .tree, .attachments: return resolved.dictionary != nil && !contents.isStream(value)
        case .list(let inner): return resolved.array != nil || fits(value, inner)
        case .slots, .nested: return resolved.array != nil
        case .either(let first, let second): return fits(value, first) || fits(value, second)
        case .page: return isPage(value)
        case .identifier: return resolved.string != nil || resolved.array != nil
        case .drop, .rewritten, .written: return false
        case .anything: return true
        }
    }

    private func isText(_ value: PDFValue, _ shape: PDFShape) -> Bool {
        switch shape {
        case .plain: contents.isPlain(value)
        case .text: value.array == nil && contents.isPlain(value, withStrings: true)
        default: contents.isPlain(value, withStrings: true)
        }
    }

    func isPage(_ value: PDFValue) -> Bool {
        guard let reference = value.reference else { return false }
        return pages.contains(reference) || keepsOtherPages && isOtherPage(value)
    }

    /// A page that nothing shows, because it was deleted.
    func isOtherPage(_ value: PDFValue) -> Bool { outside.isPage(value) && contents.resolved(value) != .null }

    func single(_ value: PDFValue, _ shape: PDFShape) -> PDFShape {
        switch shape {
        case .list(let inner) where contents.resolved(value).array == nil: single(value, inner)
        case .either(let first, let second): single(value, fits(value, first) ? first : second)
        default: shape
        }
    }

    /// What readers do at a click; the rest starts programs, or is one.
    private static let actions: Set<String> = [
        "GoTo", "GoToR", "Thread", "URI", "Hide", "Named", "SubmitForm", "ResetForm", "SetOCGState", "Trans",
    ]

    func isAllowed(_ action: PDFValue) -> Bool {
        let dictionary = contents.resolved(action).dictionary
        guard let kind = contents.resolved(dictionary?["S"]).name, Self.actions.contains(kind) else { return false }
        guard let address = contents.resolved(dictionary?["URI"]).string else { return true }
        let scheme = address.drop(while: PDFLexer.isWhite).prefix { $0 != 0x3A }
        return String(decoding: scheme, as: UTF8.self).lowercased() != "javascript"
    }

    /// The first allowed one of the actions that follow (12.6.1).
    func next(after action: PDFValue) -> PDFValue? {
        var (waiting, seen): ([PDFValue], Set<PDFReference>) = ([action], [])
        for turn in 0..<64 {
            guard let action = waiting.popLast() else { return nil }
            if turn > 0, isAllowed(action) { return action }
            if let reference = action.reference, !seen.insert(reference).inserted { continue }
            guard let next = contents.resolved(action).dictionary?["Next"] else { continue }
            waiting += (contents.resolved(next).array ?? [next]).prefix(64).reversed()
        }
        return nil
    }
}

/// Arrays that have been looked through: many things can have the same one.
private final class PDFKnownTexts: Sendable {
    private struct Question: Hashable {
        var reference: PDFReference
        var tag: Int
    }

    private let answers = Mutex<[Question: Bool]>([:])

    func answer(_ reference: PDFReference, _ tag: Int, _ ask: () -> Bool) -> Bool {
        let question = Question(reference: reference, tag: tag)
        if let known = answers.withLock({ $0[question] }) { return known }
        let answer = ask()
        answers.withLock { $0[question] = answer }
        return answer
    }
}
