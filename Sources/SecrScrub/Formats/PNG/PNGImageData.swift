internal import SecrBytes

/// The coded data of a picture or frame: one zlib stream in a run of chunks of the same type.
struct PNGImageData: Sendable, Equatable {
    enum Flaw: Sendable {
        /// A chunk's checksum is wrong.
        case checksum
        /// Bytes stand behind the end of the stream.
        case tail
        /// More comes out than the picture has lines for.
        case surplus
        /// The end of the stream is missing or wrong.
        case unfinished
        /// Lines are missing.
        case truncated
    }

    /// `IDAT` or `fdAT`.
    var type: FourCC
    /// All chunks of the run.
    var chunks: Range<Int>
    /// Bytes of all payloads, less the sequence numbers of `fdAT`.
    var length: Int
    /// Of them, those of the stream.
    var streamLength: Int
    /// Where in the input the stream ends.
    var streamEnd: Int
    /// Bytes of the picture's lines, as its size demands them.
    var expected: Int
    /// Of them, those that come out.
    var available: Int
    var flaws: Set<Flaw>

    /// Whether the stream can't be kept byte for byte.
    var needsRecoding: Bool { !flaws.isDisjoint(with: [.surplus, .unfinished]) }

    /// Bytes in front of the data in each chunk's payload.
    static func prefixLength(_ type: FourCC) -> Int { type == "fdAT" ? 4 : 0 }

    /// Where the stream lies.
    func ranges(_ window: inout ByteWindow) throws -> RangeQueue {
        var ranges: [Range<Int>] = []
        var at = chunks.lowerBound
        var left = streamLength
        while at < chunks.upperBound, left > 0 {
            let chunk = try PNGChunk(&window, at: at, allowsCut: true)
            let data = chunk.payload.dropFirst(Self.prefixLength(type)).prefix(left)
            if !data.isEmpty { ranges.append(data) }
            left -= data.count
            at = chunk.range.upperBound
        }
        return RangeQueue(ranges)
    }

    /// Whether two streams are the same bytes.
    func hasSameStream(
        in source: any ByteSource, as other: PNGImageData, in otherSource: any ByteSource
    ) throws -> Bool {
        var first = ByteWindow(source)
        var second = ByteWindow(otherSource)
        var mine = try ranges(&first)
        var theirs = try other.ranges(&second)
        while let left = mine.take(theirs.nextCount), let right = theirs.take(left.count) {
            guard try source.holdsSameBytes(in: left, as: otherSource, in: right) else { return false }
        }
        return mine.isEmpty && theirs.isEmpty
    }
}

/// Ranges of an input that are used up from the front.
struct RangeQueue {
    private var rest: ArraySlice<Range<Int>>

    /// - Parameter ranges: none of them empty.
    init(_ ranges: [Range<Int>]) {
        rest = ranges[...]
    }

    var isEmpty: Bool { rest.isEmpty }
    /// Bytes of the range in front; 0 where there is none.
    var nextCount: Int { rest.first?.count ?? 0 }

    /// At most `count` bytes of the range in front; `nil` where that is none.
    mutating func take(_ count: Int) -> Range<Int>? {
        guard count > 0, let range = rest.first else { return nil }
        if range.count <= count { return rest.removeFirst() }
        rest[rest.startIndex] = range.dropFirst(count)
        return range.prefix(count)
    }
}
