import SecrCrypto
import SecrStream
import Testing

/// Whatever is changed is noticed, and what was handed out before is right.
@Suite struct TamperingTests {
    static let chunk = StreamShape.paged.chunkSize
    static let sealedChunk = StreamShape.paged.sealedChunkSize
    static let head = StreamShape.headSize

    /// Opens in every way; none may accept, and none may hand out anything but a prefix of `plaintext`.
    private func expectRefusal(
        of sealed: [UInt8], plaintext: [UInt8], error: StreamError? = nil, key: borrowing SecretBytes,
        by openers: [Opener] = Opener.allCases, _ what: String, at location: SourceLocation = #_sourceLocation
    ) throws {
        for opener in openers {
            let outcome = try opener.open(sealed, key: key)
            #expect(outcome.error != nil, "\(opener) accepts: \(what)", sourceLocation: location)
            if let error { #expect(outcome.error == error, "\(opener): \(what)", sourceLocation: location) }
            #expect(
                plaintext.starts(with: outcome.plaintext), "\(opener) hands out what is wrong: \(what)",
                sourceLocation: location)
        }
    }

    @Test func eachBitCounts() throws {
        let key = SecretBytes(random: 32)
        let plaintext = noise(3)
        let sealed = try Sealer.short.seal(plaintext, key: key)
        for bit in 0..<8 * sealed.count {
            var changed = sealed
            changed[bit / 8] ^= 1 << (bit % 8)
            let error: StreamError = bit < 8 * Self.head ? .wrongKey : .damaged(chunk: 0)
            try expectRefusal(of: changed, plaintext: [], error: error, key: key, "bit \(bit)")
        }
    }

    @Test func eachChunkCountsAndIsNamed() throws {
        let key = SecretBytes(random: 32)
        let plaintext = noise(300 * Self.chunk + 9)
        let sealed = try Sealer.writer.seal(plaintext, key: key)
        // In blocks of 32 chunks, at their edges, and in the last chunk, which is short.
        for index in [0, 1, 31, 32, 255, 256, 299, 300] {
            let start = Self.head + index * Self.sealedChunk
            let end = min(start + Self.sealedChunk, sealed.count)
            for place in [start, (start + end) / 2, end - 17, end - 16, end - 1] {
                var changed = sealed
                changed[place] ^= 0x40
                try expectRefusal(
                    of: changed, plaintext: plaintext, error: .damaged(chunk: index), key: key,
                    by: [.reader, .short, .randomRead, .randomCopy], "chunk \(index), byte \(place)")
            }
        }
    }

    @Test func eachTruncationIsNoticed() throws {
        let key = SecretBytes(random: 32)
        for size in [0, 1, Self.chunk, Self.chunk + 1] {
            let plaintext = noise(size)
            let sealed = try Sealer.short.seal(plaintext, key: key)
            let edges = Set([0, 48, 64, 80, Self.head + Self.sealedChunk, sealed.count].flatMap { $0 - 18...$0 + 18 })
            for count in 0..<sealed.count {
                let openers: [Opener] = edges.contains(count) ? Opener.allCases : [.short]
                try expectRefusal(
                    of: Array(sealed.prefix(count)), plaintext: plaintext, key: key, by: openers,
                    "\(count) of \(sealed.count) bytes")
            }
        }
    }

    @Test func whatStandsBehindTheEndIsNoticed() throws {
        let key = SecretBytes(random: 32)
        for size in [0, 1, Self.chunk - 1, Self.chunk, Self.chunk + 1, 256 * Self.chunk] {
            let plaintext = noise(size)
            let sealed = try Sealer.short.seal(plaintext, key: key)
            for extra in [1, 15, 16, 17, 32, Self.sealedChunk, Self.sealedChunk + 1] {
                for tail in [[UInt8](repeating: 0, count: extra), Array(sealed.suffix(extra))] {
                    try expectRefusal(
                        of: sealed + tail, plaintext: plaintext, key: key, "\(extra) bytes behind \(size)")
                }
            }
        }
    }

    /// A stream, taken apart.
    private struct Parts {
        var head: [UInt8]
        var chunks: [[UInt8]]

        init(_ sealed: [UInt8]) {
            head = Array(sealed.prefix(TamperingTests.head))
            chunks = stride(from: head.count, to: sealed.count, by: TamperingTests.sealedChunk).map {
                Array(sealed[$0..<min($0 + TamperingTests.sealedChunk, sealed.count)])
            }
        }

        func with(_ chunks: [[UInt8]]) -> [UInt8] { head + chunks.flatMap(\.self) }
    }

    @Test func chunksStayInTheirPlacesAndStreams() throws {
        let key = SecretBytes(random: 32)
        let salt = noise(32, 7)
        // Of whole chunks, so that nothing but the marks could tell where a stream ends.
        let plaintext = noise(4 * Self.chunk)
        func parts(_ plaintext: [UInt8], salt: [UInt8]) -> Parts {
            Parts(ShortStream.seal(plaintext, .object, .paged, key: key, salt: salt))
        }
        let stream = parts(plaintext, salt: salt)
        let other = parts(plaintext, salt: noise(32, 8))
        // The same salt never comes twice. If it did, marks and numbers would still tell streams apart.
        let shorter = parts(Array(plaintext.prefix(2 * Self.chunk)), salt: salt)
        let longer = parts(plaintext + noise(Self.chunk, 9), salt: salt)
        let empty = parts([], salt: salt)
        let c = stream.chunks
        let table: [(what: String, chunks: [[UInt8]])] = [
            ("two swapped", [c[0], c[2], c[1], c[3]]), ("the first two swapped", [c[1], c[0], c[2], c[3]]),
            ("one twice", [c[0], c[1], c[1], c[2], c[3]]), ("one twice, one missing", [c[0], c[1], c[1], c[3]]),
            ("the first missing", [c[1], c[2], c[3]]), ("one missing", [c[0], c[2], c[3]]),
            ("the last missing", [c[0], c[1], c[2]]), ("all but the last missing", [c[3]]), ("no chunks", []),
            ("the last in front", [c[3], c[0], c[1], c[2]]), ("the last twice", c + [c[3]]),
            ("one of another stream", [c[0], other.chunks[1], c[2], c[3]]),
            ("the last of another stream", [c[0], c[1], c[2], other.chunks[3]]),
            ("all of another stream", other.chunks),
            ("a last chunk in the middle", [c[0], shorter.chunks[1], c[2], c[3]]),
            ("a last chunk, and another stream's", shorter.chunks + other.chunks),
            ("no last chunk", Array(longer.chunks.prefix(4))),
            ("an empty last chunk", Array(longer.chunks.prefix(4)) + empty.chunks),
            ("a short chunk in the middle", [c[0], Array(c[1].dropLast()), c[2], c[3]]),
            ("an empty chunk in front", empty.chunks + c),
        ]
        #expect(try Opener.short.open(stream.with(c), key: key).plaintext == plaintext)
        for row in table {
            try expectRefusal(of: stream.with(row.chunks), plaintext: plaintext, key: key, row.what)
        }
        // And under the other's head, which fits none of these chunks.
        try expectRefusal(of: other.with(c), plaintext: [], key: key, "another head")
    }

    /// By somebody who has the key and does not keep to the page: authentic, and refused all the same, at the edge of a block
    /// as elsewhere. With a byte in it, such a chunk is a good one.
    @Test(arguments: [1, 4, 32, 256]) func anEmptyLastChunkBehindOthersIsRefused(count: Int) throws {
        let key = SecretBytes(random: 32)
        let salt = noise(32, 7)
        let plaintext = noise(count * Self.chunk + 1)
        let longer = ShortStream.seal(plaintext, .object, .paged, key: key, salt: salt)
        let body = longer.prefix(Self.head + count * Self.sealedChunk)
        let context = Array("secr-stream".utf8) + [0, 1, StreamKind.object.rawValue, 12, 0]
        let keys = HKDF.expand(HKDF.extract(salt: salt, key: key), info: context, count: 80)
        let nonce =
            keys.withBytes { Array($0[32..<48]) } + [0, 0, 0, 0, 0, 0] + [
                UInt8(count >> 7), UInt8(2 * count & 255 | 1),
            ]
        func ending(_ piece: [UInt8]) -> [UInt8] {
            body + XChaCha20Poly1305.seal(piece, nonce: nonce, key: keys.part(0..<32))
        }
        #expect(ending(Array(plaintext.suffix(1))) == longer)
        try expectRefusal(of: ending([]), plaintext: plaintext, key: key, "an empty last chunk")
    }

    /// What was written before an error ends where a block does, and nothing of it is wrong.
    @Test func damageLateInALongStreamComesAfterRightBytes() throws {
        let key = SecretBytes(random: 32)
        let plaintext = noise(6 << 20)
        var sealed = try Sealer.writer.seal(plaintext, key: key)
        sealed[sealed.count - 1] ^= 1
        let outcome = try Opener.reader.open(sealed, key: key)
        #expect(outcome.error == .damaged(chunk: plaintext.count / Self.chunk - 1))
        #expect(
            outcome.plaintext.count == plaintext.count - PipelineTests.block
                && plaintext.starts(with: outcome.plaintext))
    }
}
