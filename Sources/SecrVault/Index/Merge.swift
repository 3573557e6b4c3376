internal import SecrCrypto
internal import SecrStream
internal import Synchronization

/// Several sorted runs of pages on their way to become one level.
struct Merge {
    private let log: IndexLog
    private let changed: [(number: Int, bytes: [UInt8])]
    private var levels: [PageLevel] = []

    /// Begins with what the tail changed.
    init(_ log: IndexLog) {
        self.log = log
        changed = log.changedPages()
    }

    /// Pages of the tail.
    var count: Int { changed.count }

    /// Adds a level that is older than all so far.
    mutating func add(_ level: PageLevel) { levels.append(level) }

    /// Where the newest version of each page is, in the order of their numbers.
    private func plan() -> [Place] {
        var places: [Int: Place] = [:]
        for level in levels.indices.reversed() {
            for (place, number) in levels[level].numbers.enumerated() where number < log.pageCount {
                places[Int(number)] = Place(number: number, level: Int32(level), index: Int32(place))
            }
        }
        for (place, page) in changed.enumerated() {
            places[page.number] = Place(number: UInt32(page.number), level: -1, index: Int32(place))
        }
        return places.values.sorted { $0.number < $1.number }
    }

    private struct Place: Sendable {
        var number: UInt32
        /// -1 is the tail.
        var level: Int32
        var index: Int32
    }

    /// Writes the level's objects.
    ///
    /// - Returns: `nil` where all attempts at this checkpoint are taken.
    func write(checkpoint: UInt64) throws -> CheckpointRoot.Level? {
        let places = plan()
        let key = SecretBytes(random: 32)
        // Safe: the key goes into a root, which is sealed.
        let keyBytes = unsafe key.withBytes { unsafe Array($0) }
        var level = CheckpointRoot.Level(checkpoint: checkpoint, attempt: 0, pages: places.count, key: keyBytes)
        let directory = directory(of: level, places)
        for attempt in UInt8.min...UInt8.max {
            level.attempt = attempt
            guard try log.store.put(level.name(ofPart: 0, log.keys), directory, durably: false) else { continue }
            if try writeParts(level, places) { return level }
        }
        return nil
    }

    /// - Returns: `false` where a part of this attempt is there already. A power cut can leave one without its directory.
    private func writeParts(_ level: CheckpointRoot.Level, _ places: [Place]) throws -> Bool {
        let perPart = CheckpointRoot.Level.pagesPerPart
        for part in 1...level.parts {
            let range = (part - 1) * perPart..<min(part * perPart, places.count)
            if try writePart(part, of: level, Array(places[range])) { continue }
            for own in 0..<part { try log.store.delete(level.name(ofPart: own, log.keys)) }
            return false
        }
        return true
    }

    private func directory(of level: CheckpointRoot.Level, _ places: [Place]) -> [UInt8] {
        var directory: [UInt8] = []
        directory.reserveCapacity(places.count * 4)
        for place in places { directory += place.number.bigEndianBytes }
        let size = SizeClass.paddedSize(directory.count, .standard)
        directory += repeatElement(0, count: size - directory.count)
        return ShortStream.seal(directory, .pages, key: level.key(ofPart: 0))
    }

    private func writePart(_ part: Int, of level: CheckpointRoot.Level, _ places: [Place]) throws -> Bool {
        let (levels, changed) = (levels, changed)
        let size = SizeClass.paddedSize(places.count * Page.size, .paged)
        let draft = try log.store.makeDraft()
        let next = Mutex(0)
        try unsafe StreamWriter(.pages, .paged, key: level.key(ofPart: part)).seal(
            read: { buffer in
                // The end of a buffer can lie within a page.
                try next.withLock { position in
                    var filled = 0
                    while filled < buffer.count, position < size {
                        let (place, start) = position.quotientAndRemainder(dividingBy: Page.size)
                        let end = place < places.count ? Page.size : start + size - position
                        let count = min(end - start, buffer.count - filled)
                        let target = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled..<filled + count])
                        if place >= places.count {
                            unsafe target.initializeMemory(as: UInt8.self, repeating: 0)
                        } else if places[place].level < 0 {
                            let page = changed[Int(places[place].index)].bytes
                            unsafe target.copyBytes(from: page[start..<start + count])
                        } else {
                            let source = levels[Int(places[place].level)]
                            try unsafe source.read(Int(places[place].index), from: start, into: target)
                        }
                        filled += count
                        position += count
                    }
                    return filled
                }
            },
            write: { bytes in try unsafe draft.write(bytes) })
        return try draft.publish(level.name(ofPart: part, log.keys), durably: false)
    }
}
