internal import SecrBytes

/// What a fragmented video consists of behind its movie, in the order of the file; only what stays.
enum MP4Segment: Sendable {
    case fragment(MP4Fragment)
    case index(MP4SegmentIndex)

    /// Where it began in the file.
    var start: Int {
        switch self {
        case .fragment(let fragment): fragment.range.lowerBound
        case .index(let index): index.range.lowerBound
        }
    }
}

/// Where parts of a fragmented video begin and how long they last (ISO/IEC 14496-12, 8.16.3).
struct MP4SegmentIndex: Sendable {
    var range: Range<Int>
    /// Number of the track whose times these are.
    var track: Int
    var timescale: Int
    /// In units of `timescale`.
    var earliest: Int
    var isLong: Bool
    /// Where the first part begins, and where each of them ends.
    var boundaries: [Int]
    /// Whether what a reference points to is another index.
    var pointsToIndex: [Bool]
    /// Of each reference how long it is and whether one can start there: eight bytes.
    var times: [UInt8]

    private static let (referenceSize, timesSize) = (12, 8)

    init(_ box: Box, _ content: ByteReader) throws(ParseError) {
        range = box.range
        isLong = try FullBoxHead(content).version != 0
        var fields = FieldReader(content, at: FullBoxHead.size)
        (track, timescale) = (try fields.next(4), try fields.next(4))
        earliest = try fields.next(isLong ? 8 : 4)
        var boundary = box.range.upperBound + (try fields.next(isLong ? 8 : 4))
        try fields.skip(2)
        (boundaries, pointsToIndex, times) = ([boundary], [], [])
        for _ in 0..<(try fields.next(2)) {
            let size = try fields.next(4)
            boundary += size & 0x7FFF_FFFF
            boundaries.append(boundary)
            pointsToIndex.append(size > 0x7FFF_FFFF)
            times += try content.slice(at: fields.position, count: Self.timesSize)
            try fields.skip(Self.timesSize)
        }
    }

    /// Bytes that it has, as found and as written.
    var size: Int { Box.headerSize + (isLong ? 32 : 24) + Self.referenceSize * pointsToIndex.count }

    /// The whole box.
    ///
    /// - Parameters:
    ///   - end: of the box in the file that is written.
    ///   - boundaries: there.
    ///   - shift: seconds to take away from times.
    func written(end: Int, boundaries: [Int], shift: Int) throws(ScrubError) -> [UInt8] {
        var content: [UInt8] = []
        let width = isLong ? 8 : 4
        content.appendBigEndian32(track)
        content.appendBigEndian32(timescale)
        content.appendBigEndian(max(0, earliest - shift * timescale), bytes: width)
        guard boundaries[0] >= end, isLong || boundaries[0] - end <= Int(UInt32.max) else {
            throw ScrubError(.refused, "an index in front of what it points to")
        }
        content.appendBigEndian(boundaries[0] - end, bytes: width)
        content.appendBigEndian(pointsToIndex.count, bytes: 4)
        for (place, isIndex) in pointsToIndex.enumerated() {
            let size = boundaries[place + 1] - boundaries[place]
            guard size > 0, size <= 0x7FFF_FFFF else { throw ScrubError(.refused, "a part of more than 2 GiB") }
            content.appendBigEndian32(size | (isIndex ? 1 << 31 : 0))
            content += times[(Self.timesSize * place)...].prefix(Self.timesSize)
        }
        var written: [UInt8] = []
        written.appendFullBox("sidx", version: isLong ? 1 : 0, content)
        return written
    }
}

/// From which samples of fragments one can start (8.8.10), of one track.
struct MP4RandomAccess: Sendable, Equatable {
    struct Entry: Sendable, Equatable {
        /// In units of the media.
        var time: Int
        /// Where the fragment begins; once it is resolved, which of those that stay it is.
        var fragment: Int
        /// Which of its parts, of the part's runs, and of the run's samples, from 1.
        var part: Int
        var run: Int
        var sample: Int
    }

    var track: Int
    var entries: [Entry] = []

    /// - Parameter fields: of the whole content.
    init(_ fields: inout FieldReader) throws(ParseError) {
        let width = try fields.next(FullBoxHead.size) >> 24 != 0 ? 8 : 4
        track = try fields.next(4)
        let lengths = try fields.next(4)
        let (part, run, sample) = ((lengths >> 4 & 3) + 1, (lengths >> 2 & 3) + 1, (lengths & 3) + 1)
        for _ in 0..<(try fields.next(4)) {
            entries.append(
                Entry(
                    time: try fields.next(width), fragment: try fields.next(width), part: try fields.next(part),
                    run: try fields.next(run), sample: try fields.next(sample)))
        }
    }

    /// The whole box, with numbers of 32 bits where nothing is larger.
    ///
    /// - Parameters:
    ///   - places: of the fragments.
    ///   - shift: units to take away from times.
    func written(places: [Int], shift: Int) -> [UInt8] {
        let times = entries.map { max(0, $0.time - shift) }
        let isLong = (times + places).contains { $0 > Int(UInt32.max) }
        var content: [UInt8] = []
        content.appendBigEndian32(track)
        content.appendBigEndian32(0x3F)
        content.appendBigEndian32(entries.count)
        for (time, entry) in zip(times, entries) {
            content.appendBigEndian(time, bytes: isLong ? 8 : 4)
            content.appendBigEndian(places[entry.fragment], bytes: isLong ? 8 : 4)
            for field in [entry.part, entry.run, entry.sample] { content.appendBigEndian32(field) }
        }
        var written: [UInt8] = []
        written.appendFullBox("tfra", version: isLong ? 1 : 0, content)
        return written
    }
}

/// Boxes that say at which time of day something was sent.
enum MP4Clocks {
    /// Microsoft's boxes `tfxd` and `tfrf`.
    private static let identifiers: [[UInt8]] = [[0x6D, 0x1D, 0x9B, 0x05], [0xD4, 0x80, 0x7E, 0xF2]]

    static func isClock(_ box: Box) -> Bool {
        identifiers.contains { box.identifier?.starts(with: $0) == true }
    }
}
