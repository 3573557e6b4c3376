internal import SecrBytes

/// Whether what stands in a document is what may stand there.
struct PDFFitting: Sendable {
    let contents: PDFContents
    /// Those that readers turn.
    let pages: Set<PDFReference>
    /// Whether deleted ones stay, on request.
    let keepsOtherPages: Bool

    /// Which of several kinds an object is.
    func refined(_ kind: PDFKind, _ dictionary: PDFDictionary?, isStream: Bool) -> PDFKind {
        switch kind {
        case .pageNode: return contents.resolved(dictionary?["Kids"]).array == nil ? .page : .pageNode
        case .object: return contents.resolved(dictionary?["Subtype"]).name == "Image" ? .picture : .form
        case .pattern: return isStream ? .tiling : .pattern
        case .structure:
            let isRoot = dictionary?.isOfType("StructTreeRoot") == true || dictionary?["ParentTree"] != nil
            return isRoot ? .structureRoot : .structure
        case .outline: return dictionary?["Title"] == nil && dictionary?["Parent"] == nil ? .outlines : .outline
        case .propertyList:
            let isLayer = ["OCG", "OCMD"].contains(contents.resolved(dictionary?["Type"]).name ?? "")
            return isLayer ? .optionalContent : .propertyList
        default: return kind
        }
    }

    /// Whether a value, or what it leads to, can have a shape.
    func fits(_ value: PDFValue, _ shape: PDFShape) -> Bool {
        let resolved = contents.resolved(value)
        if resolved == .null { return false }
        switch shape {
        case .plain: return isText(resolved, withStrings: false)
        case .text: return isText(resolved, withStrings: true)
        case .kind(.colorSpace): return resolved.name != nil || resolved.array != nil
        case .kind(let kind): return resolved.dictionary != nil && kind.fits(isStream: contents.isStream(value))
        case .map, .tree, .attachments: return resolved.dictionary != nil && !contents.isStream(value)
        case .list(let inner): return resolved.array != nil || fits(value, inner)
        case .slots, .nested: return resolved.array != nil
        case .either(let first, let second): return fits(value, first) || fits(value, second)
        case .page: return isPage(value)
        case .identifier: return resolved.string != nil || resolved.array != nil
        case .drop, .rewritten: return false
        case .anything: return true
        }
    }

    /// Arrays in arrays are looked at in their turn: they can hold themselves.
    private func isText(_ value: PDFValue, withStrings: Bool) -> Bool {
        switch value {
        case .number, .name, .bool: true
        case .string: withStrings
        case .array(let values):
            values.allSatisfy {
                let element = contents.resolved($0)
                return element.array != nil || element == .null
                    || element.dictionary == nil && (withStrings || element.string == nil)
            }
        default: false
        }
    }

    func isPage(_ value: PDFValue) -> Bool {
        guard let reference = value.reference else { return false }
        return pages.contains(reference)
            || keepsOtherPages && isOtherPage(value)
    }

    /// A page that nothing shows, because it was deleted.
    func isOtherPage(_ value: PDFValue) -> Bool {
        guard let reference = value.reference, !pages.contains(reference) else { return false }
        return contents.resolved(value).dictionary?.isOfType("Page") == true
    }

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
        contents.resolved(contents.resolved(action).dictionary?["S"]).name.map(Self.actions.contains) ?? false
    }
}
