internal import SecrBytes

/// A parsed MP4 or QuickTime file: its nodes, which tile the input, and its tracks.
struct MP4Document: Sendable {
    var size: Int
    var nodes: [MP4Node]
    /// As they stand in the file: the major brand and the others; none in old QuickTime files.
    var brands: [FourCC]
    var header: MP4Header
    /// In the order of the file.
    var tracks: [MP4Track]
    /// Of a video in fragments.
    var `extension`: MP4Extension?
    /// What such a video consists of behind its movie; only what stays.
    var segments: [MP4Segment] = []
    var randomAccess: [MP4RandomAccess] = []
    /// What fragments say of tracks that go.
    var droppedParts: [MP4Fragment.Part] = []
    /// Of a movie with protected tracks, whole boxes that say where keys are to be had (ISO/IEC 23001-7, 8.1).
    var keys: [UInt8] = []
    /// How much sound is not to be heard, in the form in which it is written.
    var gapless: [UInt8]
    /// What goes of parts that are written anew.
    var facts: [Finding]
    /// What was found inside the samples, and what is written over it.
    var coded = CodedFindings(limits: Limits())
    var changes = CodedChanges()
    /// Parts of samples that are left out; their sizes are already without them.
    var cuts = MP4Regions.none
    /// Contents of the boxes that hold data of samples, in their order.
    var media: [Range<Int>]
    /// Whether the tables come before the data, so that a player can begin before it has all of them.
    var isTablesFirst: Bool

    /// Whether it is read by the rules of QuickTime, which came before those of ISO.
    var isQuickTime: Bool { brands.isEmpty || brands[0] == "qt  " }

    /// Those that people see or hear.
    var kept: [MP4Track] { tracks.filter { $0.kind == .media } }

    /// How long it is, as it says itself or as its fragments are together; 0 where neither is known.
    var seconds: Int {
        if header.duration > 0, header.duration < .max, header.timescale > 0 {
            return header.duration / header.timescale
        }
        var durations: [Int: Int] = [:]
        for part in fragments.flatMap(\.parts) { durations[part.track, default: 0] += part.duration }
        return kept.map { $0.mediaHeader.timescale > 0 ? durations[$0.id, default: 0] / $0.mediaHeader.timescale : 0 }
            .max() ?? 0
    }

    /// Where data of samples that stay lie: one range for each chunk and each run.
    var dataRanges: [Range<Int>] {
        kept.flatMap(\.samples.chunks).map(\.range) + fragments.flatMap(\.parts).flatMap(\.runs).map(\.range)
    }

    /// Whether samples lie upon each other: what is a message in one could be a picture in another.
    var hasSharedData: Bool {
        let data = dataRanges
        return data.reduce(0) { $0 + $1.count } != MP4Regions(data).size
    }

    /// Where the data of samples lie, but those of fragments.
    var regions: MP4Regions { MP4Regions(kept).subtracting(cuts) }

    /// Where data of a track lie, but for those of fragments that stay.
    func ranges(of track: MP4Track) -> [Range<Int>] {
        let parts = droppedParts.filter { $0.track == track.id }
        return track.samples.chunks.map(\.range) + parts.flatMap(\.runs).map(\.range)
    }

    /// Says of a track that it goes, and as what.
    mutating func name(_ id: Int, _ kind: MP4NodeKind, _ label: String) {
        guard let place = tracks.firstIndex(where: { $0.id == id }) else { return }
        (tracks[place].kind, tracks[place].label) = (kind, label)
        let range = tracks[place].range
        guard let first = nodes.firstIndex(where: { range.contains($0.range.lowerBound) }) else { return }
        nodes.removeAll { range.contains($0.range.lowerBound) }
        nodes.insert(MP4Node(kind: kind, range: range, label: label), at: first)
    }
}
