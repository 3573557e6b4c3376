internal import SecrBytes

/// The part of the contract that is about fragments: the same ones, with the same tables and the same data, and found at
/// the same places of the tables that say where they are.
struct MP4FragmentContract {
    let original: Parsed<MP4Document>
    let written: Parsed<MP4Document>
    let policy: Policy

    func check() throws {
        let (before, after) = (original.document, written.document)
        let shift = before.shift(policy)
        let ids = before.kept.map(\.id)
        guard before.segments.count == after.segments.count,
            before.segments.isEmpty || before.extension?.written(for: ids) == after.extension?.written(for: ids)
        else { throw ScrubError.broken("a fragment is missing", at: 0) }
        let scales = Dictionary(before.kept.map { ($0.id, $0.mediaHeader.timescale) }) { first, _ in first }
        for (old, new) in zip(before.segments, after.segments) {
            switch (old, new) {
            case (.index(let old), .index(let new)):
                guard isSame(old, new, shift) else {
                    throw ScrubError.broken("an index differs", at: new.range.lowerBound)
                }
            case (.fragment(let old), .fragment(let new)): try check(old, new, shift, scales)
            default: throw ScrubError.broken("a fragment is elsewhere", at: new.start)
            }
        }
        let expected = before.randomAccess.map { access in
            var access = access
            let units = shift * (scales[access.track] ?? 0)
            for place in access.entries.indices {
                access.entries[place].time = max(0, access.entries[place].time - units)
            }
            return access
        }
        guard expected == after.randomAccess else { throw ScrubError.broken("an index differs", at: after.size) }
    }

    private func isSame(_ old: MP4SegmentIndex, _ new: MP4SegmentIndex, _ shift: Int) -> Bool {
        old.track == new.track && old.timescale == new.timescale && old.times == new.times
            && old.pointsToIndex == new.pointsToIndex && max(0, old.earliest - shift * old.timescale) == new.earliest
            && old.boundaries.map(original.document.segment) == new.boundaries.map(written.document.segment)
    }

    private func check(_ old: MP4Fragment, _ new: MP4Fragment, _ shift: Int, _ scales: [Int: Int]) throws {
        let cuts = original.document.cuts
        let regions = (old.regions.subtracting(cuts), new.regions)
        let place = new.range.lowerBound
        guard old.parts.count == new.parts.count, old.keys == new.keys, regions.0.size == regions.1.size,
            regions.1.ranges.count <= 1
        else {
            throw ScrubError.broken("a fragment differs", at: place)
        }
        for (old, new) in zip(old.parts, new.parts) {
            let time = old.decodeTime.map { $0 - shift * (scales[old.track] ?? 0) }
            guard old.track == new.track, old.flags == new.flags, old.defaults == new.defaults, time == new.decodeTime,
                old.groups == new.groups, old.encryption == new.encryption, old.runs.count == new.runs.count
            else { throw ScrubError.broken("a fragment differs", at: place) }
            for (old, new) in zip(old.runs, new.runs) {
                guard old.samples == new.samples, old.version == new.version, old.flags == new.flags,
                    old.range.count - cuts.bytes(in: old.range) == new.range.count,
                    regions.0.position(of: old.range) == regions.1.position(of: new.range),
                    new.fields.bytes == old.written ?? old.fields.bytes
                else { throw ScrubError.broken("samples differ", at: new.table.lowerBound) }
            }
        }
        try MP4Contract.requireSameData(regions, original, written.source)
    }
}
