internal import SecrBytes

/// The extensions in a fill element of AAC (ISO/IEC 14496-3, 4.4.2.7).
struct AACFill {
    private enum Kind {
        static let (fill, fillData, data, dynamicRange) = (0, 1, 2, 11)
        /// Neither given to anything, nor known to be used by a decoder. Of the others, 3 and 10 stand in streams of other
        /// object types, and 4 is a newer control of loudness; 9, 12, 13 and 14 add to the sound.
        static let reserved: Set = [5, 6, 7, 8, 15]
    }

    /// What is left of it, in bits.
    private var range: Range<Int>
    private let bytes: [UInt8]

    init(range: Range<Int>, _ bytes: [UInt8]) {
        self.range = range
        self.bytes = bytes
    }

    mutating func clean(_ changes: inout BitChanges) throws(ParseError) {
        while !range.isEmpty {
            var reader = BitReader(bytes)
            try reader.skip(range.lowerBound)
            let kind = try reader.next(4)
            switch kind {
            case Kind.fill: cleanBits(&changes)
            case Kind.fillData:
                changes.write(Self.fillData(range.count / 8), at: range.lowerBound, as: changes.part(of: range))
                range = range.suffix(0)
            case Kind.data: try cleanData(&reader, &changes)
            case Kind.dynamicRange:
                try Self.skipDynamicRange(&reader)
                range = range.clamped(to: reader.position..<max(reader.position, range.upperBound))
            default:
                if Kind.reserved.contains(kind) { changes.clear(range.dropFirst(4), as: .soundMessage) }
                range = range.suffix(0)
            }
        }
    }

    /// A type, a nibble of zeros, and bytes that are always the same.
    private static func fillData(_ count: Int) -> [UInt8] {
        [UInt8(Kind.fillData << 4)] + [UInt8](repeating: 0xA5, count: count - 1)
    }

    private mutating func cleanBits(_ changes: inout BitChanges) {
        let part = changes.part(of: range)
        let release = Self.release(in: range, bytes)
        changes.clear(range.dropFirst(4), as: part)
        if release { changes.write(Array(Self.anyRelease.utf8), at: range.lowerBound + Self.releaseStart, as: part) }
        range = range.suffix(0)
    }

    private mutating func cleanData(_ reader: inout BitReader, _ changes: inout BitChanges) throws(ParseError) {
        let isKnown = try reader.next(4) == 0
        var count = 0
        var part = isKnown ? 255 : 0
        while part == 255 {
            part = try reader.next(8)
            count += part
        }
        // Of other versions nobody knows more than that they go to the end.
        let start = reader.position
        let end = isKnown ? start + 8 * count : range.upperBound
        guard end <= range.upperBound else {
            throw ParseError(.malformed, at: start / 8, "data in the sound that goes on behind its end")
        }
        changes.clear(start..<end, as: .soundMessage)
        range = end..<range.upperBound
    }

    /// 4.4.2.7, `dynamic_range_info`.
    private static func skipDynamicRange(_ reader: inout BitReader) throws(ParseError) {
        if try reader.flag() { try reader.skip(8) }
        if try reader.flag() {
            repeat { try reader.skip(7) } while try reader.flag()
        }
        var bands = 1
        if try reader.flag() {
            bands += try reader.next(4)
            try reader.skip(4 + 8 * bands)
        }
        if try reader.flag() { try reader.skip(8) }
        try reader.skip(8 * bands)
    }

    // MARK: libfaac

    /// FFmpeg leaves out the first frame of what libfaac made, and knows it by this. It goes by the name and by there being
    /// two numbers, not by which.
    private static let (releaseStart, releaseName, anyRelease) = (17, "libfaac ", "libfaac 0.0")
    private static let longestRelease = 32

    private static func release(in range: Range<Int>, _ bytes: [UInt8]) -> Bool {
        let count = min(longestRelease, (range.count - releaseStart) / 8)
        guard count >= anyRelease.utf8.count else { return false }
        let text = BitReader(bytes).bytes(from: range.lowerBound + releaseStart, count: count)
        guard text.starts(with: releaseName.utf8) else { return false }
        let numbers = text.dropFirst(releaseName.utf8.count)
        let first = numbers.prefix { (0x30...0x39).contains($0) }
        let rest = numbers.dropFirst(first.count)
        return !first.isEmpty && rest.first == 0x2E && rest.dropFirst().first.map { (0x30...0x39).contains($0) } == true
    }
}
