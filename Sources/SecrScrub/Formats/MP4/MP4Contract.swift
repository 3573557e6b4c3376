internal import SecrBytes

/// The equality between a video and its scrubbed form, proved on the bytes that were really written.
///
/// - The same tracks: their kind, how they are coded and shown, when each sample is shown and how large it is, where `strict`
///   without the parts that it leaves out.
/// - Samples lie in the same chunks, each chunk in the data of the output, with the same bytes but for the ranges that are
///   listed as written over; there are the bytes that were to be written.
/// - The output consists of allowed nodes only, and scrubbing it again would find nothing to do.
struct MP4Contract {
    let original: Parsed<MP4Document>
    let written: Parsed<MP4Document>
    let handler: MP4Handler
    let policy: Policy

    func check() throws {
        let after = written.document
        let findings = try MP4Findings(original: written, policy: policy, handler: handler).all
        try handler.allowList.requireClean(after.nodes, findings: findings, policy: policy)
        var composer = MP4Composer(written, policy: policy, handler: handler)
        guard try composer.compose().isIdentity(of: written.source) else {
            throw ScrubError.broken("its tables differ", at: 0)
        }
        try checkTracks()
        try MP4FragmentContract(original: original, written: written, policy: policy).check()
    }

    /// The tracks alone, and their samples, wherever they are.
    func checkTracks() throws {
        let (before, after) = (original.document, written.document)
        let regions = (before.regions, after.regions)
        let keepsTexts = policy.keep.contains(.comment)
        guard before.kept.count == after.tracks.count, keepsTexts || before.gapless == after.gapless,
            before.keys == after.keys, before.header.written.dropLast(4) == after.header.written.dropLast(4),
            regions.0.size == regions.1.size
        else { throw ScrubError.broken("a track is missing", at: 0) }
        for (old, new) in zip(before.kept, after.tracks) {
            let place = new.range.lowerBound
            guard hasSameTables(old, new) else { throw ScrubError.broken("a track differs", at: place) }
            let isSame = zip(old.samples.chunks, new.samples.chunks).allSatisfy { old, new in
                old.samples == new.samples && old.description == new.description
                    && old.range.count - before.cuts.bytes(in: old.range) == new.range.count
                    && regions.0.position(of: old.range) == regions.1.position(of: new.range)
            }
            guard isSame else { throw ScrubError.broken("samples lie elsewhere", at: place) }
        }
        guard regions.1.ranges.count <= 1 else { throw ScrubError.broken("samples lie elsewhere", at: 0) }
        try Self.requireSameData(regions, original, written.source)
    }

    private func hasSameTables(_ old: MP4Track, _ new: MP4Track) -> Bool {
        old.header.written == new.header.written && old.mediaHeader.written == new.mediaHeader.written
            && old.handler == new.handler && old.entries.map(\.written) == new.entries.map(\.written)
            && old.edits == new.edits && old.repeatsEdits == new.repeatsEdits && old.aperture == new.aperture
            && old.language == new.language
            && old.information == new.information && old.selection == new.selection && old.sphere == new.sphere
            && old.encryption == new.encryption
            && MP4References.kept(of: old, in: original.document.kept) == new.references
            && old.samples.others == new.samples.others && old.samples.sizes.written == new.samples.sizes.written
            && old.samples.chunks.count == new.samples.chunks.count
    }

    /// Piece after piece, as they should follow one another in the output.
    static func requireSameData(
        _ regions: (MP4Regions, MP4Regions), _ original: Parsed<MP4Document>, _ written: any ByteSource
    ) throws {
        guard let start = regions.1.ranges.first?.lowerBound else { return }
        let pieces = regions.0.ranges.lazy.flatMap(original.document.changes.pieces)
        if let place = try written.firstDifference(from: pieces, at: start, original.source) {
            throw ScrubError.broken("a sample differs", at: place)
        }
    }
}
