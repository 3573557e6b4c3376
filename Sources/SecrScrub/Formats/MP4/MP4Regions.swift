internal import SecrBytes

/// Parts of a file: ranges that neither touch nor overlap, in their order.
struct MP4Regions: Sendable, Equatable {
    private(set) var ranges: [Range<Int>] = []
    /// For each of them, how many bytes lie in those before.
    private var starts: [Int] = []
    private(set) var size = 0

    static let none = MP4Regions([Range<Int>]())

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

    /// How many bytes of the regions lie in front of a range; 0 for an empty range, which can be anywhere.
    func position(of range: Range<Int>) -> Int { range.isEmpty ? 0 : bytes(before: range.lowerBound) }

    private func bytes(before offset: Int) -> Int {
        let place = firstPlace(behind: offset)
        if place == 0 { return 0 }
        return starts[place - 1] + min(offset - ranges[place - 1].lowerBound, ranges[place - 1].count)
    }

    /// How many bytes of the regions lie in a range.
    func bytes(in range: Range<Int>) -> Int { bytes(before: range.upperBound) - bytes(before: range.lowerBound) }

    /// The first region that begins behind a place.
    private func firstPlace(behind offset: Int) -> Int {
        ranges.partitioningIndex { $0.lowerBound > offset }
    }

    /// What is left without other regions.
    func subtracting(_ others: MP4Regions) -> MP4Regions {
        if others.ranges.isEmpty { return self }
        return MP4Regions(ranges.flatMap { others.gaps(in: $0) })
    }

    /// What of a range is in one of the regions.
    func parts(in range: Range<Int>) -> [Range<Int>] {
        var (parts, place) = ([Range<Int>](), max(0, firstPlace(behind: range.lowerBound) - 1))
        while place < ranges.count, ranges[place].lowerBound < range.upperBound {
            let part = ranges[place].clamped(to: range)
            if !part.isEmpty { parts.append(part) }
            place += 1
        }
        return parts
    }

    /// What of a range is in none of the regions.
    func gaps(in range: Range<Int>) -> [Range<Int>] {
        var (gaps, position) = ([Range<Int>](), range.lowerBound)
        var place = max(0, firstPlace(behind: range.lowerBound) - 1)
        while place < ranges.count, ranges[place].lowerBound < range.upperBound {
            if ranges[place].lowerBound > position { gaps.append(position..<ranges[place].lowerBound) }
            position = max(position, ranges[place].upperBound)
            place += 1
        }
        return position < range.upperBound ? gaps + [position..<range.upperBound] : gaps
    }

    /// Whether a range lies in one of the regions, or is empty.
    func contain(_ range: Range<Int>) -> Bool {
        let place = firstPlace(behind: range.lowerBound)
        return range.isEmpty || place > 0 && range.upperBound <= ranges[place - 1].upperBound
    }
}
