internal import SecrStream

/// What is in a file that is being used: parts that lie in objects, parts that are in memory only, and holes.
///
/// Parts follow one another without gaps, from the beginning to the end of the file.
struct FileContents {
    struct Segment {
        /// In the file.
        var start: Int
        var length: Int
        var source: Source

        var end: Int { start + length }

        /// What is left of it within `range`, which has to touch it.
        func clamped(to range: Range<Int>) -> Segment {
            let start = max(start, range.lowerBound)
            let end = min(end, range.upperBound)
            return Segment(start: start, length: end - start, source: source.moved(by: start - self.start))
        }

        /// With `next`, which begins where this ends, as one; `nil` where they are not neighbours in what they lie in.
        func joined(with next: Segment) -> Segment? {
            guard source.moved(by: length) == next.source else { return nil }
            return Segment(start: start, length: length + next.length, source: source)
        }
    }

    enum Source: Equatable {
        case zeros
        /// In an object's plaintext.
        case stored(StoredObject, offset: Int)
        case memory(Chunk, offset: Int)

        func moved(by distance: Int) -> Source {
            switch self {
            case .zeros: .zeros
            case .stored(let object, let offset): .stored(object, offset: offset + distance)
            case .memory(let chunk, let offset): .memory(chunk, offset: offset + distance)
            }
        }

        static func == (left: Source, right: Source) -> Bool {
            switch (left, right) {
            case (.zeros, .zeros): true
            case (.stored(let one, let offset), .stored(let other, let place)):
                one.number == other.number && offset == place
            case (.memory(let one, let offset), .memory(let other, let place)): one === other && offset == place
            default: false
            }
        }
    }

    /// Bytes that were written and are in memory. Used under the lock of whoever owns the contents; what is frozen may be
    /// read by others, too.
    final class Chunk: @unchecked Sendable {
        fileprivate(set) var bytes: [UInt8]
        /// Whether it may not change any more, because it is being stored.
        var isFrozen = false
        /// Where it lies, by places in it: from when it is stored until the files that it is of know that.
        var stored: [Extent] = []
        /// Whether it was stored. What the index knows need not have it any more.
        var wasStored = false
        /// How many are storing it, and read it without the lock.
        var readers = 0

        init(_ bytes: [UInt8], isFrozen: Bool = false) {
            (self.bytes, self.isFrozen) = (bytes, isFrozen)
        }

        /// Its memory, of one that nothing refers to any more, and that nobody reads.
        func takeRoom() -> [UInt8] {
            precondition(readers == 0)
            var room: [UInt8] = []
            swap(&room, &bytes)
            room.removeAll(keepingCapacity: true)
            return room
        }
    }

    private(set) var segments: [Segment] = []
    /// Bytes of parts that are in memory.
    private(set) var memory = 0

    var size: Int { segments.last?.end ?? 0 }

    /// What the index holds.
    init(size: Int, bytes: [UInt8]?, extents: [Extent]) {
        if let bytes {
            append(Segment(start: 0, length: bytes.count, source: .memory(Chunk(bytes, isFrozen: true), offset: 0)))
        }
        for extent in extents where extent.start >= self.size {
            appendZeros(to: extent.start)
            append(
                Segment(
                    start: extent.start, length: extent.length,
                    source: .stored(extent.object, offset: extent.offset)))
        }
        appendZeros(to: size)
    }

    private mutating func append(_ segment: Segment) {
        guard segment.length > 0 else { return }
        if case .memory = segment.source { memory += segment.length }
        if let last = segments.last, let joined = last.joined(with: segment) {
            segments[segments.count - 1] = joined
        } else {
            segments.append(segment)
        }
    }

    private mutating func appendZeros(to end: Int) {
        append(Segment(start: size, length: max(0, end - size), source: .zeros))
    }

    // MARK: Looking

    /// The place in the list of the first part that ends behind `offset`.
    private func index(behind offset: Int) -> Int {
        var (low, high) = (0, segments.count)
        while low < high {
            let middle = (low + high) / 2
            if segments[middle].end <= offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The parts of a range, which is cut off at the end of the file.
    func parts(in range: Range<Int>) -> [Segment] {
        var found: [Segment] = []
        var place = index(behind: range.lowerBound)
        while place < segments.count, segments[place].start < range.upperBound {
            found.append(segments[place].clamped(to: range))
            place += 1
        }
        return found
    }

    // MARK: Changing

    /// Puts bytes somewhere, with zeros in front where that is behind the end.
    ///
    /// - Parameters:
    ///   - most: bytes of a chunk.
    ///   - room: gives memory for one that is going to be large.
    mutating func write(
        _ bytes: UnsafeRawBufferPointer, at offset: Int, chunk most: Int, room: () -> [UInt8] = { [] }
    ) {
        if unsafe bytes.isEmpty { return }
        appendZeros(to: offset)
        if unsafe continueChunk(bytes, at: offset, most) { return }
        if unsafe overwriteChunk(bytes, at: offset) { return }
        var memory = offset == size && size >= most / 8 ? room() : []
        unsafe memory += bytes
        let chunk = Chunk(memory)
        replace(
            offset..<offset + bytes.count,
            with: [Segment(start: offset, length: bytes.count, source: .memory(chunk, offset: 0))])
    }

    /// Adds bytes to the chunk that ends at the end of the file.
    private mutating func continueChunk(_ bytes: UnsafeRawBufferPointer, at offset: Int, _ most: Int) -> Bool {
        guard offset == size, let last = segments.last, case .memory(let chunk, let start) = last.source,
            !chunk.isFrozen, start + last.length == chunk.bytes.count, chunk.bytes.count + bytes.count <= most
        else { return false }
        unsafe chunk.bytes += bytes
        segments[segments.count - 1].length += bytes.count
        memory += bytes.count
        return true
    }

    /// Puts bytes into a chunk that holds all that they replace.
    private func overwriteChunk(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        let place = index(behind: offset)
        guard place < segments.count, case .memory(let chunk, let start) = segments[place].source, !chunk.isFrozen,
            offset + bytes.count <= segments[place].end
        else { return false }
        let target = start + offset - segments[place].start
        // Safe: within the part, and so within the chunk.
        unsafe chunk.bytes.withUnsafeMutableBytes { room in
            unsafe UnsafeMutableRawBufferPointer(rebasing: room[target..<target + bytes.count])
                .copyMemory(from: bytes)
        }
        return true
    }

    /// Puts parts in the place of a range; they have to fill it.
    mutating func replace(_ range: Range<Int>, with parts: [Segment]) {
        if range.isEmpty { return }
        appendZeros(to: range.lowerBound)
        let first = index(behind: range.lowerBound)
        var end = first
        var new: [Segment] = []
        while end < segments.count, segments[end].start < range.upperBound {
            let old = segments[end]
            if case .memory = old.source { memory -= old.clamped(to: range).length }
            if old.start < range.lowerBound { new.append(old.clamped(to: old.start..<range.lowerBound)) }
            end += 1
        }
        for part in parts {
            if case .memory = part.source { memory += part.length }
            new.append(part)
        }
        if end > first, segments[end - 1].end > range.upperBound {
            new.append(segments[end - 1].clamped(to: range.upperBound..<segments[end - 1].end))
        }
        segments.replaceSubrange(first..<end, with: Self.joined(new))
    }

    private static func joined(_ segments: [Segment]) -> [Segment] {
        var joined: [Segment] = []
        for segment in segments {
            if let last = joined.last, let both = last.joined(with: segment) {
                joined[joined.count - 1] = both
            } else {
                joined.append(segment)
            }
        }
        return joined
    }

    /// Makes the file longer, with zeros, or shorter.
    mutating func resize(to size: Int) {
        appendZeros(to: size)
        while let last = segments.last, last.end > size {
            let kept = max(0, size - last.start)
            if case .memory = last.source { memory -= last.length - kept }
            if kept == 0 { segments.removeLast() } else { segments[segments.count - 1].length = kept }
        }
    }

    mutating func zero(_ range: Range<Int>) {
        replace(range, with: [Segment(start: range.lowerBound, length: range.count, source: .zeros)])
    }

    // MARK: Storing

    /// Whether the last chunk takes not much more.
    func isLastChunkFull(_ most: Int) -> Bool {
        guard case .memory(let chunk, _)? = segments.last?.source else { return false }
        return chunk.bytes.count > most - most / 8
    }

    /// Chunks, in the order of the file.
    var chunks: [Chunk] {
        var found: [Chunk] = []
        for case .memory(let chunk, _) in segments.map(\.source) {
            if found.last !== chunk { found.append(chunk) }
        }
        return found
    }

    /// Those that can still change; they do not from now on.
    func freezeChunks() -> [Chunk] {
        let chunks = chunks.filter { !$0.isFrozen }
        for chunk in chunks { chunk.isFrozen = true }
        return chunks
    }

    /// Lets go of chunks that are stored.
    mutating func settle() {
        guard segments.contains(where: { Self.placed($0) != nil }) else { return }
        let old = segments
        segments = []
        memory = 0
        for segment in old {
            for part in Self.placed(segment) ?? [segment] { append(part) }
        }
    }

    /// Where a part lies that was stored.
    private static func placed(_ segment: Segment) -> [Segment]? {
        guard case .memory(let chunk, let offset) = segment.source, !chunk.stored.isEmpty else { return nil }
        var found: [Segment] = []
        let range = offset..<offset + segment.length
        for extent in chunk.stored
        where extent.start < range.upperBound && extent.start + extent.length > range.lowerBound {
            let stored = Segment(
                start: extent.start, length: extent.length, source: .stored(extent.object, offset: extent.offset))
            var part = stored.clamped(to: range)
            part.start += segment.start - offset
            found.append(part)
        }
        return found
    }

    /// As the index is to hold it; small files as their bytes.
    ///
    /// Everything else has to be settled.
    var contents: Contents {
        isSmall
            ? Contents(size: size, bytes: bytes(in: 0..<size))
            : Contents(size: size, bytes: nil, extents: segments.extents)
    }

    /// Whether the index is to hold its bytes.
    var isSmall: Bool { size <= Contents.largestInIndex && !segments.contains(where: \.isStored) }

    /// Of parts that are not stored.
    private func bytes(in range: Range<Int>) -> [UInt8] {
        var bytes: [UInt8] = []
        for part in parts(in: range) {
            switch part.source {
            case .memory(let chunk, let offset): bytes += chunk.bytes[offset..<offset + part.length]
            default: bytes += repeatElement(0, count: part.length)
            }
        }
        return bytes
    }
}

extension FileContents.Segment {
    var isStored: Bool { if case .stored = source { true } else { false } }
}

extension [FileContents.Segment] {
    /// Those that are stored.
    var extents: [Extent] {
        compactMap { part in
            guard case .stored(let object, let offset) = part.source else { return nil }
            return Extent(start: part.start, length: part.length, offset: offset, object: object)
        }
    }
}
