package import SecrBytes

/// Bytes of an input that are written over by as many others, so that nothing moves.
package struct CodedChanges: Sendable {
    /// A range, and where what is written there begins among all bytes. There can be many: packed, they are half as big.
    struct Place: Sendable {
        let lowerBound: Int
        private let (shortCount, shortStart): (UInt32, UInt32)

        var count: Int { Int(shortCount) }
        var start: Int { Int(shortStart) }
        var range: Range<Int> { lowerBound..<lowerBound + count }
        var upperBound: Int { lowerBound + count }

        init(range: Range<Int>, start: Int) {
            (lowerBound, shortCount, shortStart) = (range.lowerBound, UInt32(range.count), UInt32(start))
        }

        func change(_ bytes: [UInt8]) -> CodedChange {
            CodedChange(range: range, bytes: Array(bytes[start..<start + count]))
        }

        /// The rest, behind its first bytes.
        func dropFirst(_ count: Int) -> Place {
            Place(range: range.dropFirst(count), start: start + min(count, self.count))
        }
    }

    /// In their order; none empty, none over another.
    private var places: [Place] = []
    private var bytes: [UInt8] = []

    package var ranges: [Range<Int>] { places.map(\.range) }

    init() {}

    /// - Parameters:
    ///   - found: in any order, and the same twice where samples share their bytes.
    ///   - bytes: what is written, each place saying where.
    /// - Throws: where one byte is to become two different ones.
    init(_ found: [Place], _ bytes: [UInt8]) throws(ParseError) {
        self.bytes = bytes
        if zip(found, found.dropFirst()).allSatisfy({ $0.upperBound <= $1.lowerBound }) {
            places = found
        } else {
            places.reserveCapacity(found.count)
            for place in found.sorted(by: { $0.lowerBound < $1.lowerBound }) { try append(place) }
        }
    }

    /// The same, of changes that hold their bytes.
    package init(_ found: [CodedChange]) throws(ParseError) {
        var (places, pool) = ([Place](), CodedPool())
        for change in found where !change.range.isEmpty {
            places.append(Place(range: change.range, start: pool.start(of: change.bytes[...])))
        }
        try self.init(places, pool.bytes)
    }

    /// As much of it as is not known: from one end to the other, others can have begun and ended in it.
    private mutating func append(_ place: Place) throws(ParseError) {
        let shared = min(places.last?.upperBound ?? 0, place.upperBound) - place.lowerBound
        if shared > 0 {
            var index = firstPlace(endingBehind: place.lowerBound)
            while index < places.count, places[index].lowerBound < place.upperBound {
                let common = places[index].range.clamped(to: place.range)
                let old = places[index].start + common.lowerBound - places[index].lowerBound
                let new = place.start + common.lowerBound - place.lowerBound
                guard old == new || bytes[old..<old + common.count] == bytes[new..<new + common.count] else {
                    throw ParseError(.unsupported, at: place.lowerBound, "samples that lie upon each other")
                }
                index += 1
            }
        }
        let rest = place.dropFirst(max(0, shared))
        if rest.count > 0 { places.append(rest) }
    }

    var isEmpty: Bool { places.isEmpty }

    /// What is written for a part of the input.
    package func pieces(of range: Range<Int>) -> [OutputPlan.Piece] {
        if range.isEmpty { return [] }
        var (pieces, position) = ([OutputPlan.Piece](), range.lowerBound)
        var place = firstPlace(endingBehind: position)
        while place < places.count, places[place].lowerBound < range.upperBound {
            let changed = places[place].range.clamped(to: range)
            if changed.lowerBound > position { pieces.append(.copy(position..<changed.lowerBound)) }
            let start = places[place].start + changed.lowerBound - places[place].lowerBound
            pieces.append(.bytes(Array(bytes[start..<start + changed.count])))
            position = changed.upperBound
            place += 1
        }
        if position < range.upperBound { pieces.append(.copy(position..<range.upperBound)) }
        return pieces
    }

    private func firstPlace(endingBehind position: Int) -> Int {
        places.partitioningIndex { $0.upperBound > position }
    }
}

/// One range of an input, and what is written there.
package struct CodedChange: Sendable, Equatable {
    package var range: Range<Int>
    /// As many as the range has.
    package var bytes: [UInt8]

    package init(range: Range<Int>, bytes: [UInt8]) { (self.range, self.bytes) = (range, bytes) }
}
