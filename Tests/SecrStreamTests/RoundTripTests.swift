import SecrCrypto
import SecrStream
import Testing

@Suite struct RoundTripTests {
    static let block = 128 << 10

    /// Around chunks and blocks, and far beyond what the workers hold.
    static func sizes(_ shape: StreamShape) -> [Int] {
        let chunk = shape.chunkSize
        let edges = [chunk, 2 * chunk, block, 2 * block, 3 * block]
        var sizes = [0, 1, 15, 16, 17, 5 * block + 3 * chunk + 7, 8 * block]
        for edge in edges { sizes += [edge - 1, edge, edge + 1] }
        return sizes
    }

    @Test(arguments: [StreamShape.paged, .standard], Sealer.allCases)
    func everySizeComesBack(shape: StreamShape, sealer: Sealer) throws {
        let key = SecretBytes(random: 32)
        let all = noise(8 * Self.block)
        for size in Self.sizes(shape) {
            let plaintext = Array(all.prefix(size))
            let sealed = try sealer.seal(plaintext, .object, shape, key: key)
            #expect(sealed.count == shape.sealedSize(ofPlaintext: size))
            for opener in Opener.allCases {
                let outcome = try opener.open(sealed, .object, shape, key: key)
                #expect(outcome.error == nil && outcome.plaintext == plaintext, "\(size) bytes, \(opener)")
            }
        }
    }

    /// Both ways to seal make the same stream of the same salt, so what one publishes holds for the other.
    @Test func allShapesComeBack() throws {
        for shape in ShapeTests.shapes {
            let key = SecretBytes(random: 32)
            let plaintext = noise(3 * shape.chunkSize + 5)
            let sealed = try Sealer.writer.seal(plaintext, .pages, shape, key: key)
            for opener in Opener.allCases {
                #expect(try opener.open(sealed, .pages, shape, key: key).plaintext == plaintext)
            }
            let again = ShortStream.seal(plaintext, .pages, shape, key: key, salt: Array(sealed.prefix(32)))
            #expect(again == sealed)
        }
    }

    @Test(arguments: Sealer.allCases) func nothingIsSealedTwiceInTheSameWay(sealer: Sealer) throws {
        let key = SecretBytes(random: 32)
        let streams = try (0..<20).map { _ in try sealer.seal([1, 2, 3], key: key) }
        #expect(Set(streams).count == 20)
        #expect(Set(streams.map { $0.prefix(32) }).count == 20)
        #expect(Set(streams.map { $0.suffix(19) }).count == 20)
    }

    /// Kind, chunk size and key are bound: each pair of different ones is told apart, before anything is opened.
    @Test func kindsShapesAndKeysAreToldApart() throws {
        let key = SecretBytes(random: 32)
        let other = SecretBytes(random: 32)
        let plaintext = noise(100)
        for kind in StreamKind.allCases {
            for shape in ShapeTests.shapes {
                let sealed = try Sealer.short.seal(plaintext, kind, shape, key: key)
                for opener in Opener.allCases {
                    for askedKind in StreamKind.allCases {
                        let outcome = try opener.open(sealed, askedKind, shape, key: key)
                        #expect(
                            outcome
                                == (askedKind == kind
                                    ? .init(plaintext: plaintext) : .init(plaintext: [], error: .wrongKey)))
                    }
                    for askedShape in ShapeTests.shapes where askedShape != shape {
                        let outcome = try opener.open(sealed, kind, askedShape, key: key)
                        #expect(outcome == .init(plaintext: [], error: .wrongKey))
                    }
                    #expect(try opener.open(sealed, kind, shape, key: other).error == .wrongKey)
                }
            }
        }
    }

    /// Every bit of the key counts.
    @Test func everyBitOfTheKeyCounts() throws {
        let bytes = noise(32)
        let sealed = try Sealer.short.seal([1], key: SecretBytes(copying: bytes))
        for bit in 0..<256 {
            var changed = bytes
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(try Opener.short.open(sealed, key: SecretBytes(copying: changed)).error == .wrongKey)
        }
    }
}
