internal import SecrBytes

/// Leaves out of samples what is empty once it is written over, so that nobody sees how much there was.
///
/// Only where each byte belongs to one sample, and no other table tells what lies where in a sample.
enum MP4Compaction {
    static func compacted(_ document: MP4Document) -> MP4Document {
        let empty = MP4Regions(document.coded.empty)
        let chunks = document.kept.flatMap(\.samples.chunks).map(\.range)
        guard empty.size > 0, document.segments.isEmpty,
            chunks.reduce(0, { $0 + $1.count }) == MP4Regions(chunks).size
        else { return document }
        var (compacted, cut) = (document, [Range<Int>]())
        for place in compacted.tracks.indices where compacted.tracks[place].kind == .media {
            let samples = compacted.tracks[place].samples
            guard compacted.tracks[place].encryption == nil, !samples.hasParts,
                let sizes = try? sizes(of: samples, without: empty)
            else { continue }
            compacted.tracks[place].samples.sizes = MP4SampleSizes(sizes)
            let own = MP4Regions(samples.chunks.map(\.range))
            cut += empty.ranges.filter(own.contain)
        }
        compacted.cuts = MP4Regions(cut)
        return compacted
    }

    /// `nil` where nothing goes, or all of a sample.
    private static func sizes(of samples: MP4SampleTables, without empty: MP4Regions) throws(ParseError) -> [Int]? {
        guard samples.chunks.contains(where: { empty.bytes(in: $0.range) > 0 }) else { return nil }
        var sizes: [Int] = []
        for chunk in samples.chunks {
            var start = chunk.range.lowerBound
            for sample in sizes.count..<sizes.count + chunk.samples {
                let size = try samples.sizes.size(of: sample)
                let left = size - empty.bytes(in: start..<start + size)
                guard size == 0 || left > 0 else { return nil }
                sizes.append(left)
                start += size
            }
            guard start == chunk.range.upperBound else { return nil }
        }
        return sizes
    }
}
