internal import SecrBytes

/// What a format brings to the frame.
///
/// A handler is pure: it reads through the window it is given and opens nothing. ``parse(_:limits:)`` must assign every
/// byte of the input to exactly one named node (checked by ``Coverage``); ``plan(for:policy:limits:)`` may only emit nodes on the
/// handler's allow-list, copied or rebuilt; ``checkContract(_:output:policy:limits:)`` reads the finished output and
/// proves what it has in common with the input.
protocol FormatHandler: Sendable {
    associatedtype Document: Sendable

    /// What outputs say of themselves; nothing, until ``state(_:in:limits:)``.
    var statement: Statement { get }

    /// - Throws: `ParseError`, `ByteSourceError` or `ScrubError`.
    func parse(_ window: inout ByteWindow, limits: Limits) throws -> Document

    /// Has the output of `original` say this of itself.
    mutating func state(_ statement: Statement, in original: inout Parsed<Document>, limits: Limits) throws

    /// Everything in the input that the policy acts on, one finding per part, or per value where `detail` asks for it.
    ///
    /// - Throws: `ByteSourceError` where values have to be read.
    func findings(
        in original: Parsed<Document>, policy: Policy, detail: Inspection.Detail, limits: Limits
    ) throws -> [Finding]

    /// What lossless scrubbing leaves in this very file.
    func limitations(of document: Document, policy: Policy) -> [Limitation]

    /// A line about the picture itself: size and kind.
    func summary(of document: Document) -> String

    /// - Throws: `ScrubError` where the policy can't be kept.
    func plan(for original: Parsed<Document>, policy: Policy, limits: Limits) throws -> OutputPlan

    /// Whether an input of which nothing would be removed is already laid out as `plan` says.
    ///
    /// - Throws: `ByteSourceError`.
    func isArranged(_ original: Parsed<Document>, _ plan: OutputPlan, limits: Limits) throws -> Bool

    /// - Returns: what was read of the output.
    /// - Throws: `ScrubError` with code `contract` at the first difference.
    func checkContract(
        _ original: Parsed<Document>, output: any ByteSource, policy: Policy, limits: Limits
    ) throws -> Parsed<Document>
}

extension FormatHandler {
    func isArranged(_ original: Parsed<Document>, _ plan: OutputPlan, limits: Limits) throws -> Bool {
        try plan.isIdentity(of: original.source)
    }
}

/// A document together with the bytes that it was parsed from.
struct Parsed<Document: Sendable>: Sendable {
    var document: Document
    var source: any ByteSource
}
