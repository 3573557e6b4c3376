public import SecrBytes

/// Scrubs one input: detect, parse, decide, plan; the caller writes the plan, then has it verified.
///
/// ```swift
/// let scrubber = Scrubber(policy: Policy())
/// let scrub = try scrubber.prepare(source)
/// let output = try scrub.plan.bytes(from: source)
/// try scrub.verify(MemorySource(output))      // before anybody sees it
/// ```
public struct Scrubber: Sendable {
    /// How an output is compared with its input before it appears.
    public enum Verification: String, Sendable, CaseIterable {
        /// Tables, scans, colour and orientation, byte by byte.
        case contract
        /// The same, and then both are decoded and their pixels compared.
        case decode
    }

    public var policy: Policy
    public var verification: Verification
    /// Turn the picture itself instead of keeping the note that says how to turn it.
    public var bakesOrientation: Bool
    /// Put the tables of a video in front of its data, so that it plays while it loads.
    public var putsTablesFirst = false
    /// Take away what an edit list leaves out of a video, as far as what is shown does not need it.
    public var dropsHidden = false
    /// Take signatures away from a document that is signed, instead of refusing it.
    public var breaksSignatures = false
    /// Of documents that are encrypted.
    public var password: DocumentPassword?
    /// Encrypt documents again that open with a password only, with the same one.
    public var keepsPassword = false
    public var limits: Limits
    /// For tests: what may reach an output, instead of the real list.
    package var allowLists: [FileFormat: AllowList] = [:]

    public init(
        policy: Policy = Policy(), verification: Verification = .contract, bakesOrientation: Bool = false,
        limits: Limits = Limits()
    ) {
        self.policy = policy
        self.verification = verification
        self.bakesOrientation = bakesOrientation
        self.limits = limits
    }

    /// What the content of `source` is.
    public func detect(_ source: any ByteSource) throws(ScrubError) -> DetectedFormat {
        try ScrubError.translating {
            var window = ByteWindow(source, capacity: FormatDetector.prefixLength)
            return FormatDetector.detect(try window.bytes(in: 0..<min(source.size, FormatDetector.prefixLength)))
        }
    }

    /// What `source` gives away, without writing anything.
    public func inspect(_ source: any ByteSource, detail: Inspection.Detail = .values) throws(ScrubError) -> Inspection
    {
        switch try handledFormat(of: source) {
        case .jpeg: try inspect(source, format: .jpeg, handler: jpegHandler, detail: detail)
        case .png: try inspect(source, format: .png, handler: pngHandler, detail: detail)
        case .heif: try inspect(source, format: .heif, handler: heicHandler, detail: detail)
        case .mp4: try inspect(source, format: .mp4, handler: mp4Handler, detail: detail)
        case .pdf: try inspect(source, format: .pdf, handler: pdfHandler, detail: detail)
        }
    }

    /// Everything up to the point where an output has to be written.
    public func prepare(_ source: any ByteSource) throws(ScrubError) -> PreparedScrub {
        switch try handledFormat(of: source) {
        case .jpeg: try prepare(source, format: .jpeg, handler: jpegHandler)
        case .png: try prepare(source, format: .png, handler: pngHandler)
        case .heif: try prepare(source, format: .heif, handler: heicHandler)
        case .mp4: try prepare(source, format: .mp4, handler: mp4Handler)
        case .pdf: try prepare(source, format: .pdf, handler: pdfHandler)
        }
    }

    /// Whether work on `source` takes libraries in C beside zlib, which nobody can prove to withstand every file.
    package func needsLibraries(_ source: any ByteSource) throws(ScrubError) -> Bool {
        guard case .handled(let format) = try detect(source) else { return false }
        return format == .pdf || verification == .decode || bakesOrientation || policy.isTalkative
    }

    /// Loads the libraries that are loaded on demand, for whoever can't do so later.
    package static func loadLibraries() {
        ExifValues.load()
        JPEGDecodeComparison.load()
    }

    /// The same of the one for documents, which takes ten times as long.
    package static func loadDocumentLibrary() { QPDFFile.load() }

    private var jpegHandler: JPEGHandler {
        JPEGHandler(
            allowList: allowList(.jpeg), bakesOrientation: bakesOrientation, decodes: verification == .decode)
    }

    private var pngHandler: PNGHandler {
        PNGHandler(
            allowList: allowList(.png), bakesOrientation: bakesOrientation, decodes: verification == .decode)
    }

    private var heicHandler: HEICHandler {
        // The file around a picture says how it is turned and shown, and all else.
        var inner = self
        inner.policy = policy.silent
        inner.bakesOrientation = false
        inner.policy.drop.formUnion([.orientation, .gainMap])
        var sequence = mp4Handler
        // Pictures of the list can be among the samples.
        (sequence.dropsHidden, sequence.compacts) = (false, false)
        return HEICHandler(
            allowList: allowList(.heif), bakesOrientation: bakesOrientation, sequence: sequence
        ) { [inner] source in
            guard case .handled(.jpeg) = try inner.detect(source) else {
                throw ParseError(.malformed, at: 0, "an item that is no JPEG picture")
            }
            return try inner.prepare(source, format: .jpeg, handler: inner.jpegHandler)
        }
    }

    private var mp4Handler: MP4Handler {
        MP4Handler(allowList: allowList(.mp4), putsTablesFirst: putsTablesFirst, dropsHidden: dropsHidden)
    }

    private var pdfHandler: PDFHandler {
        // Pages say how a picture is turned; nothing else of it is looked at but samples.
        var inner = self
        inner.policy = policy.silent
        inner.bakesOrientation = false
        inner.policy.drop.formUnion([.orientation, .gainMap, .icc])
        return PDFHandler(
            allowList: allowList(.pdf), policy: policy, password: password, keepsPassword: keepsPassword,
            breaksSignatures: breaksSignatures
        ) { [inner] source in
            guard case .handled(.jpeg) = try inner.detect(source) else {
                throw ParseError(.malformed, at: 0, "a picture that is no JPEG picture")
            }
            return try inner.prepare(source, format: .jpeg, handler: inner.jpegHandler)
        } file: { [self] source in
            guard try detect(source) != .handled(.pdf) else { throw ScrubError(.refused, "a document in a document") }
            return try prepare(source)
        }
    }

    private func allowList(_ format: FileFormat) -> AllowList { allowLists[format] ?? .standard(for: format) }

    private func handledFormat(of source: any ByteSource) throws(ScrubError) -> FileFormat {
        switch try detect(source) {
        case .handled(let format): return format
        case .known(let name): throw ScrubError(.unsupportedFormat, "\(name): not a supported format")
        case .empty: throw ScrubError(.unsupportedFormat, "the file is empty")
        case .unknown: throw ScrubError(.unsupportedFormat, "not a supported format")
        }
    }

    private func parse<Handler: FormatHandler>(
        _ source: any ByteSource, handler: inout Handler
    ) throws -> Parsed<Handler.Document> {
        if let kind = policy.contradiction {
            throw ScrubError(
                .refused, "\(kind.name) that is kept as it is would contradict what the output is to say of itself")
        }
        var window = ByteWindow(source)
        var parsed = Parsed(document: try handler.parse(&window, limits: limits), source: source)
        let statement = try statement(of: parsed, handler)
        if !statement.isEmpty { try handler.state(statement, in: &parsed, limits: limits) }
        return parsed
    }

    /// What the policy lets an output say of itself; reading the values takes libraries.
    private func statement<Handler: FormatHandler>(
        of parsed: Parsed<Handler.Document>, _ handler: Handler
    ) throws -> Statement {
        guard policy.isTalkative else { return Statement() }
        let findings = try handler.findings(in: parsed, policy: policy, detail: .values, limits: limits)
        return Statement(StatedFacts(findings), policy: policy)
    }

    private func inspect(
        _ source: any ByteSource, format: FileFormat, handler: some FormatHandler, detail: Inspection.Detail
    ) throws(ScrubError) -> Inspection {
        try ScrubError.translating {
            var handler = handler
            let parsed = try parse(source, handler: &handler)
            var findings = try handler.findings(in: parsed, policy: policy, detail: detail, limits: limits)
            if findings.isClean, let plan = try? handler.plan(for: parsed, policy: policy, limits: limits) {
                findings += try arrangement(of: parsed, plan, handler)
            }
            return Inspection(
                format: format, summary: handler.summary(of: parsed.document), findings: findings,
                limitations: handler.limitations(of: parsed.document, policy: policy)
                    + kept(findings, handler.statement))
        }
    }

    private func prepare(
        _ source: any ByteSource, format: FileFormat, handler: some FormatHandler
    ) throws(ScrubError) -> PreparedScrub {
        try ScrubError.translating {
            var handler = handler
            let parsed = try parse(source, handler: &handler)
            let plan = try handler.plan(for: parsed, policy: policy, limits: limits)
            var findings = try handler.findings(in: parsed, policy: policy, detail: .parts, limits: limits)
            if findings.isClean { findings += try arrangement(of: parsed, plan, handler) }
            return PreparedScrub(
                format: format, findings: findings,
                limitations: handler.limitations(of: parsed.document, policy: policy)
                    + kept(findings, handler.statement), plan: plan
            ) { [self, handler] output in
                let written = try handler.checkContract(parsed, output: output, policy: policy, limits: limits)
                try requireSame(handler.statement, in: written, handler)
            }
        }
    }

    /// Every part of a file can be clean and their order or division still be somebody's mark.
    private func arrangement<Handler: FormatHandler>(
        of parsed: Parsed<Handler.Document>, _ plan: OutputPlan, _ handler: Handler
    ) throws -> [Finding] {
        if try handler.isArranged(parsed, plan, limits: limits) { return [] }
        return [
            Finding(
                .table, reveals: [.software], "arrangement of the parts", range: 0..<parsed.source.size,
                action: .reduced)
        ]
    }

    /// Whoever reads an output finds what was to be said, and an output of which the same is said stays as it is.
    private func requireSame<Handler: FormatHandler>(
        _ statement: Statement, in written: Parsed<Handler.Document>, _ handler: Handler
    ) throws {
        guard policy.isTalkative else { return }
        var unmoved = self
        // It has been moved once.
        unmoved.policy.dateShift = 0
        guard try unmoved.statement(of: written, handler) == statement else {
            throw ScrubError.broken("it says something else of itself", at: 0)
        }
    }

    /// Parts that were not looked into because they are to stay, and what is said because the policy says so.
    private func kept(_ findings: [Finding], _ statement: Statement) -> [Limitation] {
        let kept = policy.keep.filter { kind in findings.contains { $0.kind == kind && $0.action == .kept } }
        return (kept.isEmpty ? [] : [.keptParts(kept.sorted { $0.rawValue < $1.rawValue })])
            + (statement.isEmpty ? [] : [.statement(statement.summary(policy))])
    }
}

/// A scrub that is decided but not yet written.
public struct PreparedScrub: Sendable {
    public let format: FileFormat
    public let findings: [Finding]
    public let limitations: [Limitation]
    public let plan: OutputPlan
    private let contract: @Sendable (any ByteSource) throws -> Void

    init(
        format: FileFormat, findings: [Finding], limitations: [Limitation], plan: OutputPlan,
        contract: @escaping @Sendable (any ByteSource) throws -> Void
    ) {
        self.format = format
        self.findings = findings
        self.limitations = limitations
        self.plan = plan
        self.contract = contract
    }

    /// Proves that `output`, as it was really written, shows the same as the input. To be called before it appears.
    public func verify(_ output: any ByteSource) throws(ScrubError) {
        try ScrubError.translating { try contract(output) }
    }
}
