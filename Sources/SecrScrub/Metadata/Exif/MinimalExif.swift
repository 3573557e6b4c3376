internal import SecrBytes

/// The only Exif block that is ever written: what rendering depends on, always in the same layout.
///
/// At most: orientation 2...8, and the colour space of a picture in Adobe RGB that has no ICC profile, which DCF 2.0
/// marks by the interoperability index `R03` or by a gamma; and what a policy lets a picture say of itself.
struct MinimalExif: Equatable, Sendable {
    /// 1...8; 1 is not written.
    var orientation = 1
    var color: ColorMark?
    var statement = Statement()

    struct ColorMark: Equatable, Sendable {
        /// Exif ColorSpace: 1 sRGB, 0xFFFF uncalibrated.
        var colorSpace: Int
        /// Whether the interoperability index is `R03`.
        var isAdobeRGB: Bool
        /// Gamma in hundredths, where the block gives one.
        var gamma: Int?
    }

    init() {}

    init(_ block: ExifBlock) {
        orientation = block.orientation
        color = ColorMark(block)
    }

    /// Of a JPEG segment: `Exif`, two NUL and ``tiff``.
    var payload: [UInt8]? {
        let rendering = renderingTIFF.map { Self.prefix + $0 }
        guard !statement.isEmpty, let writer = ExifWriter(rendering) else { return rendering }
        writer.add(statement)
        return writer.payload
    }

    private static let prefix = Array("Exif\0\0".utf8)

    /// A big-endian TIFF header and its directories; `nil` where nothing has to be said.
    var tiff: [UInt8]? { payload.map { Array($0.dropFirst(Self.prefix.count)) } }

    /// What rendering depends on, in up to three directories.
    private var renderingTIFF: [UInt8]? {
        if orientation == 1 && color == nil { return nil }
        var entries: [Entry] = []
        if orientation != 1 { entries.append(.short(0x0112, orientation)) }
        var tiff: [UInt8] = Array("MM".utf8) + [0, 42, 0, 0, 0, 8]
        if let color {
            let exifAt = 8 + Self.size(of: entries.count + 1)
            entries.append(.long(0x8769, exifAt))
            Self.append(entries, to: &tiff)
            tiff += color.directories(at: exifAt)
        } else {
            Self.append(entries, to: &tiff)
        }
        return tiff
    }

    fileprivate struct Entry {
        var tag: Int
        var type: Int
        var count: Int
        var value: [UInt8]

        static func short(_ tag: Int, _ value: Int) -> Entry {
            Entry(tag: tag, type: 3, count: 1, value: [UInt8(value >> 8), UInt8(value & 0xFF), 0, 0])
        }

        static func long(_ tag: Int, _ value: Int, type: Int = 4) -> Entry {
            var bytes: [UInt8] = []
            bytes.appendBigEndian32(value)
            return Entry(tag: tag, type: type, count: 1, value: bytes)
        }
    }

    /// Bytes of a directory with `count` entries.
    fileprivate static func size(of count: Int) -> Int { 2 + 12 * count + 4 }

    fileprivate static func append(_ entries: [Entry], to tiff: inout [UInt8]) {
        tiff.appendBigEndian16(entries.count)
        for entry in entries {
            tiff.appendBigEndian16(entry.tag)
            tiff.appendBigEndian16(entry.type)
            tiff.appendBigEndian32(entry.count)
            tiff += entry.value
        }
        tiff.appendBigEndian32(0)
    }
}

extension MinimalExif.ColorMark {
    fileprivate init?(_ block: ExifBlock) {
        let index = block.first(0x0001, in: .interoperability).map(block.ascii)
        let ratio = block.first(0xA500, in: .exif).map(block.rationals)?.first
        let gamma = ratio.flatMap { top, bottom in bottom > 0 && top < 1 << 24 ? (top * 100 + bottom / 2) / bottom : nil
        }
        let plausible = gamma.flatMap { (50...500).contains($0) ? $0 : nil }
        guard index == "R03" || plausible != nil else { return nil }
        colorSpace = block.first(0xA001, in: .exif).flatMap(block.integer) == 1 ? 1 : 0xFFFF
        isAdobeRGB = index == "R03"
        self.gamma = plausible
    }

    /// The Exif directory at `offset`, its gamma value, and the interoperability directory.
    fileprivate func directories(at offset: Int) -> [UInt8] {
        let count = 1 + (isAdobeRGB ? 1 : 0) + (gamma == nil ? 0 : 1)
        let behind = offset + MinimalExif.size(of: count)
        let interoperabilityAt = behind + (gamma == nil ? 0 : 8)
        var entries: [MinimalExif.Entry] = [.short(0xA001, colorSpace)]
        if isAdobeRGB { entries.append(.long(0xA005, interoperabilityAt)) }
        if gamma != nil { entries.append(.long(0xA500, behind, type: 5)) }
        var bytes: [UInt8] = []
        MinimalExif.append(entries, to: &bytes)
        if let gamma {
            bytes.appendBigEndian32(gamma)
            bytes.appendBigEndian32(100)
        }
        if isAdobeRGB {
            let index = MinimalExif.Entry(tag: 1, type: 2, count: 4, value: Array("R03".utf8) + [0])
            MinimalExif.append([index], to: &bytes)
        }
        return bytes
    }
}
