package import SecrBytes

/// Bytes of an input that are written over by as many others, so that nothing moves.
package struct CodedChanges: Sendable, Equatable {
    /// In their order; neither touching nor overlapping.
    package private(set) var ranges: [Range<Int>] = []
    /// Of all of them, one after the other.
    private var bytes: [UInt8] = []
    /// Where those of each range begin.
    private var starts: [Int] = []

    init() {}

    /// - Parameters:
    ///   - ranges: of which no two touch, in their order.
    ///   - bytes: of all, one after the other.
    init(apart ranges: [Range<Int>], _ bytes: [UInt8]) {
        (self.ranges, self.bytes) = (ranges, bytes)
        starts.reserveCapacity(ranges.count)
        var start = 0
        for range in ranges {
            starts.append(start)
            start += range.count
        }
    }

    /// Those of `found`, which can be in any order, and the same twice where samples share their bytes.
    ///
    /// - Throws: where one byte is to become two different ones.
    package init(_ found: [CodedChange]) throws(ParseError) {
        for change in found.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            let end = ranges.last?.upperBound ?? 0
            // What others have in common with it.
            let shared = min(end, change.range.upperBound) - change.range.lowerBound
            if shared > 0 {
                let known = bytes.suffix(end - change.range.lowerBound).prefix(shared)
                guard let first = ranges.last, first.lowerBound <= change.range.lowerBound,
                    known.elementsEqual(change.bytes.prefix(shared))
                else {
                    throw ParseError(.unsupported, at: change.range.lowerBound, "samples that lie upon each other")
                }
            }
            append(change.range.dropFirst(max(0, shared)), change.bytes.dropFirst(max(0, shared)))
        }
    }

    private mutating func append(_ range: Range<Int>, _ new: ArraySlice<UInt8>) {
        if range.isEmpty { return }
        if let last = ranges.last, last.upperBound == range.lowerBound {
            ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
        } else {
            ranges.append(range)
            starts.append(bytes.count)
        }
        bytes += new
    }

    var all: [CodedChange] {
        zip(ranges, starts).map { CodedChange(range: $0, bytes: Array(bytes[$1..<$1 + $0.count])) }
    }

    /// What is written for a part of the input.
    package func pieces(of range: Range<Int>) -> [OutputPlan.Piece] {
        if range.isEmpty { return [] }
        var (pieces, position) = ([OutputPlan.Piece](), range.lowerBound)
        var place = firstPlace(endingBehind: position)
        while place < ranges.count, ranges[place].lowerBound < range.upperBound {
            let changed = ranges[place].clamped(to: range)
            if changed.lowerBound > position { pieces.append(.copy(position..<changed.lowerBound)) }
            let start = starts[place] + changed.lowerBound - ranges[place].lowerBound
            pieces.append(.bytes(Array(bytes[start..<start + changed.count])))
            position = changed.upperBound
            place += 1
        }
        if position < range.upperBound { pieces.append(.copy(position..<range.upperBound)) }
        return pieces
    }

    /// The same of a piece of a plan.
    func pieces(of piece: OutputPlan.Piece) -> [OutputPlan.Piece] {
        if case .copy(let range) = piece { pieces(of: range) } else { [piece] }
    }

    private func firstPlace(endingBehind position: Int) -> Int {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound <= position { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// One range of an input, and what is written there.
package struct CodedChange: Sendable, Equatable {
    package var range: Range<Int>
    /// As many as the range has.
    package var bytes: [UInt8]

    package init(range: Range<Int>, bytes: [UInt8]) { (self.range, self.bytes) = (range, bytes) }
}
