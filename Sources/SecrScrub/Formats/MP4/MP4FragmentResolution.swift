internal import SecrBytes

extension MP4Document {
    /// Takes what is about tracks that go out of fragments, and what is about fragments that go out of the tables that
    /// say where they are.
    ///
    /// - Parameters:
    ///   - all: fragments and indexes, in the order of the file.
    ///   - starts: where a box of the file begins, or the file ends.
    mutating func resolve(_ all: [MP4Segment], _ access: [MP4RandomAccess], from box: Box?, starts: Set<Int>) {
        let ids = Set(kept.map(\.id))
        var places: [Int: Place] = [:]
        for segment in all {
            guard case .fragment(var fragment) = segment else {
                segments.append(segment)
                continue
            }
            var place = Place(fragment: places.count)
            for (number, part) in fragment.parts.enumerated() where ids.contains(part.track) {
                place.parts[number + 1] = (place.parts.count + 1, part.track)
            }
            droppedParts += fragment.parts.filter { !ids.contains($0.track) }
            fragment.parts.removeAll { !ids.contains($0.track) }
            if fragment.parts.isEmpty { continue }
            places[fragment.range.lowerBound] = place
            segments.append(.fragment(fragment))
        }
        if !indexes.allSatisfy({ isUsable($0, ids, starts) }) { dropIndexes() }
        randomAccess = access.compactMap { Self.resolved($0, places) }
        if let box, randomAccess.map(\.entries.count) != access.map(\.entries.count) {
            facts.append(
                Finding(
                    .table, reveals: [.leftover], "places of fragments that go", range: box.range, action: .reduced))
        }
    }

    /// Of a fragment that stays: which one it is, and what becomes of the numbers of its parts.
    private struct Place {
        var fragment: Int
        var parts: [Int: (number: Int, track: Int)] = [:]
    }

    var fragments: [MP4Fragment] {
        segments.compactMap { if case .fragment(let fragment) = $0 { fragment } else { nil } }
    }
    private var indexes: [MP4SegmentIndex] {
        segments.compactMap { if case .index(let index) = $0 { index } else { nil } }
    }

    /// Which segment is the first that begins there or behind it.
    func segment(at boundary: Int) -> Int {
        segments.partitioningIndex { $0.start >= boundary }
    }

    /// Whether each of its parts begins with a box, and has something in it.
    private func isUsable(_ index: MP4SegmentIndex, _ ids: Set<Int>, _ starts: Set<Int>) -> Bool {
        // A larger scale could not be told from nonsense, and is nobody's.
        guard ids.contains(index.track), (1...1 << 30).contains(index.timescale), !index.pointsToIndex.isEmpty,
            index.boundaries.allSatisfy(starts.contains)
        else { return false }
        let places = index.boundaries.map(segment)
        return index.pointsToIndex.indices.allSatisfy { place in
            guard places[place] < places[place + 1] else { return false }
            guard case .index = segments[places[place]] else { return !index.pointsToIndex[place] }
            return true
        }
    }

    /// An index that does not fit is worse than none: players read the file from its beginning then.
    private mutating func dropIndexes() {
        let starts = Set(indexes.map(\.range.lowerBound))
        segments.removeAll { if case .index = $0 { true } else { false } }
        for place in nodes.indices where starts.contains(nodes[place].range.lowerBound) {
            (nodes[place].kind, nodes[place].label) = (.staleIndex, "an index that does not fit")
        }
    }

    private static func resolved(_ access: MP4RandomAccess, _ places: [Int: Place]) -> MP4RandomAccess? {
        var access = access
        access.entries = access.entries.compactMap { entry in
            guard let place = places[entry.fragment], let part = place.parts[entry.part], part.track == access.track
            else { return nil }
            var entry = entry
            (entry.fragment, entry.part) = (place.fragment, part.number)
            return entry
        }
        return access.entries.isEmpty ? nil : access
    }

    // MARK: Time

    /// Times behind which nobody's video is that long: they count from a day of the calendar.
    private static let longest = 10 * 365 * 24 * 3_600

    /// Whole seconds that are taken from all times of a stream that doesn't begin at 0: in `strict`, and where the times
    /// are those of a clock.
    func shift(_ policy: Policy) -> Int {
        var first: [Int: Int] = [:]
        for part in fragments.flatMap(\.parts) {
            guard let time = part.decodeTime else { return 0 }
            first[part.track] = min(first[part.track] ?? time, time)
        }
        var shift = Int.max
        for track in kept {
            guard let time = first[track.id] else { continue }
            // Edits and samples of the movie itself count from 0.
            guard track.mediaHeader.timescale > 0, track.samples.chunks.isEmpty,
                track.edits.allSatisfy({ ($0.start ?? 0) < track.mediaHeader.timescale })
            else { return 0 }
            shift = min(shift, time / track.mediaHeader.timescale)
        }
        guard shift < 1 << 32, policy.profile == .strict || shift > Self.longest else { return 0 }
        return shift
    }
}
