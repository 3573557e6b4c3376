internal import SecrBytes

/// Where times of day stand in a message about the time of a picture.
struct ClockTimes {
    /// Frames, seconds, minutes, hours and offsets, in bits from the start of the payload.
    private var fields: [Range<Int>] = []
    private var reader: BitReader

    /// How clocks are written, as the parameters of a sequence say (ISO/IEC 14496-10, E.1).
    struct Layout: Equatable {
        /// Bits of two delays that come first.
        var delayBits: Int
        /// Whether there is anything behind them.
        var hasClocks: Bool
        var offsetBits: Int
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

    /// The payload with another time: the first minute of a day, or one that needs no other escape bytes.
    ///
    /// - Parameter isPossible: whether a payload can be written.
    func neutral(where isPossible: ([UInt8]) -> Bool) -> [UInt8]? {
        for number in 0..<16 {
            var payload = reader.bytes
            for field in fields { payload.setBits(field, to: number & (1 << field.count - 1)) }
            if isPossible(payload) { return payload }
        }
        return nil
    }
}
