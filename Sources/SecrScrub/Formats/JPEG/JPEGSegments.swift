internal import SecrBytes

/// The JFIF header (ITU-T T.871): its presence decides colours, its numbers the shape of a pixel.
struct JFIFHeader: Equatable, Sendable {
    /// Width to height of a pixel's density, reduced; 1:1 for square pixels.
    var horizontal: Int
    var vertical: Int

    static let signature: StaticString = "JFIF\0"
    /// Shorter ones are not taken for JFIF (libjpeg-turbo `jdmarker.c`).
    static let minimumLength = 14

    init?(_ payload: [UInt8]) {
        guard payload.count >= Self.minimumLength, payload.hasPrefix(Self.signature) else { return nil }
        let x = Int(payload[8]) << 8 | Int(payload[9])
        let y = Int(payload[10]) << 8 | Int(payload[11])
        let divisor = greatestCommonDivisor(x, y)
        (horizontal, vertical) = x > 0 && y > 0 ? (x / divisor, y / divisor) : (1, 1)
    }

    mutating func makeSquare() { (horizontal, vertical) = (1, 1) }

    mutating func transpose() { swap(&horizontal, &vertical) }

    /// Version 1.01, no unit, the aspect ratio alone, no thumbnail.
    var payload: [UInt8] {
        var bytes = Array("JFIF".utf8) + [0, 1, 1, 0]
        bytes.appendBigEndian16(horizontal)
        bytes.appendBigEndian16(vertical)
        return bytes + [0, 0]
    }
}

private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? max(a, 1) : greatestCommonDivisor(b, a % b)
}

/// The Adobe marker (ITU-T T.872): which colour transform the encoder applied.
struct AdobeMarker: Equatable, Sendable {
    var transform: UInt8

    static let minimumLength = 12

    init?(_ payload: [UInt8]) {
        guard payload.count >= Self.minimumLength, payload.hasPrefix("Adobe") else { return nil }
        transform = payload[11]
    }

    /// Version 100, no flags.
    var payload: [UInt8] { Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, transform] }
}

/// The frame header (T.81, B.2.2).
struct JPEGFrame: Equatable, Sendable {
    struct Component: Equatable, Sendable {
        var id: UInt8
        var horizontalSampling: Int
        var verticalSampling: Int
        var quantizationTable: UInt8
    }

    var marker: UInt8
    /// 0 where a DNL segment gives it.
    var height: Int
    var width: Int
    var components: [Component]

    init(marker: UInt8, _ segment: ByteReader) throws(ParseError) {
        self.marker = marker
        height = try segment.uint16(at: 1)
        width = try segment.uint16(at: 3)
        let count = try segment.uint8(at: 5)
        guard count > 0, segment.count == 6 + 3 * count, width > 0 else {
            throw ParseError(.malformed, at: segment.base, "the frame header makes no sense")
        }
        components = (0..<count).map { index in
            let field = segment.bytes[6 + 3 * index..<9 + 3 * index]
            return Component(
                id: field[field.startIndex], horizontalSampling: Int(field[field.startIndex + 1] >> 4),
                verticalSampling: Int(field[field.startIndex + 1] & 15), quantizationTable: field[field.startIndex + 2])
        }
        guard
            components.allSatisfy({ (1...4).contains($0.horizontalSampling) && (1...4).contains($0.verticalSampling) })
        else {
            throw ParseError(.malformed, at: segment.base, "the frame header makes no sense")
        }
    }

    var isProgressive: Bool { [0xC2, 0xCA].contains(marker) }
    var isLossless: Bool { [0xC3, 0xCB].contains(marker) }
    /// Differential frames belong to hierarchical files, which no reader in use decodes.
    var isHierarchical: Bool { [0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF].contains(marker) }
}

/// The scan header (T.81, B.2.3).
struct JPEGScanHeader: Equatable, Sendable {
    struct Component: Equatable, Sendable {
        var id: UInt8
        var dcTable: UInt8
        var acTable: UInt8
    }

    var components: [Component]

    init(_ segment: ByteReader, frame: JPEGFrame) throws(ParseError) {
        let count = try segment.uint8(at: 0)
        guard (1...4).contains(count), segment.count == 4 + 2 * count else {
            throw ParseError(.malformed, at: segment.base, "a scan header makes no sense")
        }
        components = (0..<count).map { index in
            let tables = segment.bytes[2 + 2 * index]
            return Component(id: segment.bytes[1 + 2 * index], dcTable: tables >> 4, acTable: tables & 15)
        }
        for component in components where !frame.components.contains(where: { $0.id == component.id }) {
            throw ParseError(.malformed, at: segment.base, "a scan of a component that the frame does not have")
        }
    }
}

/// What decides colours before any profile does, exactly as libjpeg-turbo decides it (`jdapimin.c`,
/// `default_decompress_parms`): equal values are shown alike.
struct JPEGColorDecision: Equatable, Sendable {
    var hasJFIF: Bool
    var adobeTransform: UInt8?
    var componentIDs: [UInt8]

    /// The name of the colour space that follows.
    var colorSpace: String {
        switch componentIDs.count {
        case 1: return "grey"
        case 3:
            if hasJFIF { return "YCbCr" }
            if let adobeTransform { return adobeTransform == 0 ? "RGB" : "YCbCr" }
            return componentIDs == Array("RGB".utf8) ? "RGB" : "YCbCr"
        case 4: return adobeTransform == nil || adobeTransform == 0 ? "CMYK" : "YCCK"
        default: return "\(componentIDs.count) components"
        }
    }
}
