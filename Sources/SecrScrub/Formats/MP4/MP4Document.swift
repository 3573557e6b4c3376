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
    /// How much sound is not to be heard, in the form in which it is written.
    var gapless: [UInt8]
    /// What goes of parts that are written anew.
    var facts: [Finding]
    /// Contents of the boxes that hold data of samples, in their order.
    var media: [Range<Int>]
    /// Whether the tables come before the data, so that a player can begin before it has all of them.
    var isTablesFirst: Bool

    /// Those that people see or hear.
    var kept: [MP4Track] { tracks.filter { $0.kind == .media } }

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

/// Where data of samples lie: ranges that neither touch nor overlap, in their order.
struct MP4Regions: Sendable, Equatable {
    private(set) var ranges: [Range<Int>] = []
    /// For each of them, how many bytes lie in those before.
    private var starts: [Int] = []
    private(set) var size = 0

    init(_ tracks: [MP4Track]) {
        var all: [Range<Int>] = []
        for track in tracks { all += track.samples.chunks.lazy.map(\.range).filter { !$0.isEmpty } }
        all.sort { $0.lowerBound < $1.lowerBound }
        for range in all {
            if let last = ranges.last, range.lowerBound <= last.upperBound {
                ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                ranges.append(range)
            }
        }
        for range in ranges {
            starts.append(size)
            size += range.count
        }
    }

    /// How many bytes of the regions lie in front of a range that is in one of them; 0 for an empty range, which can be
    /// anywhere.
    func position(of range: Range<Int>) -> Int {
        if range.isEmpty { return 0 }
        let offset = range.lowerBound
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].lowerBound <= offset { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? 0 : starts[low - 1] + offset - ranges[low - 1].lowerBound
    }
}
