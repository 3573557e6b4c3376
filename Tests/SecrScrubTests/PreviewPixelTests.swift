import Foundation
import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// What previews show, as djpeg decodes them.
@Suite(.enabled(if: Run.isInstalled("djpeg") && Run.isInstalled("cjpeg"))) struct PreviewPixelTests {
    /// From the top left corner on, clockwise.
    static let corners = ["WGYB", "GWBY", "YBWG", "BYGW", "WBYG", "BWGY", "YGWB", "GYBW"]

    @Test(arguments: Array(zip(1...8, corners)), [320, 24]) func standsUpright(turn: (Int, String), edge: Int) throws {
        let bytes = try Fixture.named("orientation-\(turn.0).jpg").bytes
        let (preview, pixels) = try shown(bytes, edge: edge)
        #expect(pixels.corners == turn.1)
        #expect((preview.width, preview.height) == (turn.0 < 5 ? (48, 32) : (32, 48)))
        let scale = edge == 24 ? 2 : 1
        #expect((pixels.width * scale, pixels.height * scale) == (preview.width, preview.height))
    }

    @Test(arguments: [
        "adobe-cmyk.jpg", "adobe-ycck.jpg", "cmyk-no-adobe.jpg", "icc-cmyk.jpg", "adobe-rgb.jpg", "adobe-ycc.jpg",
        "rgb-by-ids.jpg", "progressive.jpg", "progressive-420-restart.jpg", "three-scans.jpg", "restart-420.jpg",
        "exif-thumbnail-other.jpg", "gainmap-iso.jpg", "mpf-preview.jpg",
    ])
    func coloursAreRight(file: String) throws {
        #expect(try shown(Fixture.named(file).bytes).pixels.corners == "WGYB")
    }

    @Test func greyStaysGrey() throws {
        let pixels = try shown(Fixture.named("grey.jpg").bytes).pixels
        #expect(pixels.channels == 1)
        #expect(pixels[1, 1][0] > 200 && pixels[1, 14][0] < 120)
    }

    static let sizes: [(width: Int, height: Int, edge: Int, across: Int, down: Int)] = [
        (1_000, 700, 320, 320, 224), (700, 1_000, 320, 224, 320), (333, 321, 320, 320, 308), (320, 10, 320, 320, 10),
        (319, 200, 320, 319, 200), (2_561, 1_923, 100, 100, 75), (3_000, 8, 320, 320, 1), (1, 2_000, 320, 1, 320),
        (1_500, 1_500, 16, 16, 16), (64, 64, 1, 1, 1), (1, 1, 320, 1, 1), (2_000, 1_000, 5_000, 1_024, 512),
    ]

    /// Each pixel is the mean of what it stands for: of a picture that gets redder to the right and greener to the bottom.
    @Test(arguments: sizes, [[], ["-progressive"], ["-sample", "1x1"]])
    func showsTheWholePicture(_ size: (width: Int, height: Int, edge: Int, across: Int, down: Int), coding: [String])
        throws
    {
        let bytes = try coded(size.width, size.height, coding) { x, y in
            [shade(x, of: size.width), shade(y, of: size.height), 128]
        }
        let (preview, pixels) = try shown(bytes, edge: size.edge, bytes: 200_000)
        #expect((preview.width, preview.height) == (size.width, size.height))
        #expect((pixels.width, pixels.height) == (size.across, size.down))
        var (worst, sums) = (0, [0, 0, 0])
        for y in 0..<pixels.height {
            for x in 0..<pixels.width {
                let expected = [shade(x, of: pixels.width), shade(y, of: pixels.height), 128]
                for channel in 0..<3 {
                    let difference = Int(pixels[x, y][channel]) - Int(expected[channel])
                    worst = max(worst, abs(difference))
                    sums[channel] += difference
                }
            }
        }
        let count = Double(pixels.width * pixels.height)
        #expect(worst <= 20)
        // In the smaller ones, a pixel to the side is more than that.
        #expect(sums.allSatisfy { abs(Double($0) / count) <= 1 })
    }

    /// In the middle of a pixel.
    private func shade(_ place: Int, of count: Int) -> UInt8 { UInt8(255 * (2 * place + 1) / (2 * count)) }

    /// What can't be compressed gets smaller.
    @Test func noiseFits() throws {
        var random = Seeded(7)
        let bytes = try coded(640, 480) { _, _ in random.bytes(3) }
        let (preview, pixels) = try shown(bytes)
        #expect(preview.jpeg.count <= PicturePreview.usualBytes && preview.jpeg.count > 6_000)
        #expect((preview.width, preview.height) == (640, 480))
        #expect(pixels.width < 320 && pixels.width >= 120 && abs(pixels.width * 3 - pixels.height * 4) <= 3)
    }

    private func shown(
        _ bytes: [UInt8], edge: Int = PicturePreview.usualEdge, bytes most: Int = PicturePreview.usualBytes
    ) throws -> (preview: PicturePreview, pixels: Pixels) {
        let preview = try #require(Scrubber().preview(of: MemorySource(bytes), edge: edge, bytes: most))
        let run = try Run.program("djpeg", ["-pnm"], input: preview.jpeg)
        #expect(run.status == 0, "\(run.errors)")
        return (preview, try #require(Pixels(run.output)))
    }

    private func coded(
        _ width: Int, _ height: Int, _ arguments: [String] = [], color: (Int, Int) -> [UInt8]
    ) throws -> [UInt8] {
        var picture = Array("P6 \(width) \(height) 255\n".utf8)
        for y in 0..<height {
            for x in 0..<width { picture += color(x, y) }
        }
        let run = try Run.program("cjpeg", ["-quality", "95"] + arguments, input: picture)
        #expect(run.status == 0, "\(run.errors)")
        return run.output
    }
}

/// A decoded picture.
private struct Pixels {
    var width, height, channels: Int
    private var samples: [UInt8]

    /// - Parameter file: a binary PGM or PPM.
    init?(_ file: [UInt8]) {
        let fields = file.prefix(40).split(maxSplits: 4) { $0 == 10 || $0 == 32 }.prefix(4)
        guard fields.count == 4, let width = Int(String(decoding: fields[1], as: UTF8.self)),
            let height = Int(String(decoding: fields[2], as: UTF8.self))
        else { return nil }
        (self.width, self.height, channels) = (width, height, fields[0].last == UInt8(ascii: "6") ? 3 : 1)
        samples = Array(file[(fields[3].endIndex + 1)...])
        guard samples.count == width * height * channels else { return nil }
    }

    subscript(x: Int, y: Int) -> [UInt8] {
        let start = (y * width + x) * channels
        return Array(samples[start..<start + channels])
    }

    /// White, red, green, blue or yellow, from the top left corner on, clockwise.
    var corners: String {
        let (right, bottom) = (width - 2, height - 2)
        return [(1, 1), (right, 1), (right, bottom), (1, bottom)].map { name(self[$0.0, $0.1].map(Int.init)) }.joined()
    }

    private func name(_ color: [Int]) -> String {
        guard color.count == 3 else { return "?" }
        let (red, green, blue) = (color[0], color[1], color[2])
        if min(red, green, blue) > 190 { return "W" }
        if min(red, green) > blue + 40 { return "Y" }
        if red > max(green, blue) + 30 { return "R" }
        if green > max(red, blue) + 30 { return "G" }
        return blue > max(red, green) + 30 ? "B" : "?"
    }
}

/// Previews of real pictures, where they are at hand.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["SECR_CORPUS"] != nil, "SECR_CORPUS is not set"))
struct PreviewCorpusTests {
    static let files: [URL] = {
        guard let corpus = ProcessInfo.processInfo.environment["SECR_CORPUS"] else { return [] }
        let folder = URL(filePath: corpus).appending(path: "jpg")
        let all = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return (all ?? []).sorted { $0.path < $1.path }
    }()

    /// All that djpeg can decode.
    @Test(.enabled(if: Run.isInstalled("djpeg")), arguments: files) func everyPictureHasOne(file: URL) throws {
        let bytes = Array(try Data(contentsOf: file))
        let judge = try Run.program("djpeg", ["-pnm", file.path])
        let preview = Scrubber().preview(of: MemorySource(bytes))
        // Even if it says that what comes behind the last row makes no sense.
        #expect((preview != nil) == (Pixels(judge.output) != nil), "\(judge.errors)")
        guard let preview else { return }
        #expect(preview.jpeg.count <= PicturePreview.usualBytes)
        let again = try #require(Scrubber().preview(of: MemorySource(preview.jpeg)))
        #expect(max(again.width, again.height) == min(PicturePreview.usualEdge, max(preview.width, preview.height)))
        #expect(abs(again.width * preview.height - again.height * preview.width) <= max(preview.width, preview.height))
    }
}
