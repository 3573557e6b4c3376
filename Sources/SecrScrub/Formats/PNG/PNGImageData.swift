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

    /// Shows the stream to `body`, piece after piece.
    func forEachPiece(of source: any ByteSource, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        var window = ByteWindow(source)
        for range in try ranges(&window) {
            // Safe: the pointer goes no further than `body` lets it.
            try unsafe window.forEachPiece(in: range) { try unsafe body($0) }
        }
    }

    /// Shows the picture's lines to `body`, piece after piece: the ``available`` bytes and none behind them.
    func forEachLinePiece(of source: any ByteSource, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let inflater = Inflater(limit: available)
        // Safe: the pointers go no further than `body` lets them.
        try unsafe forEachPiece(of: source) { try unsafe inflater.feed($0) { try unsafe body($0) } }
    }

    /// Where the stream lies.
    func ranges(_ window: inout ByteWindow) throws -> [Range<Int>] {
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
        return ranges
    }

    /// Whether two streams are the same bytes.
    func hasSameStream(
        in source: any ByteSource, as other: PNGImageData, in otherSource: any ByteSource
    ) throws -> Bool {
        var first = ByteWindow(source)
        var second = ByteWindow(otherSource)
        var mine = try ranges(&first)[...]
        var theirs = try other.ranges(&second)[...]
        while let left = mine.first, let right = theirs.first {
            let count = min(left.count, right.count)
            guard try source.holdsSameBytes(in: left.prefix(count), as: otherSource, in: right.prefix(count)) else {
                return false
            }
            mine[mine.startIndex] = left.dropFirst(count)
            theirs[theirs.startIndex] = right.dropFirst(count)
            if left.count == count { mine.removeFirst() }
            if right.count == count { theirs.removeFirst() }
        }
        return mine.isEmpty && theirs.isEmpty
    }
}
