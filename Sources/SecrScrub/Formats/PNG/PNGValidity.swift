internal import SecrBytes

/// What the chunks that are kept have to be, so that all readers take them in the same way (PNG third edition,
/// sections 5.6 and 11).
enum PNGValidity {
    /// Readers that follow the standard ignore these behind the picture. A mark of sRGB says so little that it may stay.
    static func mustPrecedePicture(_ kind: PNGNodeKind) -> Bool {
        ![.exif, .standardRGB, .animationControl, .frameControl].contains(kind)
    }

    /// Whether length and values are within what the standard allows.
    static func isValid(_ payload: ByteReader, _ kind: PNGNodeKind, _ header: PNGHeader) -> Bool {
        let length = payload.count
        switch kind {
        case .palette:
            return length > 0 && length.isMultiple(of: 3) && length <= 768
                && [.rgb, .rgbAlpha, .palette].contains(header.color)
        case .transparency: return isTransparency(payload, header)
        case .gamma: return length == 4
        case .chromaticities: return length == 32
        case .standardRGB: return length == 1 && payload.bytes[0] <= 3
        case .codingIndependent: return length == 4 && payload.bytes[3] <= 1
        case .masteringDisplay: return length == 24
        case .contentLight: return length == 8
        case .significantBits:
            let isPalette = header.color == .palette
            return length == (isPalette ? 3 : header.color.channels)
                && payload.bytes.allSatisfy { $0 >= 1 && $0 <= (isPalette ? 8 : header.depth) }
        default: return true
        }
    }

    private static func isTransparency(_ payload: ByteReader, _ header: PNGHeader) -> Bool {
        switch header.color {
        case .palette: return payload.count <= 256
        case .grey, .rgb:
            let samples = (0..<header.color.channels).map { (try? payload.uint16(at: 2 * $0)) ?? .max }
            return payload.count == 2 * samples.count && samples.allSatisfy { $0 < 1 << header.depth }
        case .greyAlpha, .rgbAlpha: return false
        }
    }

    /// 1 to 79 printable characters of Latin-1.
    static func isKeyword(_ bytes: ArraySlice<UInt8>) -> Bool {
        (1...79).contains(bytes.count) && bytes.allSatisfy { (0x20...0x7E).contains($0) || $0 >= 0xA1 }
    }
}

/// White and primary colours of a `cHRM` chunk, in hundred-thousandths.
struct PNGPrimaries: Sendable, Equatable {
    private var values: [Int]

    init(_ payload: ByteReader) throws(ParseError) {
        values = []
        for index in 0..<8 { values.append(try payload.uint32(at: 4 * index)) }
    }

    /// Whether they are those of a standard, and not of a screen.
    var areCommon: Bool {
        Self.common.contains { standard in zip(values, standard).allSatisfy { abs($0 - $1) <= 200 } }
    }

    /// ITU-R BT.709, Display P3, Adobe RGB (1998), ITU-R BT.2020; x and y of white, red, green, blue.
    private static let common = [
        [31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000],
        [31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6_000],
        [31_270, 32_900, 64_000, 33_000, 21_000, 71_000, 15_000, 6_000],
        [31_270, 32_900, 70_800, 29_200, 17_000, 79_700, 13_100, 4_600],
    ]
}
