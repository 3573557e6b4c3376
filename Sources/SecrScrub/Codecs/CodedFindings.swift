package import SecrBytes

/// What was found in coded samples, and what is written over it.
package struct CodedFindings: Sendable {
    /// All of one kind.
    package struct Summary: Sendable {
        package var part: CodedPart
        /// How often.
        package var count: Int
        /// A text of the first one that had any.
        package var text: String?
        /// From the first of them to the end of the last.
        package var range: Range<Int>
    }

    /// What is written over, in any order.
    private var places: [CodedChanges.Place] = []
    private var pool = CodedPool()
    package private(set) var summaries: [Summary] = []
    /// Whole parts of samples that hold nothing any more, in any order: a policy can leave them out.
    package private(set) var empty: [Range<Int>] = []
    /// Codings into which nobody looked, or not to the end.
    package private(set) var unread: Set<FourCC> = []
    private let limits: Limits

    package init(limits: Limits) { self.limits = limits }

    /// Whether there is more than can be remembered.
    var isFull: Bool {
        places.count + empty.count >= limits.codedChanges
            || pool.bytes.count >= min(limits.codedChangedBytes, CodedPool.mostBytes)
    }

    package var changes: [CodedChange] { places.map { $0.change(pool.bytes) } }

    /// The same, ready to be written. Afterwards they are known there alone.
    ///
    /// - Throws: where one byte is to become two different ones.
    mutating func takeChanges() throws(ParseError) -> CodedChanges {
        defer { (places, pool) = ([], CodedPool()) }
        return try CodedChanges(places, pool.bytes)
    }

    /// Has bytes written over.
    ///
    /// - Parameters:
    ///   - old: what stands there now.
    ///   - new: as many bytes; the same where there is nothing to do.
    mutating func replace(
        _ range: Range<Int>, _ old: [UInt8], by new: [UInt8], as part: CodedPart
    ) throws(ParseError) {
        precondition(range.count == old.count && old.count == new.count)
        guard let first = zip(old, new).enumerated().first(where: { $1.0 != $1.1 })?.offset,
            let last = old.indices.last(where: { old[$0] != new[$0] })
        else { return }
        try requireRoom(at: range.lowerBound)
        let start = range.lowerBound
        let changed = start + first..<start + last + 1
        places.append(CodedChanges.Place(range: changed, start: pool.start(of: new[first...last])))
        add(Summary(part: part, count: 1, text: Self.text(in: old), range: range), at: range)
    }

    /// Has zeros written over what no decoder reads, as many as there may be.
    mutating func zero(_ rest: Range<Int>, _ window: inout ByteWindow) throws {
        var at = rest.lowerBound
        while at < rest.upperBound {
            let part = at..<min(rest.upperBound, at + limits.codedPartBytes)
            try replace(part, window.bytes(in: part), by: [UInt8](repeating: 0, count: part.count), as: .fill)
            at = part.upperBound
        }
    }

    /// Says of a whole part of a sample that samples are the same without it, when what stands in it is written over.
    mutating func leaveOut(_ part: Range<Int>) throws(ParseError) {
        if part.isEmpty { return }
        try requireRoom(at: part.lowerBound)
        empty.append(part)
    }

    private func requireRoom(at place: Int) throws(ParseError) {
        if isFull { throw ParseError(.limit, at: place, "too much between the parts of a coded stream") }
    }

    /// Says that something can be in samples of a coding that was not looked into.
    mutating func skip(_ coding: FourCC) { unread.insert(coding) }

    /// Takes over what was found elsewhere, but for what is written over there.
    ///
    /// - Parameter place: where a range of it lies here.
    mutating func add(_ other: CodedFindings, at place: (Range<Int>) -> Range<Int>) {
        unread.formUnion(other.unread)
        for summary in other.summaries { add(summary, at: place(summary.range)) }
    }

    private mutating func add(_ new: Summary, at range: Range<Int>) {
        guard let place = summaries.firstIndex(where: { $0.part == new.part }) else {
            summaries.append(Summary(part: new.part, count: new.count, text: new.text, range: range))
            return
        }
        summaries[place].count += new.count
        if summaries[place].text == nil { summaries[place].text = new.text }
        let known = summaries[place].range
        summaries[place].range =
            min(known.lowerBound, range.lowerBound)..<max(known.upperBound, range.upperBound)
    }

    private static let (shortestText, longestText) = (6, 200)

    /// The first of the longest runs of letters and signs, cut off where it is very long.
    private static func text(in bytes: [UInt8]) -> String? {
        var (best, start) = (0..<0, 0)
        for place in 0...bytes.count where place == bytes.count || !(0x20..<0x7F).contains(bytes[place]) {
            if place - start > best.count { best = start..<place }
            start = place + 1
        }
        return best.count < shortestText ? nil : String(decoding: bytes[best.prefix(longestText)], as: UTF8.self)
    }

    /// What is left, if anything.
    var limitations: [Limitation] {
        unread.isEmpty ? [] : [.codedRemains(unread.map(\.description).sorted())]
    }

    /// One per kind.
    var findings: [Finding] {
        summaries.map {
            let places = $0.count == 1 ? "" : " (\($0.count) places)"
            return Finding(
                $0.part.kind, reveals: $0.part.reveals, $0.part.name,
                value: $0.text.map { text in text + places } ?? "\($0.count == 1 ? "1 place" : "\($0.count) places")",
                range: $0.range, action: .removed)
        }
    }
}
