import Foundation
import SecrCrypto
import SecrStream
import SecrSystem
import Synchronization
import Testing

/// What happens around the blocks: order, errors, memory. `Source` and `Sink` refuse two calls at once.
@Suite struct PipelineTests {
    static let block = 1 << 20
    /// Threads that work on one stream.
    static var width: Int { min(WorkerPool.processors + 1, 16) }

    @Test func aSourceThatFailsEndsTheWork() throws {
        let key = SecretBytes(random: 32)
        let plaintext = noise(6 * Self.block + 3)
        for good in [0, 1, Self.block, Self.block + 1, 4 * Self.block + 77] {
            let source = Source(Array(plaintext.prefix(good)), thenFails: Broken(what: "unplugged"))
            let sink = Sink()
            #expect(throws: Broken(what: "unplugged")) {
                try StreamWriter(.object, key: key).seal(read: source.read, write: sink.write)
            }
            // No stream that was cut off by an error passes for a whole one.
            let outcome = try Opener.reader.open(sink.bytes, .object, .standard, key: key)
            #expect(outcome.error != nil && plaintext.starts(with: outcome.plaintext))
            #expect(sink.bytes.count <= StreamShape.standard.sealedSize(ofPlaintext: good))
        }
    }

    @Test func whatIsReadBeforeASourceFailsIsOpened() throws {
        let key = SecretBytes(random: 32)
        let plaintext = noise(6 * Self.block)
        let sealed = try Sealer.writer.seal(plaintext, .object, .standard, key: key)
        let body = sealed.dropFirst(StreamShape.headSize).prefix(3 * (Self.block + 256) + 100)
        let reader = try StreamReader(Array(sealed.prefix(StreamShape.headSize)), .object, key: key)
        let sink = Sink()
        #expect(throws: Broken(what: "unplugged")) {
            try reader.open(
                read: Source(Array(body), thenFails: Broken(what: "unplugged")).read, write: sink.write)
        }
        #expect(sink.bytes == Array(plaintext.prefix(3 * Self.block)))
    }

    /// `Sink` ends the process where it is called again after its error.
    @Test func aSinkThatFailsEndsTheWork() throws {
        let key = SecretBytes(random: 32)
        let plaintext = noise(20 * Self.block)
        let sealed = try Sealer.writer.seal(plaintext, .object, .standard, key: key)
        for room in [0, 63, 64, Self.block, 3 * Self.block + 5] {
            let source = Source(plaintext)
            let sink = Sink(room: room)
            #expect(throws: Broken(what: "full")) {
                try StreamWriter(.object, key: key).seal(read: source.read, write: sink.write)
            }
            #expect(source.position <= room + (Self.width + 2) * (Self.block + 1), "it reads on after the error")
            let target = Sink(room: room)
            let reader = try StreamReader(Array(sealed.prefix(StreamShape.headSize)), .object, key: key)
            #expect(throws: Broken(what: "full")) {
                try reader.open(
                    read: Source(Array(sealed.dropFirst(StreamShape.headSize))).read, write: target.write)
            }
            #expect(target.bytes == Array(plaintext.prefix(room / Self.block * Self.block)))
        }
    }

    /// However slow the sink is, no more is read than the workers can hold.
    @Test func readAheadIsBounded() throws {
        let key = SecretBytes(random: 32)
        let source = Source(noise(24 * Self.block))
        let furthest = Atomic<Int>(0)
        let sink = Sink { written in
            if written == 0 { return }
            Thread.sleep(forTimeInterval: 0.01)
            let chunks = (written - StreamShape.headSize) / StreamShape.standard.sealedChunkSize
            furthest.max(source.position - chunks * StreamShape.standard.chunkSize, ordering: .relaxed)
        }
        try StreamWriter(.object, key: key).seal(read: source.read, write: sink.write)
        let ahead = furthest.load(ordering: .relaxed)
        #expect(ahead <= Self.width * Self.block + 1, "\(ahead) bytes ahead")
        #expect(ahead > Self.block + 1, "nothing is read ahead")
    }

    /// Streams that are sealed and opened at the same time do not meet; one reader serves many.
    @Test func manyAtOnce() throws {
        let key = SecretBytes(random: 32)
        let plaintext = noise(2 * Self.block + 9)
        let sealed = try Sealer.writer.seal(plaintext, .object, .standard, key: key)
        let shared = try RandomAccessReader(CountingSource(sealed), .object, key: key)
        let reader = try StreamReader(Array(sealed.prefix(StreamShape.headSize)), .object, key: key)
        let right = Atomic<Int>(0)
        WorkerPool.forEach(32, width: 8) { index in
            let sink = Sink()
            let isRight =
                switch index % 4 {
                case 0:
                    (try? reader.open(read: Source(Array(sealed.dropFirst(64))).read, write: sink.write)) != nil
                        && sink.bytes == plaintext
                case 1:
                    (try? StreamWriter(.object, key: key).seal(read: Source(plaintext).read, write: sink.write)) != nil
                        && sink.bytes.count == sealed.count
                case 2:
                    (try? shared.copy(index..<plaintext.count, write: sink.write)) != nil
                        && sink.bytes == Array(plaintext.dropFirst(index))
                default:
                    (0..<200).allSatisfy { step in
                        let start = step * 10_007
                        return (try? shared.bytes(start..<start + 99)) == Array(plaintext[start..<start + 99])
                    }
                }
            if isRight { right.add(1, ordering: .relaxed) }
        }
        #expect(right.load(ordering: .relaxed) == 32)
    }
}
