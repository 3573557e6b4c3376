internal import SecrBytes

/// The picture's header (PNG third edition, section 11.2.1).
struct PNGHeader: Sendable, Equatable {
    enum Color: Int, Sendable {
        case grey = 0, rgb = 2, palette = 3, greyAlpha = 4, rgbAlpha = 6

        var channels: Int {
            switch self {
            case .grey, .palette: 1
            case .greyAlpha: 2
            case .rgb: 3
            case .rgbAlpha: 4
            }
        }

        var depths: Set<Int> {
            switch self {
            case .grey: [1, 2, 4, 8, 16]
            case .palette: [1, 2, 4, 8]
            case .rgb, .greyAlpha, .rgbAlpha: [8, 16]
            }
        }

        var name: String {
            switch self {
            case .grey: "grey"
            case .rgb: "RGB"
            case .palette: "palette"
            case .greyAlpha: "grey with transparency"
            case .rgbAlpha: "RGB with transparency"
            }
        }
    }

    var width: Int
    var height: Int
    var depth: Int
    var color: Color
    var isInterlaced: Bool

    init(_ payload: ByteReader) throws(ParseError) {
        guard payload.count == 13 else {
            throw ParseError(.malformed, at: payload.base, "the picture header makes no sense")
        }
        width = try payload.uint32(at: 0)
        height = try payload.uint32(at: 4)
        depth = try payload.uint8(at: 8)
        guard let color = Color(rawValue: try payload.uint8(at: 9)), color.depths.contains(depth),
            (1...PNGChunk.longestPayload).contains(width), (1...PNGChunk.longestPayload).contains(height),
            try payload.uint8(at: 10) == 0, try payload.uint8(at: 11) == 0, try payload.uint8(at: 12) <= 1
        else { throw ParseError(.malformed, at: payload.base, "the picture header makes no sense") }
        self.color = color
        isInterlaced = try payload.uint8(at: 12) == 1
    }

    /// Bytes of all scanlines of a picture or frame of this size, with their filter bytes; `nil` beyond `Int`.
    func scanlineBytes(width: Int, height: Int) -> Int? {
        let passes = isInterlaced ? Self.adam7 : [Pass(left: 0, top: 0, across: 1, down: 1)]
        var total = 0
        for pass in passes {
            let columns = (width - pass.left + pass.across - 1) / pass.across
            let rows = (height - pass.top + pass.down - 1) / pass.down
            guard columns > 0, rows > 0 else { continue }
            let line = 1 + (columns * depth * color.channels + 7) / 8
            let (bytes, overflow) = line.multipliedReportingOverflow(by: rows)
            let (sum, overflows) = total.addingReportingOverflow(bytes)
            if overflow || overflows { return nil }
            total = sum
        }
        return total
    }

    private struct Pass {
        var left, top, across, down: Int
    }

    /// Section 8.1.
    private static let adam7 = [
        Pass(left: 0, top: 0, across: 8, down: 8), Pass(left: 4, top: 0, across: 8, down: 8),
        Pass(left: 0, top: 4, across: 4, down: 8), Pass(left: 2, top: 0, across: 4, down: 4),
        Pass(left: 0, top: 2, across: 2, down: 4), Pass(left: 1, top: 0, across: 2, down: 2),
        Pass(left: 0, top: 1, across: 1, down: 2),
    ]
}
