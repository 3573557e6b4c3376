internal import SecrBytes

/// The lines of a picture, filters and all, as they come out of its stream.
struct PNGLines {
    private var window: ByteWindow
    private var ranges: ArraySlice<Range<Int>>
    private let inflater: Inflater

    /// Bytes of the stream taken at once; each can become a thousand.
    private static let step = 2_048

    init(_ image: PNGImageData, of source: any ByteSource) throws {
        window = ByteWindow(source)
        ranges = try image.ranges(&window)[...]
        inflater = Inflater(limit: image.available)
    }

    /// The next lines or parts of lines; `nil` at the end.
    mutating func next() throws -> [UInt8]? {
        while inflater.state == .hungry, let range = ranges.first {
            let taken = range.prefix(Self.step)
            ranges[ranges.startIndex] = range.dropFirst(taken.count)
            if taken.count == range.count { ranges.removeFirst() }
            var output: [UInt8] = []
            let input = try window.bytes(in: taken)
            // Safe: the pointers do not leave the closures.
            unsafe input.withUnsafeBytes { unsafe inflater.feed($0) { unsafe output += $0 } }
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
