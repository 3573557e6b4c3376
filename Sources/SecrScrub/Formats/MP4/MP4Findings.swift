internal import SecrBytes

/// Says what a policy does with each part of a video that is not pictures and sound.
struct MP4Findings {
    let original: Parsed<MP4Document>
    let policy: Policy
    let handler: MP4Handler

    private var document: MP4Document { original.document }

    /// One per part.
    var all: [Finding] {
        get throws {
            let statement = try handler.statementRange(in: original)
            let parts = document.nodes.compactMap { node -> Finding? in
                guard let kind = node.kind.findingClass, !node.kind.isTrack else { return nil }
                let isKept =
                    handler.allowList.rule(for: node.kind, policy: policy) == .copied || node.range == statement
                return Finding(
                    kind, reveals: node.kind.reveals, node.label, value: "\(node.range.count) bytes", range: node.range,
                    action: isKept ? .kept : .removed)
            }
            return parts + document.tracks.flatMap(findings) + facts + document.coded.findings
                + references + unused + clock + hidden + empty
        }
    }

    /// But for the date of the movie, where it is the one that is to be said.
    private var facts: [Finding] {
        guard let date = MP4Statement(statement: handler.statement).date, document.header.dates == [date] else {
            return document.facts
        }
        let header = document.nodes.first { $0.kind == .movieHeader }?.range
        return document.facts.filter { $0.kind != .time || $0.range != header }
    }

    /// Of a track that goes, and of its data, which lie among those of others.
    private func findings(of track: MP4Track) -> [Finding] {
        guard track.kind != .media else { return [] }
        func finding(_ name: String, _ value: String, _ range: Range<Int>) -> Finding {
            Finding(
                .timedMetadata, reveals: track.kind.reveals, name, value: value, range: range, action: .removed)
        }
        let found = finding(track.label, extent(track), track.range)
        let regions = MP4Regions(document.ranges(of: track))
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
        let parts = document.droppedParts.filter { $0.track == track.id }
        let samples = parts.reduce(track.samples.sizes.count) { $0 + $1.samples }
        let scale = track.mediaHeader.timescale
        let duration = parts.reduce(track.mediaHeader.duration < .max ? track.mediaHeader.duration : 0) {
            $0 + $1.duration
        }
        let seconds = scale > 0 ? duration / scale : 0
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
        let media = MP4Regions(document.media)
        let all = document.tracks.flatMap(document.ranges) + document.fragments.flatMap(\.regions.ranges)
        // Those of a track that goes can lie anywhere.
        let used = MP4Regions(all.filter(media.contain)).size
        guard media.size > used, let first = document.media.first else { return [] }
        return [
            Finding(
                .gap, reveals: [.leftover], "data that no track uses", value: "\(media.size - used) bytes",
                range: first, action: .removed)
        ]
    }

    /// Parts of tracks that edits leave out, where they are to go.
    private var hidden: [Finding] {
        guard handler.dropsHidden, !document.hasSharedData else { return [] }
        let seconds = MP4Trim(document).result.seconds
        guard seconds > 0, let first = document.media.first else { return [] }
        return [
            Finding(
                .hidden, reveals: [.video], "what was cut off", value: seconds == 1 ? "1 second" : "\(seconds) seconds",
                range: first, action: .removed)
        ]
    }

    /// Parts of samples that hold nothing, where they go.
    private var empty: [Finding] {
        guard let finding = Finding.empty(handler.shown(document, policy).cuts) else { return [] }
        return [finding]
    }

    /// Times of a stream that are those of a clock.
    private var clock: [Finding] {
        let shift = document.shift(policy)
        guard shift > 0, let first = document.fragments.first else { return [] }
        return [
            Finding(
                .time, reveals: [.time], "when the stream began",
                value: MP4Header.text(of: shift + MP4Header.secondsTo1970), range: first.range, action: .reduced)
        ]
    }
}

extension Finding {
    static func empty(_ parts: MP4Regions) -> Finding? {
        guard let first = parts.ranges.first, let last = parts.ranges.last else { return nil }
        return Finding(
            .gap, reveals: [.leftover], "room between the pictures", value: "\(parts.size) bytes",
            range: first.lowerBound..<last.upperBound, action: .removed)
    }

    /// Bytes behind the last field of a box, if there are any.
    ///
    /// - Parameter used: of its content.
    static func surplus(of box: Box, behind used: Int) -> Finding? { surplus(box.content.dropFirst(used)) }

    static func surplus(_ surplus: Range<Int>) -> Finding? {
        if surplus.isEmpty { return nil }
        return Finding(
            .gap, reveals: [.leftover], "bytes that belong to nothing", value: "\(surplus.count) bytes", range: surplus,
            action: .removed)
    }
}
