internal import SecrBytes

/// Says what a policy does with each part of a video that is not pictures and sound.
struct MP4Findings {
    let document: MP4Document
    let policy: Policy
    let handler: MP4Handler

    /// One per part.
    var all: [Finding] {
        let parts = document.nodes.compactMap { node -> Finding? in
            guard let kind = node.kind.findingClass, kind != .timedMetadata else { return nil }
            let action: Finding.Action =
                handler.allowList.rule(for: node.kind, policy: policy) == .copied ? .kept : .removed
            return Finding(
                kind, reveals: node.kind.reveals, node.label, value: "\(node.range.count) bytes", range: node.range,
                action: action)
        }
        return parts + document.tracks.flatMap(findings) + document.facts + references + unused
    }

    /// Of a track that goes, and of its data, which lie among those of others.
    private func findings(of track: MP4Track) -> [Finding] {
        guard track.kind != .media else { return [] }
        func finding(_ name: String, _ value: String, _ range: Range<Int>) -> Finding {
            Finding(
                .timedMetadata, reveals: track.kind.reveals, name, value: value, range: range, action: .removed)
        }
        let found = finding(track.label, extent(track), track.range)
        let regions = MP4Regions([track])
        guard let first = regions.ranges.first, let last = regions.ranges.last, last.upperBound <= document.size else {
            return [found]
        }
        return [
            found,
            finding("data of this track", "\(regions.size) bytes", first.lowerBound..<last.upperBound),
        ]
    }

    /// How much there is of a track that goes.
    private func extent(_ track: MP4Track) -> String {
        let samples = track.samples.sizes.count
        let scale = track.mediaHeader.timescale
        let seconds = scale > 0 && track.mediaHeader.duration < .max ? track.mediaHeader.duration / scale : 0
        let count = samples == 1 ? "1 sample" : "\(samples) samples"
        return seconds > 1 ? "\(count) in \(seconds) seconds" : count
    }

    /// References to tracks that go, and of kinds that players do not follow.
    private var references: [Finding] {
        document.kept.compactMap { track in
            let kept = MP4References.kept(of: track, in: document.kept)
            if kept == track.references { return nil }
            return Finding(
                .table, reveals: [.software], "references to tracks that go", range: track.range, action: .reduced)
        }
    }

    /// Bytes between the samples.
    private var unused: [Finding] {
        let used = MP4Regions(document.tracks.filter { $0.kind == .media || isInside($0) }).size
        let there = document.media.reduce(0) { $0 + $1.count }
        guard there > used, let first = document.media.first else { return [] }
        return [
            Finding(
                .gap, reveals: [.leftover], "data that no track uses", value: "\(there - used) bytes", range: first,
                action: .removed)
        ]
    }

    /// Whether the data of a track that goes lie where they should.
    private func isInside(_ track: MP4Track) -> Bool {
        track.samples.chunks.allSatisfy { chunk in
            chunk.range.isEmpty
                || document.media.contains {
                    $0.contains(chunk.range.lowerBound) && chunk.range.upperBound <= $0.upperBound
                }
        }
    }
}
