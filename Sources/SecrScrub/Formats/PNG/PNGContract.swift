internal import SecrBytes

/// The equality between a PNG file and its scrubbed form, proved on the bytes that were really written.
///
/// - Header, palette, transparency and the chunks that decide colours are the same, in the same order.
/// - Every picture and frame has the same lines: its stream is the same bytes, or, where it had to be packed anew or this
///   was asked for, the same bytes come out of it.
/// - The animation has the same frames, times and repetitions.
/// - The colour profile means the same; orientation and the shape of pixels are the same.
/// - The output consists of allowed nodes only, and scrubbing it again would find nothing to do.
struct PNGContract {
    let original: Parsed<PNGDocument>
    let written: Parsed<PNGDocument>
    let handler: PNGHandler
    let policy: Policy

    func check() throws {
        let (before, after) = (original.document, written.document)
        let findings = try PNGFindings(original: written, policy: policy, handler: handler).all
        try handler.allowList.requireClean(after.nodes, findings: findings, policy: policy)
        // Lines that the input lacks are missing here too.
        let isExcused = before.isTruncated && policy.tolerate.contains(.truncated)
        guard isExcused || !after.isTruncated else { throw ScrubError.broken("its end is missing", at: after.size) }
        try checkEssence()
        try checkPictures()
        try checkPresentation()
    }

    /// Chunks that stay as they are.
    private func checkEssence() throws {
        func essence(_ document: PNGDocument) -> [PNGNode] { document.nodes.filter(\.kind.isEssence) }
        let (before, after) = (essence(original.document), essence(written.document))
        guard before.map(\.kind) == after.map(\.kind) else { throw ScrubError.broken("a part is missing", at: 0) }
        for (old, new) in zip(before, after) {
            guard try written.source.isCopy(new.range, of: old.range, in: original.source) else {
                throw ScrubError.broken("\(old.label) differs", at: new.range.lowerBound)
            }
        }
    }

    private func checkPictures() throws {
        let (before, after) = (original.document, written.document)
        func frames(_ document: PNGDocument) -> [[UInt8]] {
            document.frames.sorted { $0.key < $1.key }.map(\.value.fields)
        }
        guard frames(before) == frames(after) else { throw ScrubError.broken("a frame differs", at: 0) }
        func order(_ document: PNGDocument) -> [PNGNodeKind] {
            document.nodes.map(\.kind).filter { [.frameControl, .imageData, .frameData].contains($0) }
        }
        guard order(before) == order(after) else { throw ScrubError.broken("a picture is missing", at: 0) }
        for (old, new) in zip(before.imagesInOrder, after.imagesInOrder) {
            guard try isSame(old, new) else {
                throw ScrubError.broken("the coded picture differs", at: new.chunks.lowerBound)
            }
        }
    }

    private func isSame(_ old: PNGImageData, _ new: PNGImageData) throws -> Bool {
        guard old.expected == new.expected, old.available == new.available else { return false }
        if old.needsRecoding || handler.decodes {
            return try PNGLines.areSame(PNGLines(old, of: original.source), PNGLines(new, of: written.source))
        }
        if handler.keepsChunks(of: old, policy: policy) {
            return try written.source.isCopy(new.chunks, of: old.chunks, in: original.source)
        }
        return try old.hasSameStream(in: original.source, as: new, in: written.source)
    }

    private func checkPresentation() throws {
        let (before, after) = (original.document, written.document)
        guard before.icc.isHonoured(by: after.icc, policy) else {
            throw ScrubError.broken("the colour profile differs", at: 0)
        }
        guard after.orientation == (policy.drops(.orientation) ? 1 : before.orientation) else {
            throw ScrubError.broken("the orientation differs", at: 0)
        }
        guard policy.profile == .strict || before.aspect.isSquare == after.aspect.isSquare,
            after.aspect.isSquare || before.aspect == after.aspect
        else { throw ScrubError.broken("the shape of the pixels differs", at: 0) }
    }
}
