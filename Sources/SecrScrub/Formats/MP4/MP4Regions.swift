/// Where data of samples lie: ranges that neither touch nor overlap, in their order.
struct MP4Regions: Sendable, Equatable {
    private(set) var ranges: [Range<Int>] = []
    /// For each of them, how many bytes lie in those before.
    private var starts: [Int] = []
    private(set) var size = 0

    init(_ tracks: [MP4Track]) { self.init(tracks.flatMap(\.samples.chunks).map(\.range)) }

    init(_ all: [Range<Int>]) {
        for range in all.filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
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

    /// Whether a range lies in one of the regions, or is empty.
    func contain(_ range: Range<Int>) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].lowerBound <= range.lowerBound { low = middle + 1 } else { high = middle }
        }
        return range.isEmpty || low > 0 && range.upperBound <= ranges[low - 1].upperBound
    }
}
