internal import SecrBytes
internal import SecrCompression

/// The lines of a picture, filters and all, as they come out of its stream.
struct PNGLines {
    private var window: ByteWindow
    private var ranges: RangeQueue
    private let inflater: Inflater

    /// Bytes of the stream taken at once; each can become a thousand.
    private static let step = 2_048

    init(_ image: PNGImageData, of source: any ByteSource) throws {
        window = ByteWindow(source)
        ranges = try image.ranges(&window)
        inflater = Inflater(limit: image.available)
    }

    /// The next lines or parts of lines; `nil` at the end.
    mutating func next() throws -> [UInt8]? {
        while inflater.state == .hungry, let range = ranges.take(Self.step) {
            let output = inflater.output(of: try window.bytes(in: range))
            if !output.isEmpty { return output }
        }
        return nil
    }

    /// Whether two pictures have the same lines.
    static func areSame(_ first: PNGLines, _ second: PNGLines) throws -> Bool {
        var (first, second) = (first, second)
        var mine: ArraySlice<UInt8> = []
        var theirs: ArraySlice<UInt8> = []
        while true {
            if mine.isEmpty { mine = try first.next()?[...] ?? [] }
            if theirs.isEmpty { theirs = try second.next()?[...] ?? [] }
            if mine.isEmpty || theirs.isEmpty { return mine.isEmpty && theirs.isEmpty }
            let count = min(mine.count, theirs.count)
            guard mine.prefix(count).elementsEqual(theirs.prefix(count)) else { return false }
            mine = mine.dropFirst(count)
            theirs = theirs.dropFirst(count)
        }
    }
}
