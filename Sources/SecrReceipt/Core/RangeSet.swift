internal import SecrBytes

/// Places of a file, whatever ranges they were told as.
struct RangeSet: Sendable {
    /// In order; none empty, none touching another.
    private(set) var ranges: [Range<Int>] = []

    init(_ found: some Sequence<Range<Int>>) {
        for range in found.filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = ranges.last, last.upperBound >= range.lowerBound {
                ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                ranges.append(range)
            }
        }
    }

    /// What of `range` is in it.
    func parts(of range: Range<Int>) -> [Range<Int>] {
        var (parts, place) = ([Range<Int>](), ranges.partitioningIndex { $0.upperBound > range.lowerBound })
        while place < ranges.count, ranges[place].lowerBound < range.upperBound {
            parts.append(ranges[place].clamped(to: range))
            place += 1
        }
        return parts.filter { !$0.isEmpty }
    }

    /// What of `range` is not.
    func gaps(in range: Range<Int>) -> [Range<Int>] {
        var (gaps, position) = ([Range<Int>](), range.lowerBound)
        for part in parts(of: range) {
            if part.lowerBound > position { gaps.append(position..<part.lowerBound) }
            position = part.upperBound
        }
        if position < range.upperBound { gaps.append(position..<range.upperBound) }
        return gaps
    }
}
