internal import SecrBytes

/// The equality between a document and its scrubbed form, proved on the bytes that were really written.
///
/// - Scrubbing the output again would give the same bytes: it holds nothing but what ``PDFRules`` allows.
/// - All objects that stay are there, in their order, and data of streams are those of the input, cut at their end; a
///   picture keeps the promises of its own format.
/// - Pages are as many, have the same shape, and are painted by the same instructions.
struct PDFContract {
    let original: Parsed<PDFDocument>
    let written: Parsed<PDFDocument>

    func check() throws {
        let after = written.document.composer
        if let drop = after.drops.keys.first {
            throw ScrubError.broken("\(drop.part.name) is left (\(drop.label))", at: 0)
        }
        guard try after.plan().isIdentity(of: written.source) else {
            throw ScrubError.broken("its tables differ", at: 0)
        }
        let before = original.document.composer
        let (old, new) = (before.selection.kept, after.selection.kept)
        guard old.count == new.count else { throw ScrubError.broken("an object is missing", at: 0) }
        for place in old.indices {
            guard old[place].value == new[place].value else { throw ScrubError.broken("an object differs", at: 0) }
            guard (before.packed[place] == nil) == (after.packed[place] == nil),
                after.packed[place]?.isKnown ?? true
            else { throw ScrubError.broken("data differ", at: 0) }
        }
        try comparePages()
    }

    // MARK: Pages

    private func comparePages() throws {
        let (old, new) = (original.document.contents, written.document.contents)
        guard old.pages.count == new.pages.count else { throw ScrubError.broken("a page is missing", at: 0) }
        // Many pages can have the same list of instructions.
        var equal: Set<[PDFReference]> = []
        for (left, right) in zip(old.pages, new.pages) {
            for key in ["MediaBox", "CropBox", "Rotate", "UserUnit"] {
                let (before, after) = (shape(key, of: left, in: old), shape(key, of: right, in: new))
                guard before.isSpelled(like: after) || numbers(before, in: old) == numbers(after, in: new) else {
                    throw ScrubError.broken("a page has another shape (\(key))", at: 0)
                }
            }
            let lists = [(left, old), (right, new)].map { $1.resolved(.reference($0)).dictionary?["Contents"] }
            let shared = lists.compactMap { $0?.reference }
            if shared.count == 2, equal.contains(shared) { continue }
            let numbers = original.document.composer.selection.numbers
            guard
                instructions(lists[0], in: old, { numbers[.init(reference: $0, tag: PDFShape.kind(.content).tag)] })
                    == instructions(lists[1], in: new, { $0.number })
            else { throw ScrubError.broken("a page is painted in another way", at: 0) }
            if shared.count == 2 { equal.insert(shared) }
        }
    }

    /// Numbers, whoever says them.
    private func shape(_ key: String, of page: PDFReference, in contents: PDFContents) -> PDFValue {
        key == "UserUnit"
            ? contents.resolved(contents.resolved(.reference(page)).dictionary?[key])
            : contents.inherited(key, of: page)
    }

    private func numbers(_ value: PDFValue, in contents: PDFContents) -> [Double] {
        if let number = value.real { return [number] }
        return value.array?.prefix(4).map { number(contents.resolved($0)) } ?? []
    }

    private func number(_ value: PDFValue) -> Double {
        value.real ?? value.string.flatMap(PDFValue.oddNumber)?.real ?? 0
    }

    /// The streams that paint a page, by their numbers in the output.
    private func instructions(
        _ value: PDFValue?, in contents: PDFContents, _ number: (PDFReference) -> Int?
    ) -> [Int?] {
        guard let value else { return [] }
        let parts = contents.resolved(value).array ?? [value]
        return parts.filter(contents.isStream).map { $0.reference.flatMap(number) }
    }
}

extension PDFValue {
    /// Whether it is the same, and nothing of it is said by another object.
    fileprivate func isSpelled(like other: PDFValue) -> Bool {
        (array ?? [self]).allSatisfy { $0.reference == nil && $0.array == nil } && self == other
    }
}
