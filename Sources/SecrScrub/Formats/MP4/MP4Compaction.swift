internal import SecrBytes

/// Leaves out of samples what is empty once it is written over, so that nobody sees how much there was.
///
/// Only where no other table tells what lies where in a sample.
struct MP4Compaction {
    private let empty: MP4Regions
    private var cut: [Range<Int>] = []

    static func compacted(_ document: MP4Document) -> MP4Document {
        let empty = MP4Regions(document.coded.empty)
        if empty.size == 0 { return document }
        var (compaction, compacted) = (MP4Compaction(empty), document)
        for place in compacted.tracks.indices where compacted.tracks[place].kind == .media {
            compaction.shorten(&compacted.tracks[place])
        }
        for place in compacted.segments.indices {
            guard case .fragment(var fragment) = compacted.segments[place] else { continue }
            for part in fragment.parts.indices { compaction.shorten(&fragment.parts[part]) }
            compacted.segments[place] = .fragment(fragment)
        }
        compacted.cuts = MP4Regions(compaction.cut)
        return compacted
    }

    private init(_ empty: MP4Regions) { self.empty = empty }

    private mutating func shorten(_ track: inout MP4Track) {
        let samples = track.samples
        let parts = samples.chunks.flatMap { empty.parts(in: $0.range) }
        guard !parts.isEmpty, track.encryption == nil, !MP4SampleTables.havePlaces(samples.others) else { return }
        var (sizes, first) = ([Int](), 0)
        for chunk in samples.chunks {
            let found = self.sizes(chunk.samples, in: chunk.range) { number throws(ParseError) in
                try samples.sizes.size(of: first + number)
            }
            guard let found else { return }
            sizes += found
            first += chunk.samples
        }
        cut += parts
        track.samples.sizes = MP4SampleSizes(sizes)
    }

    private mutating func shorten(_ part: inout MP4Fragment.Part) {
        guard part.encryption == nil, !MP4SampleTables.havePlaces([part.groups]) else { return }
        for place in part.runs.indices {
            let run = part.runs[place]
            let parts = empty.parts(in: run.range)
            guard !parts.isEmpty, run.sizePlace(of: 0) != nil else { continue }
            let found = sizes(run.samples, in: run.range) { number throws(ParseError) in
                try part.size(of: number, in: run)
            }
            guard let found else { continue }
            cut += parts
            var table = run.fields.bytes
            for (sample, size) in found.enumerated() {
                guard let place = run.sizePlace(of: sample) else { continue }
                table.replaceSubrange(place..<place + 4, with: FourCC(rawValue: UInt32(size)).bytes)
            }
            part.runs[place].written = table
        }
    }

    /// How large samples that lie one behind the other are then; `nil` where nothing would be left of one.
    private func sizes(
        _ count: Int, in range: Range<Int>, size: (Int) throws(ParseError) -> Int
    ) -> [Int]? {
        var (sizes, start) = ([Int](), range.lowerBound)
        sizes.reserveCapacity(count)
        for number in 0..<count {
            guard let size = try? size(number), size <= range.upperBound - start else { return nil }
            let left = size - empty.bytes(in: start..<start + size)
            guard size == 0 || left > 0 else { return nil }
            sizes.append(left)
            start += size
        }
        return start == range.upperBound ? sizes : nil
    }
}
