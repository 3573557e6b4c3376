internal import SecrBytes

/// A parsed PNG file: its nodes, which tile the input, and what decides how it is shown.
struct PNGDocument: Sendable {
    var size: Int
    var nodes: [PNGNode]
    var header: PNGHeader
    /// The coded data of each picture and frame, by where its node begins.
    var images: [Int: PNGImageData]
    /// The animation's frames, by where their control begins.
    var frames: [Int: PNGFrameControl]
    /// `nil` where there is no profile; a failure where there is one that can't be understood.
    var icc: FoundProfile
    /// The first Exif chunk, from its TIFF header on.
    var exif: ExifBlock?
    /// Pixels across to pixels down in the same length, reduced; 1 to 1 for square ones.
    var aspect: PNGAspect
    /// The primary colours, where a chunk of their own gives them.
    var primaries: PNGPrimaries?
    /// The end chunk is missing, or lines of a picture.
    var isTruncated: Bool

    var imagesInOrder: [PNGImageData] { images.sorted { $0.key < $1.key }.map(\.value) }

    /// 1...8.
    var orientation: Int { exif?.orientation ?? 1 }
}

/// The shape of a pixel (PNG third edition, section 11.3.4.3).
struct PNGAspect: Sendable, Equatable {
    var across = 1
    var down = 1

    init() {}

    init(_ payload: ByteReader) throws(ParseError) {
        guard payload.count == 9 else {
            throw ParseError(.malformed, at: payload.base, "the resolution makes no sense")
        }
        let (x, y) = (try payload.uint32(at: 0), try payload.uint32(at: 4))
        guard x > 0, y > 0 else { return }
        (across, down) = Self.nearest(Double(x) / Double(y))
    }

    /// The ratio in small numbers; one that differs from square by less than a hundredth is the rounding of a resolution.
    private static func nearest(_ ratio: Double) -> (Int, Int) {
        if abs(ratio - 1) < 0.01 { return (1, 1) }
        var best = (across: 1, down: 1)
        var error = Double.infinity
        for down in 1...255 {
            let across = min(255, max(1, Int(min(255, (ratio * Double(down)).rounded()))))
            let distance = abs(Double(across) / Double(down) / ratio - 1)
            if distance < error - 1e-9 { (best, error) = ((across, down), distance) }
        }
        return best
    }

    var isSquare: Bool { across == down }

    /// With no unit: only the ratio is told.
    var chunk: [UInt8] {
        var payload: [UInt8] = []
        payload.appendBigEndian32(across)
        payload.appendBigEndian32(down)
        return PNGChunk.bytes("pHYs", payload + [0])
    }
}
