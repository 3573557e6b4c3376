package import SecrBytes

/// What a sequence parameter set says of the times of its pictures (ISO/IEC 14496-10, 7.3.2.1.1 and E.1).
package struct AVCParameters {
    package private(set) var profile: Int
    package private(set) var layout = ClockTimes.Layout(delayBits: 0, hasClocks: false, offsetBits: 24)

    /// Profiles that say how colours are sampled.
    private static let high: Set = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]
    /// Those that don't. Of others nobody knows.
    private static let plain: Set = [66, 77, 88]

    /// - Parameter unit: the whole NAL unit without escape bytes.
    package init(_ unit: [UInt8]) throws(ParseError) {
        var reader = BitReader(unit)
        try reader.skip(8)
        profile = try reader.next(8)
        try reader.skip(16)
        _ = try reader.unsigned()
        if Self.high.contains(profile) {
            try Self.skipColors(&reader)
        } else if !Self.plain.contains(profile) {
            throw ParseError(.unsupported, at: 1, "a profile that is not known")
        }
        _ = try reader.unsigned()
        try Self.skipOrder(&reader)
        _ = try reader.unsigned()
        try reader.skip(1)
        // Macroblocks across and down.
        _ = (try reader.unsigned(), try reader.unsigned())
        if try !reader.flag() { try reader.skip(1) }
        try reader.skip(1)
        if try reader.flag() { for _ in 0..<4 { _ = try reader.unsigned() } }
        if try reader.flag() { try readUsability(&reader) }
    }

    private static func skipColors(_ reader: inout BitReader) throws(ParseError) {
        let format = try reader.unsigned()
        if format == 3 { try reader.skip(1) }
        _ = (try reader.unsigned(), try reader.unsigned())
        try reader.skip(1)
        guard try reader.flag() else { return }
        for list in 0..<(format == 3 ? 12 : 8) where try reader.flag() {
            var (last, next) = (8, 8)
            for _ in 0..<(list < 6 ? 16 : 64) {
                if next != 0 { next = (last + (try reader.signed())) & 0xFF }
                if next != 0 { last = next }
            }
        }
    }

    private static func skipOrder(_ reader: inout BitReader) throws(ParseError) {
        switch try reader.unsigned() {
        case 0: _ = try reader.unsigned()
        case 1:
            try reader.skip(1)
            _ = (try reader.signed(), try reader.signed())
            let count = try reader.unsigned()
            guard count <= 255 else { throw ParseError(.malformed, at: 0, "too many pictures in a cycle") }
            for _ in 0..<count { _ = try reader.signed() }
        default: break
        }
    }

    private mutating func readUsability(_ reader: inout BitReader) throws(ParseError) {
        if try reader.flag(), try reader.next(8) == 255 { try reader.skip(32) }
        if try reader.flag() { try reader.skip(1) }
        if try reader.flag() {
            try reader.skip(4)
            if try reader.flag() { try reader.skip(24) }
        }
        if try reader.flag() { _ = (try reader.unsigned(), try reader.unsigned()) }
        if try reader.flag() { try reader.skip(65) }
        var hasDelays = false
        for _ in 0..<2 where try reader.flag() {
            try readBuffer(&reader)
            hasDelays = true
        }
        if hasDelays { try reader.skip(1) }
        layout.hasClocks = try reader.flag()
    }

    private mutating func readBuffer(_ reader: inout BitReader) throws(ParseError) {
        let count = try reader.unsigned() + 1
        guard count <= 32 else { throw ParseError(.malformed, at: 0, "too many buffers") }
        try reader.skip(8)
        for _ in 0..<count {
            _ = (try reader.unsigned(), try reader.unsigned())
            try reader.skip(1)
        }
        try reader.skip(5)
        layout.delayBits = try reader.next(5) + 1 + reader.next(5) + 1
        layout.offsetBits = try reader.next(5)
    }
}
