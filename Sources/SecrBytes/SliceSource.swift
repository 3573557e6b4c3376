/// A part of another source, as a source of its own: a picture inside a file.
public struct SliceSource: ByteSource {
    private let whole: any ByteSource
    private let range: Range<Int>

    public var size: Int { range.count }

    /// - Parameter range: must lie within `whole`.
    public init(_ whole: any ByteSource, _ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= whole.size)
        self.whole = whole
        self.range = range
    }

    public func read(_ part: Range<Int>, into buffer: inout [UInt8]) throws(ByteSourceError) {
        guard part.lowerBound >= 0, part.upperBound <= size else { throw ByteSourceError("read past the end") }
        try whole.read(part.lowerBound + range.lowerBound..<part.upperBound + range.lowerBound, into: &buffer)
    }
}
