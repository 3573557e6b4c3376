import SecrStream
import SecrTestSupport
import Testing

/// Arithmetic of sizes, against the page and against itself.
@Suite struct ShapeTests {
    static let shapes = (12...16).compactMap { StreamShape(chunkBits: $0) }

    /// The rows of the table in secr-stream(5): plaintext, chunks, stream.
    static let workedSizes: [[Int]] = {
        guard let page = try? Repository.text("man/secr-stream.5") else { return [] }
        return page.matches(of: #/(?m)^\.It ([\d,]+) Ta ([\d,]+) Ta ([\d,]+)$/#).map { row in
            [row.1, row.2, row.3].map { Int($0.filter { $0 != "," })! }
        }
    }()

    @Test func pageHasSizes() {
        #expect(Self.workedSizes.count >= 7)
    }

    @Test(arguments: workedSizes) func sizesAreThoseOfThePage(row: [Int]) {
        #expect(StreamShape.standard.chunkCount(ofPlaintext: row[0]) == row[1])
        #expect(StreamShape.standard.sealedSize(ofPlaintext: row[0]) == row[2])
        #expect(StreamShape.standard.plaintextSize(ofSealed: row[2]) == row[0])
    }

    @Test func kindsAreThoseOfThePage() throws {
        let page = try Repository.text("man/secr-stream.5")
        let kinds = page.matches(of: #/(?m)^\.It 0x(\w\w) Ta /#).map { UInt8($0.1, radix: 16) }
        #expect(kinds == StreamKind.allCases.map(\.rawValue))
    }

    @Test func chunksAreFourToSixtyFourKibibytes() {
        for bits in [-1, 0, 11, 17, 64, 268, Int.max] { #expect(StreamShape(chunkBits: bits) == nil) }
        #expect(Self.shapes.map(\.chunkSize) == [4_096, 8_192, 16_384, 32_768, 65_536])
        #expect(Self.shapes.first == .paged && Self.shapes.last == .standard)
        #expect(Self.shapes.allSatisfy { $0.sealedChunkSize == $0.chunkSize + 16 })
    }

    /// Each size of a stream comes from one size of a plaintext, or from none.
    @Test(arguments: shapes) func sizesMapBackOrAreNone(shape: StreamShape) {
        let chunk = shape.chunkSize
        let edges = [0, 1, 2, 3, 16, 17, 1_000, 1 << 30].map { $0 * chunk }
        for size in edges.flatMap({ max(0, $0 - 40)...$0 + 40 }) {
            #expect(shape.plaintextSize(ofSealed: shape.sealedSize(ofPlaintext: size)) == size)
        }
        var expected: [Int: Int] = [:]
        for size in 0...3 * chunk { expected[64 + size + 16 * max(1, (size + chunk - 1) / chunk)] = size }
        var wrong = 0
        for sealed in 0...64 + 3 * (chunk + 16) where shape.plaintextSize(ofSealed: sealed) != expected[sealed] {
            wrong += 1
        }
        #expect(wrong == 0)
        for sealed in [-1, Int.min + 64] { #expect(shape.plaintextSize(ofSealed: sealed) == nil) }
    }

    @Test func noStreamHasASizeWithAnEmptySecondChunk() {
        for size in 65_617...65_632 { #expect(StreamShape.standard.plaintextSize(ofSealed: size) == nil) }
        #expect(StreamShape.standard.plaintextSize(ofSealed: 65_633) == 65_537)
    }
}
