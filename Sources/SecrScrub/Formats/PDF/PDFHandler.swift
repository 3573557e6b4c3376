internal import SecrBytes

/// PDF documents, from the frame's point of view.
///
/// Other formats are files whose every byte is named. A document is a graph of objects: only what ``PDFRules`` allows is
/// walked, from the catalog on, and all of it is written anew. Bytes that no object holds can't get into an output.
struct PDFHandler: FormatHandler {
    var allowList: AllowList
    var policy: Policy
    /// Of whoever may read it, where it is encrypted.
    var password: DocumentPassword?
    /// Whether outputs are encrypted as the inputs were.
    var keepsPassword: Bool
    var breaksSignatures: Bool
    var statement = Statement()
    /// Scrubs a JPEG picture inside.
    var picture: @Sendable (any ByteSource) throws -> PreparedScrub
    /// Scrubs an attachment.
    var file: @Sendable (any ByteSource) throws -> PreparedScrub

    func parse(_ window: inout ByteWindow, limits: Limits) throws -> PDFDocument {
        var parser = try PDFParser(window.source, password: password, limits: limits)
        var contents = try parser.parse()
        if protection(of: contents, limits) != nil {
            contents.version = PDFProtection.version(atLeast: contents.version)
        }
        return try document(contents, window.source, limits)
    }

    /// How the output of a document is encrypted; `nil` where it is not.
    private func protection(of contents: PDFContents, _ limits: Limits) -> PDFProtection? {
        guard keepsPassword, contents.isProtected, let password else { return nil }
        return PDFProtection(password: password, limits: limits)
    }

    /// - Parameter original: what it was written from, of an output.
    private func document(
        _ contents: PDFContents, _ source: any ByteSource, _ limits: Limits, from original: Parsed<PDFDocument>? = nil
    ) throws -> PDFDocument {
        let claim = claim(of: contents, source, limits)
        let selection = try PDFSelection(contents, claim: claim, policy: policy, allowList: allowList)
        let packing = PDFPacking(
            source, from: original?.source, policy: policy, allowList: allowList, limits: limits, picture: picture,
            file: file)
        let composer = try PDFComposer(
            contents, selection, claim: claim, packing, known: original?.document.composer)
        var document = PDFDocument(contents: contents, composer: composer)
        if original != nil, !statement.isEmpty { state(in: &document, source, limits) }
        return document
    }

    mutating func state(_ statement: Statement, in original: inout Parsed<PDFDocument>, limits: Limits) {
        self.statement = statement.ofDocument
        state(in: &original.document, original.source, limits)
    }

    private func state(in document: inout PDFDocument, _ source: any ByteSource, _ limits: Limits) {
        var window = ByteWindow(source)
        document.composer.state(
            PDFStatement(statement: statement), in: document.contents, &window, limit: limits.allTextBytes)
    }

    private func claim(of contents: PDFContents, _ source: any ByteSource, _ limits: Limits) -> PDFClaim? {
        guard allowList.rule(for: PDFPart.metadata, policy: policy) == nil else { return nil }
        var window = ByteWindow(source)
        let catalog = contents.resolved(contents.trailer["Root"]).dictionary
        guard let packet = contents.packet(catalog?["Metadata"], &window, limit: limits.allTextBytes) else {
            return nil
        }
        let title = contents.resolved(contents.resolved(contents.trailer["Info"]).dictionary?["Title"]).string
        return PDFClaim(packet, title: title.map(PDFValues.text))
    }

    func summary(of document: PDFDocument) -> String {
        let count = document.contents.pages.count
        return count == 1 ? "1 page" : "\(count) pages"
    }

    func limitations(of document: PDFDocument, policy: Policy) -> [Limitation] {
        let (contents, packed) = (document.contents, document.composer.packed.compactMap(\.self))
        let attached = packed.count(where: \.isOpaque)
        let notes = packed.map(\.notes)
        let isDecrypted = contents.isEncrypted && !(keepsPassword && contents.isProtected)
        let (comments, photos) = (notes.reduce(0) { $0 + $1.comments }, notes.reduce(0) { $0 + $1.photos })
        return [.pages, .innerNotes, .sensorNoiseOfPhotos, .encoderDecisions]
            + (comments > 0 ? [.instructionComments(comments)] : []) + (photos > 0 ? [.innerPhotos(photos)] : [])
            + (notes.allSatisfy(\.isWhole) ? [] : [.unreadInstructions])
            + (attached > 0 ? [.attachments(attached)] : []) + (isDecrypted ? [.decrypted] : [])
            + (contents.isRepaired ? [.repaired] : [])
    }

    func findings(
        in original: Parsed<PDFDocument>, policy: Policy, detail: Inspection.Detail, limits: Limits
    ) throws -> [Finding] {
        let parts = PDFFindings(document: original.document).all
        return detail == .parts ? parts : parts + (try PDFValues(original, password: password, limits: limits).all)
    }

    func plan(for original: Parsed<PDFDocument>, policy: Policy, limits: Limits) throws -> OutputPlan {
        let selection = original.document.composer.selection
        if selection.isSigned, !breaksSignatures {
            throw ScrubError(
                .refused, "the document is signed, and any change breaks the signature",
                hint: "--break-signatures takes the signatures away")
        }
        if selection.isDynamicForm {
            throw ScrubError(.refused, "a form of another kind in the shape of a document (XFA)")
        }
        if selection.hasMedia { throw ScrubError(.refused, "a document with sound or video in it") }
        let plan = original.document.composer.plan()
        guard let protection = protection(of: original.document.contents, limits) else { return plan }
        return try protection.plan(for: plan, from: original.source)
    }

    func isArranged(_ original: Parsed<PDFDocument>, _ plan: OutputPlan, limits: Limits) throws -> Bool {
        guard let protection = protection(of: original.document.contents, limits) else {
            return try plan.isIdentity(of: original.source)
        }
        return try protection.isEncrypted(
            original.source, from: original.document.composer.plan(), of: original.source)
    }

    /// What an encrypted output was made from, if that is all that it holds.
    private func decrypted(
        _ original: Parsed<PDFDocument>, _ output: any ByteSource, _ protection: PDFProtection, _ limits: Limits
    ) throws -> any ByteSource {
        var window = ByteWindow(output)
        let written = try parse(&window, limits: limits)
        guard written.contents.isProtected else { throw ScrubError.broken("it is not encrypted", at: 0) }
        let plan = original.document.composer.plan()
        let plain = try plan.bytes(from: original.source)
        guard try written.composer.plan().bytes(from: output) == plain,
            try protection.isEncrypted(output, from: plan, of: original.source)
        else { throw ScrubError.broken("it decrypts to something else", at: 0) }
        return MemorySource(plain)
    }

    func checkContract(
        _ original: Parsed<PDFDocument>, output: any ByteSource, policy: Policy, limits: Limits
    ) throws -> Parsed<PDFDocument> {
        var output = output
        if let protection = protection(of: original.document.contents, limits) {
            output = try decrypted(original, output, protection, limits)
        }
        var reader = PDFOutputReader(output, limits: limits)
        let written = Parsed(
            document: try document(try reader.read(), output, limits, from: original), source: output)
        try PDFContract(original: original, written: written).check()
        return written
    }
}
