internal import SecrBytes

/// The equality between a JPEG file and its scrubbed form, proved on the bytes that were really written.
///
/// - Every table segment and every coded byte is the same (under `strict`: every table that is in force at a scan).
/// - Decoders decide about colours in the same way: JFIF, Adobe marker, component ids.
/// - The colour profile has the same rendering tags; the orientation is the same.
/// - The output consists of allowed nodes only, and scrubbing it again would find nothing to do.
///
/// A picture that was turned has other coded bytes; ``JPEGRotation`` compares it instead.
struct JPEGContract {
    var original: Parsed<JPEGDocument>
    var written: Parsed<JPEGDocument>
    var handler: JPEGHandler
    var policy: Policy
    var limits: Limits

    func check() throws {
        let findings = JPEGFindings(document: written.document, policy: policy, handler: handler).all
        try handler.allowList.requireClean(written.document.nodes, findings: findings, policy: policy)
        guard !written.document.isTruncated else {
            throw ScrubError.broken("its end is missing", at: written.document.size)
        }
        try checkColors()
        guard written.document.orientation == expectedOrientation else {
            throw ScrubError.broken("the orientation differs", at: 0)
        }
        if handler.turns(original.document) {
            return try JPEGRotation(handler: handler, limits: limits).check(original, written, policy: policy)
        }
        try checkPicture()
        try checkGainMap()
        if handler.decodes { try JPEGDecodeComparison(limits: limits).compare(original.source, written.source) }
    }

    private func checkColors() throws {
        let (before, after) = (original.document, written.document)
        guard before.color == after.color else { throw ScrubError.broken("decoders would choose other colours", at: 0) }
        var aspect = handler.presentation(of: before, policy: policy).jfif
        if handler.turns(before) && before.orientation >= 5 { aspect?.transpose() }
        guard aspect == after.jfif else { throw ScrubError.broken("the shape of the pixels differs", at: 0) }
        guard before.icc.isHonoured(by: after.icc, policy) else {
            throw ScrubError.broken("the colour profile differs", at: 0)
        }
        let marks = [before, after].map { $0.exifBlock.flatMap { MinimalExif($0).color } }
        guard before.icc.isKept(policy) || policy.drops(.colorSpace) || marks[0] == marks[1] else {
            throw ScrubError.broken("the colour space differs", at: 0)
        }
    }

    private var expectedOrientation: Int {
        let isGone =
            policy.drops(.orientation) || handler.turns(original.document) || original.document.ownParameters != nil
        return isGone ? 1 : original.document.orientation
    }

    /// The second picture has to keep the same promise, and its parameters have to be the same.
    private func checkGainMap() throws {
        guard let before = original.document.gainMap, original.document.keepsGainMap(policy) else { return }
        guard let after = written.document.gainMap, before.parameters == after.parameters else {
            throw ScrubError.broken("the gain map differs", at: 0)
        }
        try JPEGContract(
            original: before.parsed(from: original.source), written: after.parsed(from: written.source),
            handler: handler, policy: policy, limits: limits
        ).check()
    }

    /// Compares the picture's own nodes one by one, in order.
    private func checkPicture() throws {
        let comparesTables = policy.profile != .strict
        func essence(_ document: JPEGDocument) -> [JPEGNode] {
            document.nodes.filter {
                $0.kind.isEssence && (comparesTables || document.tables[$0.range.lowerBound] == nil)
            }
        }
        let (before, after) = (essence(original.document), essence(written.document))
        guard before.count == after.count else { throw ScrubError.broken("a part of the picture is missing", at: 0) }
        for (old, new) in zip(before, after) {
            guard old.kind == new.kind,
                try written.source.isCopy(new.range, of: old.range, in: original.source)
            else { throw ScrubError.broken("\(old.label) differs", at: new.range.lowerBound) }
        }
        guard
            comparesTables
                || JPEGTableState.atEachScan(original.document) == JPEGTableState.atEachScan(written.document)
        else { throw ScrubError.broken("a table differs", at: 0) }
    }
}
