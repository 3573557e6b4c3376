import SecrCrypto
import SecrStream
import SecrTestSupport
import Synchronization
import Testing

@Suite struct RandomAccessTests {
    static let chunk = StreamShape.paged.chunkSize
    static let sealedChunk = StreamShape.paged.sealedChunkSize

    /// What is read on all cores is the same, and damage anywhere is noticed.
    @Test func coresShareTheWork() throws {
        let key = SecretBytes(random: 32)
        let plaintext = noise(3_000_001)
        let sealed = try Sealer.short.seal(plaintext, key: key)
        let reader = try RandomAccessReader(CountingSource(sealed), .object, .paged, key: key)
        for range in [
            0..<3_000_001, 0..<0, 5..<300_000, 262_144..<524_288, 1_000_000..<3_000_001, 2_999_999..<3_000_000,
        ] {
            var bytes = [UInt8](repeating: 0, count: range.count)
            try bytes.withUnsafeMutableBytes { try reader.readOnAllCores(range, into: $0) }
            #expect(bytes == Array(plaintext[range]), "\(range)")
        }
        var damaged = sealed
        damaged[2_000_000] ^= 1
        let other = try RandomAccessReader(CountingSource(damaged), .object, .paged, key: key)
        var bytes = [UInt8](repeating: 0, count: plaintext.count)
        #expect(throws: StreamError.self) {
            try bytes.withUnsafeMutableBytes { try other.readOnAllCores(0..<plaintext.count, into: $0) }
        }
    }

    @Test func readsCostTheChunksThatTheyTouch() throws {
        let key = SecretBytes(random: 32)
        let plaintext = noise(10 * Self.chunk + 5)
        let source = CountingSource(try Sealer.short.seal(plaintext, key: key))
        let reader = try RandomAccessReader(source, .object, .paged, key: key)
        #expect(source.counted() == [2, 64 + 21], "the head and the last chunk")
        let known = try RandomAccessReader(source, .object, .paged, key: key, size: plaintext.count)
        #expect(source.counted() == [1, 64], "the head")
        let table: [(range: Range<Int>, chunks: Int)] = [
            (0..<1, 1), (1..<Self.chunk, 0), (5..<5, 0), (Self.chunk - 1..<Self.chunk + 1, 1),
            (Self.chunk..<2 * Self.chunk, 0), (3 * Self.chunk..<4 * Self.chunk, 1), (0..<3 * Self.chunk, 3),
            (9 * Self.chunk + 7..<10 * Self.chunk, 1),
        ]
        for row in table {
            #expect(try known.bytes(row.range) == Array(plaintext[row.range]))
            // Neighbours are read at once.
            #expect(source.counted() == [min(row.chunks, 1), row.chunks * Self.sealedChunk], "\(row.range)")
        }
        #expect(try known.bytes(10 * Self.chunk..<plaintext.count) == Array(plaintext.suffix(5)))
        #expect(source.counted() == [1, 21])
        #expect(try reader.bytes(plaintext.count - 1..<plaintext.count) == Array(plaintext.suffix(1)))
        #expect(source.counted() == [0, 0], "the last chunk was open already")
    }

    @Test(arguments: [StreamShape.paged, .standard], [true, false])
    func rangesAreSlices(shape: StreamShape, isKnown: Bool) throws {
        let key = SecretBytes(random: 32)
        let plaintext = noise((3 << 20) + 12_345)
        let sealed = try Sealer.writer.seal(plaintext, .object, shape, key: key)
        let reader = try RandomAccessReader(
            CountingSource(sealed), .object, shape, key: key, size: isKnown ? plaintext.count : nil)
        #expect(reader.size == plaintext.count)
        var generator = Seeded(3)
        let edges = [0, 1, shape.chunkSize, 1 << 20, 2 << 20, plaintext.count]
            .flatMap { [$0 - 1, $0, $0 + 1] }.filter { (0...plaintext.count).contains($0) }
        var ranges = edges.flatMap { from in edges.filter { $0 >= from }.map { from..<$0 } }
        for _ in 0..<40 {
            let start = Int.random(in: 0...plaintext.count, using: &generator)
            ranges.append(start..<Int.random(in: start...plaintext.count, using: &generator))
        }
        for range in ranges {
            let sink = Sink()
            try reader.copy(range, write: sink.write)
            #expect(sink.bytes == Array(plaintext[range]), "copy \(range)")
            if range.count < 200_000 { #expect(try reader.bytes(range) == Array(plaintext[range]), "read \(range)") }
        }
    }

    /// A copy reads what the range touches, once.
    @Test func copiesReadNoMoreThanTheyTouch() throws {
        let key = SecretBytes(random: 32)
        let source = CountingSource(try Sealer.writer.seal(noise(4 << 20), key: key))
        let reader = try RandomAccessReader(source, .object, .paged, key: key, size: 4 << 20)
        _ = source.counted()
        try reader.copy(Self.chunk - 1..<600 * Self.chunk + 1) { _ in }
        #expect(source.counted()[1] == 601 * Self.sealedChunk)
        try reader.copy(77..<77) { _ in Issue.record("nothing to write") }
        #expect(source.counted() == [0, 0])
    }

    @Test func theEndIsProvedBeforeAnythingLeaves() throws {
        let key = SecretBytes(random: 32)
        let plaintext = noise(3 * Self.chunk)
        let sealed = try Sealer.short.seal(plaintext, key: key)
        for chunks in 0..<3 {
            let cut = Array(sealed.prefix(StreamShape.headSize + chunks * Self.sealedChunk))
            var found: (any Error)?
            do { _ = try RandomAccessReader(CountingSource(cut), .object, .paged, key: key) } catch { found = error }
            #expect(found as? StreamError == .damaged(chunk: max(0, chunks - 1)))
        }
    }

    /// A size from an authentic place takes the place of the last chunk; a wrong one opens nothing that is wrong.
    @Test func knownSizesAreHeldAgainstTheSource() throws {
        let key = SecretBytes(random: 32)
        let plaintext = noise(3 * Self.chunk)
        let sealed = try Sealer.short.seal(plaintext, key: key)
        for size in [0, 1, plaintext.count - 1, plaintext.count + 1, 4 * Self.chunk, -1, Int.max] {
            var found: (any Error)?
            do {
                _ = try RandomAccessReader(CountingSource(sealed), .object, .paged, key: key, size: size)
            } catch {
                found = error
            }
            #expect(found as? StreamError == .damaged(chunk: 0), "\(size)")
        }
        // Whoever believes that the stream is shorter, and has it cut off there, gets no further than to that chunk.
        let cut = CountingSource(Array(sealed.prefix(StreamShape.headSize + 2 * Self.sealedChunk)))
        let reader = try RandomAccessReader(cut, .object, .paged, key: key, size: 2 * Self.chunk)
        #expect(try reader.bytes(0..<Self.chunk) == Array(plaintext.prefix(Self.chunk)))
        #expect(throws: StreamError.damaged(chunk: 1)) { try reader.bytes(Self.chunk..<Self.chunk + 1) }
        #expect(throws: StreamError.damaged(chunk: 1)) { try reader.copy(0..<2 * Self.chunk) { _ in } }
    }

    @Test func errorsOfTheSourceArePassedOn() throws {
        struct Shrunk: SealedSource {
            let inner: CountingSource
            let size: Int
            func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
                try inner.read(at: offset, into: buffer)
            }
        }
        let key = SecretBytes(random: 32)
        let sealed = try Sealer.short.seal(noise(3 * Self.chunk), key: key)
        let source = Shrunk(inner: CountingSource(Array(sealed.dropLast())), size: sealed.count)
        let reader = try RandomAccessReader(source, .object, .paged, key: key, size: 3 * Self.chunk)
        #expect(throws: Broken(what: "beyond the end")) { try reader.bytes(2 * Self.chunk..<3 * Self.chunk) }
        #expect(throws: Broken(what: "beyond the end")) { try reader.copy(0..<3 * Self.chunk) { _ in } }
        #expect(try reader.bytes(0..<1).count == 1)
    }
}
