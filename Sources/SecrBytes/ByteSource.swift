/// Random access to the bytes of one input.
///
/// A format handler never opens anything: whoever calls it hands in a source, be it a file, a buffer in memory or a
/// stored object. A source has a fixed size; one whose bytes vanish while they are copied throws.
public protocol ByteSource: Sendable {
    /// The number of bytes, at least 0.
    var size: Int { get }

    /// Copies the bytes of `range` to the front of `buffer`.
    ///
    /// - Parameters:
    ///   - range: must lie within `0..<size`.
    ///   - buffer: must hold at least `range.count` bytes; what lies behind them stays as it was.
    func read(_ range: Range<Int>, into buffer: inout [UInt8]) throws(ByteSourceError)

    /// By which name a library can open the same bytes, where it wants to; `nil` where there is none.
    var path: String? { get }

    /// Whether `range` of this source, an output, has been read back already and was the same as `original` of the input.
    func isKnownCopy(_ range: Range<Int>, of original: Range<Int>) -> Bool
}

extension ByteSource {
    public var path: String? { nil }

    public func isKnownCopy(_ range: Range<Int>, of original: Range<Int>) -> Bool { false }
}

/// Why bytes could not be read from a ``ByteSource``.
public struct ByteSourceError: Error, Equatable, Sendable, CustomStringConvertible {
    public var description: String

    public init(_ description: String) {
        self.description = description
    }
}

/// A ``ByteSource`` over a buffer in memory.
public struct MemorySource: ByteSource {
    public let bytes: [UInt8]
    public var size: Int { bytes.count }

    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    public func read(_ range: Range<Int>, into buffer: inout [UInt8]) throws(ByteSourceError) {
        guard range.lowerBound >= 0, range.upperBound <= bytes.count else {
            throw ByteSourceError("read past the end")
        }
        buffer.replaceSubrange(0..<range.count, with: bytes[range])
    }
}

extension ByteSource {
    /// Whether `range` of this source, an output, holds the same bytes as `original` of the input.
    public func isCopy(
        _ range: Range<Int>, of original: Range<Int>, in input: some ByteSource
    ) throws(ByteSourceError) -> Bool {
        if isKnownCopy(range, of: original) { return true }
        return try input.holdsSameBytes(in: original, as: self, in: range)
    }

    /// Whether two ranges of two sources hold the same bytes; compares window by window in constant memory.
    public func holdsSameBytes(
        in range: Range<Int>, as other: some ByteSource, in otherRange: Range<Int>
    ) throws(ByteSourceError) -> Bool {
        guard range.count == otherRange.count else { return false }
        let distance = otherRange.lowerBound - range.lowerBound
        return try holdsSameBytes(in: CollectionOfOne(range), as: other, furtherBy: distance)
    }

    /// The same of several ranges, in their order, which all lie `distance` further in the other source.
    public func holdsSameBytes(
        in ranges: some BidirectionalCollection<Range<Int>>, as other: some ByteSource, furtherBy distance: Int
    ) throws(ByteSourceError) -> Bool {
        guard let end = ranges.last?.upperBound else { return true }
        var left = HeldBytes(capacity: HeldBytes.comparedCapacity)
        var right = HeldBytes(capacity: HeldBytes.comparedCapacity)
        for range in ranges {
            var position = range.lowerBound
            while position < range.upperBound {
                if !left.range.contains(position) {
                    try left.load(at: position, before: end, of: self)
                    try right.load(at: position + distance, before: end + distance, of: other)
                }
                let held = position..<min(range.upperBound, left.range.upperBound)
                let start = position - left.range.lowerBound
                let isSame = unsafe left.withBytes { l in
                    unsafe right.withBytes { r in
                        // Safe: both hold the same part of their sources.
                        unsafe UnsafeRawBufferPointer(rebasing: l[start...])
                            .sharesPrefix(held.count, with: UnsafeRawBufferPointer(rebasing: r[start...]))
                    }
                }
                guard isSame else { return false }
                position = held.upperBound
            }
        }
        return true
    }
}
