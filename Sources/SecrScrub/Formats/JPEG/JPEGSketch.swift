internal import CTurboJPEG
internal import SecrBytes

/// A picture in few grey fields: enough to tell whether two show the same.
struct JPEGSketch: Sendable {
    private var width: Double
    private var height: Double
    /// Row by row, ``edge`` of them.
    private var fields: [UInt8]

    private static let edge = Int(SECR_JPEG_SKETCH)

    /// `nil` where the picture can't be decoded.
    init?(_ source: any ByteSource, limits: Limits) {
        let input = JPEGDecoderInput(source)
        var (width, height) = (UInt32(0), UInt32(0))
        var fields = [UInt8](repeating: 0, count: Self.edge * Self.edge)
        // Safe: the input lives until the call returns, which writes as many fields as there are.
        let status = withExtendedLifetime(input) {
            unsafe secr_jpeg_sketch(input.input, limits.sketchBytes, CInt(limits.sketchScans), &width, &height, &fields)
        }
        guard status == 0 else { return nil }
        self.width = Double(width)
        self.height = Double(height)
        self.fields = fields
    }

    /// Whether this, a thumbnail, shows the same as `picture`, however it lies: editors turn the one and forget the other.
    func showsTheSame(as picture: JPEGSketch) -> Bool {
        var thumbnail = self
        for _ in 0..<4 {
            if thumbnail.isAlike(picture) { return true }
            thumbnail.turn()
        }
        return false
    }

    /// By a quarter to the right.
    private mutating func turn() {
        swap(&width, &height)
        let old = fields
        for row in 0..<Self.edge {
            for column in 0..<Self.edge {
                fields[row * Self.edge + column] = old[(Self.edge - 1 - column) * Self.edge + row]
            }
        }
    }

    /// As a whole, between bars, or cut to another shape.
    private func isAlike(_ picture: JPEGSketch) -> Bool {
        let ratio = (width / height) / (picture.width / picture.height)
        let whole = Area(across: 1, down: 1)
        // Wider than the picture: bars at the sides, or top and bottom cut off; else the other way round.
        let part = ratio > 1 ? Area(across: 1 / ratio, down: 1) : Area(across: 1, down: ratio)
        let cut = ratio > 1 ? Area(across: 1, down: 1 / ratio) : Area(across: ratio, down: 1)
        return isAlike(whole, picture, whole) || isAlike(part, picture, whole) || isAlike(whole, picture, cut)
    }

    /// A part in the middle, as shares of the whole.
    private struct Area {
        var across, down: Double
    }

    private static let samples = 16
    /// Below this two pictures have little in common; compression and sharpening change far less.
    private static let leastCorrelation = 0.8
    /// Of brightness; a picture that varies less is blank.
    private static let leastDeviation = 6.0

    private func isAlike(_ area: Area, _ other: JPEGSketch, _ otherArea: Area) -> Bool {
        let (a, b) = (sampled(area), other.sampled(otherArea))
        let count = Double(a.count)
        let (meanA, meanB) = (a.reduce(0, +) / count, b.reduce(0, +) / count)
        var (products, squaresA, squaresB) = (0.0, 0.0, 0.0)
        for (x, y) in zip(a, b) {
            products += (x - meanA) * (y - meanB)
            squaresA += (x - meanA) * (x - meanA)
            squaresB += (y - meanB) * (y - meanB)
        }
        let blank = Self.leastDeviation * Self.leastDeviation * count
        if squaresA < blank && squaresB < blank { return abs(meanA - meanB) < 40 }
        return products >= Self.leastCorrelation * (squaresA * squaresB).squareRoot()
    }

    private func sampled(_ area: Area) -> [Double] {
        func place(_ index: Int, _ share: Double) -> Int {
            let position = (1 - share) / 2 + share * (Double(index) + 0.5) / Double(Self.samples)
            return min(Self.edge - 1, max(0, Int(position * Double(Self.edge))))
        }
        return (0..<Self.samples).flatMap { row in
            (0..<Self.samples).map { column in
                Double(fields[place(row, area.down) * Self.edge + place(column, area.across)])
            }
        }
    }
}
