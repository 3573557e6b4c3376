import Foundation
import SecrCrypto
import SecrStream
import SecrSystem
import Synchronization
import Testing

/// What happens around the blocks: order, errors, memory. `Source` and `Sink` refuse two calls at once.
@Suite struct PipelineTests {
    static let block = 128 << 10
    /// Threads that work on one stream.
    static var width: Int { min(WorkerPool.processors, 16) }

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
        let body = sealed.dropFirst(StreamShape.headSize).prefix(3 * (Self.block + 32) + 100)
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
        #expect(Self.width == 1 || ahead > Self.block + 1, "nothing is read ahead")
    }

    /// Several streams on one line: each is whole, in its order, and none begins before the one before it was read.
    @Test func streamsFollowOneAnother() throws {
        let key = SecretBytes(random: 32)
        let sizes = [0, 1, Self.block, 3 * Self.block, 0, 0, Self.block - 1, 5 * Self.block + 1]
        let texts = sizes.enumerated().map { noise($1, UInt64($0)) }
        let (sources, sinks) = (texts.map { Source($0) }, texts.map { _ in Sink() })
        let next = Atomic(0)
        let finished = Mutex<[Int]>([])
        try StreamWriter.sealAll {
            let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
            if index > 0 { #expect(sources[index - 1].position == sizes[index - 1]) }
            if index == sizes.count { return nil }
            return StreamWriter.Stream(
                StreamWriter(.object, key: key), read: sources[index].read, write: sinks[index].write,
                finish: {
                    #expect(sinks[index].bytes.count == StreamShape.standard.sealedSize(ofPlaintext: sizes[index]))
                    finished.withLock { $0.append(index) }
                })
        }
        #expect(finished.withLock { $0 } == Array(sizes.indices))
        for (sink, text) in zip(sinks, texts) {
            #expect(try Opener.reader.open(sink.bytes, .object, .standard, key: key).plaintext == text)
        }
        // Backwards, and parts of them.
        let whole = Sink()
        let rest = Mutex(sizes.indices.filter { sizes[$0] > 1 }[...])
        try RandomAccessReader.copyAll(
            {
                guard let index = rest.withLock({ $0.popLast() }) else { return nil }
                let reader = try RandomAccessReader(CountingSource(sinks[index].bytes), .object, key: key)
                return (reader, index..<sizes[index])
            }, write: whole.write)
        #expect(whole.bytes == sizes.indices.filter { sizes[$0] > 1 }.reversed().flatMap { texts[$0].dropFirst($0) })
    }

    /// The streams in front of the one that fails are whole; of the others nothing is finished.
    @Test(arguments: 0..<4) func aStreamThatFailsEndsAll(place: Int) throws {
        let key = SecretBytes(random: 32)
        let next = Atomic(0)
        let finished = Mutex<[Int]>([])
        #expect(throws: Broken(what: "unplugged")) {
            try StreamWriter.sealAll {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                // Where the others come from is gone.
                if index == 3 && place == 3 { throw Broken(what: "unplugged") }
                let failure = index == place ? Broken(what: "unplugged") : nil
                return StreamWriter.Stream(
                    StreamWriter(.object, key: key), read: Source(noise(3 * Self.block), thenFails: failure).read,
                    write: Sink().write, finish: { finished.withLock { $0.append(index) } })
            }
        }
        #expect(finished.withLock { $0 } == Array(0..<place))
    }

    /// Streams that are sealed and opened at the same time do not meet; one reader serves many.
    @Test func manyAtOnce() throws {
        let key = SecretBytes(random: 32)
        let plaintext = noise(16 * Self.block + 9)
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
