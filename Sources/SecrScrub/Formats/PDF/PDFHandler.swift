internal import SecrBytes

/// PDF documents, from the frame's point of view.
///
/// Other formats are files whose every byte is named. A document is a graph of objects: only what ``PDFRules`` allows is
/// walked, from the catalog on, and all of it is written anew. Bytes that no object holds can't get into an output.
struct PDFHandler: FormatHandler {
    var allowList: AllowList
    /// Scrubs a JPEG picture inside.
    var picture: @Sendable (any ByteSource) throws -> PreparedScrub

    func parse(_ window: inout ByteWindow, limits: Limits) throws -> PDFDocument {
        var parser = try PDFParser(window.source, password: "", limits: limits)
        return try parser.parse()
    }

    func summary(of document: PDFDocument) -> String {
        document.pages.count == 1 ? "1 page" : "\(document.pages.count) pages"
    }

    func limitations(of document: PDFDocument, policy: Policy) -> [Limitation] { [.content, .sensorNoiseOfPhotos] }

    func findings(
        in original: Parsed<PDFDocument>, policy: Policy, detail: Inspection.Detail, limits: Limits
    ) throws -> [Finding] {
        let composer = try composer(of: original, policy: policy, limits: limits)
        return PDFFindings(document: original.document, drops: composer.all).all
    }

    func plan(for original: Parsed<PDFDocument>, policy: Policy, limits: Limits) throws -> OutputPlan {
        try composer(of: original, policy: policy, limits: limits).composer.plan()
    }

    private func composer(
        of original: Parsed<PDFDocument>, policy: Policy, limits: Limits
    ) throws -> (composer: PDFComposer, all: [PDFDrop: Int]) {
        let selection = try PDFSelection(original.document, policy: policy, allowList: allowList)
        try refuse(selection)
        let packing = PDFPacking(
            original.source, policy: policy, allowList: allowList, limits: limits, picture: picture)
        let composer = try PDFComposer(original.document, selection, packing)
        return (composer, selection.drops.merging(composer.drops) { $0 + $1 })
    }

    private func refuse(_ selection: PDFSelection) throws(ScrubError) {
        if selection.isSigned {
            throw ScrubError(.refused, "the document is signed, and any change breaks the signature")
        }
        if selection.isDynamicForm { throw ScrubError(.refused, "a form of another kind in the shape of a document (XFA)") }
        if selection.hasMedia { throw ScrubError(.refused, "a document with sound or video in it") }
    }

    func checkContract(
        _ original: Parsed<PDFDocument>, output: any ByteSource, policy: Policy, limits: Limits
    ) throws {
        var parser = try PDFParser(output, password: "", limits: limits)
        let written = Parsed(document: try parser.parse(), source: output)
        let before = try composer(of: original, policy: policy, limits: limits).composer
        let (after, left) = try composer(of: written, policy: policy, limits: limits)
        if let drop = left.keys.first { throw ScrubError.broken("\(drop.part.name) is left (\(drop.label))", at: 0) }
        guard try after.plan().isIdentity(of: output) else { throw ScrubError.broken("objects differ", at: 0) }
        guard before.packed.count == after.packed.count else { throw ScrubError.broken("an object is missing", at: 0) }
    }
}
