import SecrBytes
import SecrScrub
import SecrTestSupport
import Testing

/// Small copies of pictures.
@Suite struct PreviewTests {
    static let decodable = Fixture.jpeg.filter(\.decodable)

    private func made(_ bytes: [UInt8], edge: Int = 320, bytes most: Int = 12_288) -> PicturePreview? {
        Scrubber().preview(of: MemorySource(bytes), edge: edge, bytes: most)
    }

    /// The markers of a JPEG file up to its coded data.
    private func markers(_ jpeg: [UInt8]) -> [UInt8] {
        var (markers, at): ([UInt8], Int) = ([], 2)
        while at + 4 <= jpeg.count, jpeg[at] == 0xFF, markers.last != 0xDA {
            markers.append(jpeg[at + 1])
            at += 2 + Int(jpeg[at + 2]) << 8 + Int(jpeg[at + 3])
        }
        return markers
    }

    @Test(arguments: decodable) func everyPictureHasOne(fixture: Fixture) throws {
        let preview = try #require(try made(fixture.bytes))
        #expect(preview.jpeg.count <= 12_288)
        #expect(preview.jpeg.starts(with: [0xFF, 0xD8]) && preview.jpeg.suffix(2) == [0xFF, 0xD9])
        // JFIF is all that stands beside the tables.
        let inside = markers(preview.jpeg)
        #expect(inside.first == 0xE0 && inside.last == 0xDA)
        #expect(Set(inside).subtracting([0xE0, 0xDB, 0xC0, 0xC4, 0xDA]) == [])
        #expect(
            Array(preview.jpeg[2..<20]) == [0xFF, 0xE0, 0, 16] + Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0])
        for token in fixture.drop ?? [] { #expect(!preview.jpeg.contains(canary: token.bytes), "\(token.row)") }
        #expect(try Scrubber().inspect(MemorySource(preview.jpeg)).findings.isClean)
        #expect(made(try fixture.scrubbed()) == preview)
    }

    @Test func sizesAreThoseOfTheWholePicture() throws {
        let turned = try #require(try made(Fixture.named("holiday.jpg").bytes, edge: 40))
        #expect((turned.width, turned.height) == (112, 160))
        let whole = try #require(try made(Fixture.named("orientation-1.jpg").bytes))
        #expect((whole.width, whole.height) == (48, 32))
    }

    @Test func aPreviewOfAPreviewIsUpright() throws {
        let first = try #require(try made(Fixture.named("orientation-6.jpg").bytes))
        let second = try #require(made(first.jpeg))
        #expect((first.width, first.height) == (32, 48) && (second.width, second.height) == (32, 48))
    }

    @Test(arguments: ["alpha.heic", "everything.png", "hostile/gif.jpg", "hostile/empty.jpg", "dnl-height.jpg"])
    func othersHaveNone(file: String) throws {
        #expect(try made(Fixture.named(file).bytes) == nil)
    }

    @Test func whatCanNotBeReadHasNone() throws {
        let picture = try Fixture.named("holiday.jpg").bytes
        // So that the decoder has read half of the coded picture when it asks for the rest.
        let scan = try #require(picture.lastOffset(of: [0xFF, 0xDA]))
        let comment = Segments.segment(0xFE, [UInt8](repeating: 32, count: 65_536 - scan - 500))
        let bytes = Segments.inserting(comment, in: picture)
        #expect(made(Array(bytes.prefix(65_536))) != nil)
        #expect(Scrubber().preview(of: FailingSource(bytes, from: bytes.count)) != nil)
        #expect(Scrubber().preview(of: FailingSource(bytes, from: 65_536)) == nil)
        #expect(Scrubber().preview(of: FailingSource(bytes, from: 0)) == nil)
    }

    @Test(arguments: [-1, 0]) func nothingFitsIntoNothing(none: Int) throws {
        let bytes = try Fixture.named("holiday.jpg").bytes
        #expect(made(bytes, edge: none) == nil)
        #expect(made(bytes, bytes: none) == nil)
        #expect(made(bytes, edge: .max, bytes: .max) != nil)
    }

    @Test func lessRoomMakesItSmaller() throws {
        let bytes = try Fixture.named("holiday.jpg").bytes
        var last = Int.max
        for room in [4_000, 2_000, 1_000, 800] {
            let preview = try #require(made(bytes, bytes: room))
            #expect(preview.jpeg.count <= room && preview.jpeg.count <= last)
            #expect((preview.width, preview.height) == (112, 160))
            last = preview.jpeg.count
        }
        #expect(made(bytes, bytes: 300) == nil)
    }

    /// What is there is shown, and it takes no more room.
    @Test(arguments: ["holiday.jpg", "progressive-420-restart.jpg", "adobe-ycck.jpg"]) func cutOffAnywhere(file: String)
        throws
    {
        let bytes = try Fixture.named(file).bytes
        var count = 0
        for cut in Seeded.cuts(of: bytes.count) {
            guard let preview = made(Array(bytes.prefix(cut))) else { continue }
            #expect(preview.jpeg.count <= 12_288)
            count += 1
        }
        #expect(count > 3)
    }

    @Test(arguments: decodable) func damagedAnywhere(fixture: Fixture) throws {
        let bytes = try fixture.bytes
        let others = try ["progressive.jpg", "adobe-ycck.jpg", "orientation-5.jpg"].map { try Fixture.named($0).bytes }
        var random = Seeded(UInt64(bytes.count))
        for _ in 0..<60 {
            guard let preview = made(random.mutated(bytes, others), edge: 1 + random.below(64)) else { continue }
            #expect(preview.jpeg.count <= 12_288)
        }
    }

    @Test(arguments: Fixture.hostile.filter { $0.format == .jpeg }) func hostileFilesDoNoHarm(fixture: Fixture) throws {
        let preview = try made(fixture.bytes)
        #expect(preview.map { $0.jpeg.count <= 12_288 } ?? true)
    }

    /// A few hundred bytes that claim to be more than four thousand million pixels.
    @Test(.timeLimit(.minutes(1)), arguments: ["progressive.jpg", "subsampled-420.jpg", "grey.jpg", "adobe-cmyk.jpg"])
    func bombsAreRefused(file: String) throws {
        let bytes = try Fixture.named(file).bytes
        #expect(try made(resized(bytes, to: 65_500)) == nil)
        // The size alone is no reason to refuse it.
        #expect(try made(resized(bytes, to: 500)) != nil)
    }

    /// All of a progressive picture has to be in memory, and of others a few rows.
    @Test(
        .timeLimit(.minutes(1)), arguments: [("progressive.jpg", 65_500, false), ("subsampled-420.jpg", 4_000, true)])
    func memoryIsBounded(file: String, edge: Int, fits: Bool) throws {
        let bytes = try resized(Fixture.named(file).bytes, to: edge)
        var scrubber = Scrubber()
        scrubber.limits.previewPixels = .max
        if fits { scrubber.limits.previewBytes = 1 << 20 }
        #expect((scrubber.preview(of: MemorySource(bytes)) != nil) == fits)
    }

    @Test(.timeLimit(.minutes(1))) func scansAreCounted() throws {
        let bytes = try resized(Fixture.named("progressive.jpg").bytes, to: 1_000)
        let scan = try #require(bytes.lastOffset(of: [0xFF, 0xC4]))
        let again = Array(bytes[scan..<bytes.count - 2])
        func with(_ count: Int) -> [UInt8] {
            bytes.dropLast(2) + Array(repeating: again, count: count).joined() + [0xFF, 0xD9]
        }
        #expect(made(with(20)) != nil)
        #expect(made(with(40)) == nil)
    }

    /// The same picture, as its frame header claims, in another size.
    private func resized(_ bytes: [UInt8], to edge: Int) throws -> [UInt8] {
        let frame = try #require([0xC0, 0xC2].lazy.compactMap { bytes.firstOffset(of: [0xFF, $0]) }.first)
        var bytes = bytes
        let side = [UInt8(edge >> 8), UInt8(edge & 0xFF)]
        bytes.replaceSubrange(frame + 5..<frame + 9, with: side + side)
        return bytes
    }
}

/// Bytes of which those from a place on can't be read.
private struct FailingSource: ByteSource {
    private let memory: MemorySource
    private let end: Int
    var size: Int { memory.size }

    init(_ bytes: [UInt8], from end: Int) {
        memory = MemorySource(bytes)
        self.end = end
    }

    func read(_ range: Range<Int>, into buffer: inout [UInt8]) throws(ByteSourceError) {
        guard range.upperBound <= end else { throw ByteSourceError("gone") }
        try memory.read(range, into: &buffer)
    }
}

extension [UInt8] {
    fileprivate func lastOffset(of bytes: [UInt8]) -> Int? {
        indices.last { self[$0...].starts(with: bytes) }
    }
}
