internal import SecrBytes

/// Where times of day stand in a message about the time of a picture.
package struct ClockTimes {
    /// Frames, seconds, minutes, hours and offsets, in bits from the start of the payload.
    private var fields: [Range<Int>] = []
    private var reader: BitReader

    /// Three of the longest times end in front of this.
    static let mostBytes = 64
    private static let candidates = 16

    /// How clocks are written, as the parameters of a sequence say (ISO/IEC 14496-10, E.1).
    package struct Layout: Equatable, Sendable {
        /// Bits of two delays that come first.
        package var delayBits: Int
        /// Whether there is anything behind them.
        package var hasClocks: Bool
        package var offsetBits: Int

        package init(delayBits: Int, hasClocks: Bool, offsetBits: Int) {
            (self.delayBits, self.hasClocks, self.offsetBits) = (delayBits, hasClocks, offsetBits)
        }
    }

    /// The timing of a picture in AVC (ISO/IEC 14496-10, D.1.3).
    init(avc payload: ArraySlice<UInt8>, _ layout: Layout) throws(ParseError) {
        reader = BitReader(Array(payload))
        guard layout.hasClocks else { return }
        try reader.skip(layout.delayBits)
        let counts = [1, 1, 1, 2, 2, 3, 3, 2, 3]
        let kind = try reader.next(4)
        guard kind < counts.count else { throw ParseError(.malformed, at: 0, "an unknown kind of picture") }
        for _ in 0..<counts[kind] {
            guard try reader.flag() else { continue }
            try reader.skip(2)
            try readTime(frameBits: 8)
            try take(layout.offsetBits)
        }
    }

    /// A time code in HEVC (ISO/IEC 23008-2, D.2.27).
    init(hevc payload: ArraySlice<UInt8>) throws(ParseError) {
        reader = BitReader(Array(payload))
        for _ in 0..<(try reader.next(2)) {
            guard try reader.flag() else { continue }
            try readTime(frameBits: 9)
            try take(try reader.next(5))
        }
    }

    private mutating func take(_ bits: Int) throws(ParseError) {
        let start = reader.position
        try reader.skip(bits)
        if bits > 0 { fields.append(start..<reader.position) }
    }

    private mutating func readTime(frameBits: Int) throws(ParseError) {
        // Whether fields are counted, and how.
        try reader.skip(6)
        let isFull = try reader.flag()
        try reader.skip(2)
        try take(frameBits)
        for bits in [6, 6, 5] {
            if !isFull, try !reader.flag() { break }
            try take(bits)
        }
    }

    var isEmpty: Bool { fields.isEmpty }

    /// The payload with other times: the first minute of a day, or others that need no other escape bytes.
    ///
    /// - Parameter write: makes of a payload what stands in the file; `nil` where it can't.
    func neutral(as write: ([UInt8]) -> [UInt8]?) -> [UInt8]? {
        for number in 0..<Self.candidates {
            var payload = reader.bytes
            for field in fields { payload.setBits(field, to: number & (1 << field.count - 1)) }
            if let written = write(payload) { return written }
        }
        return nil
    }

    /// Bits of the payload that are times.
    var mask: [UInt8] {
        var mask = [UInt8](repeating: 0, count: reader.bytes.count)
        for field in fields { mask.setBits(field, to: (1 << field.count) - 1) }
        return mask
    }
}
