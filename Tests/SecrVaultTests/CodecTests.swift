import SecrCrypto
import SecrStream
import SecrTestSupport
import SecrVault
import Testing

/// Sizes of objects, and what the index's objects look like.
@Suite struct CodecTests {
    @Test func classesAreFewAndCostLittle() {
        var classes: Set<Int> = []
        var previous = 0
        for size in stride(from: 0, through: SizeClass.largest, by: 997) {
            let rounded = SizeClass.roundUp(size)
            #expect(rounded >= size && rounded >= SizeClass.smallest && rounded >= previous)
            #expect(SizeClass.roundUp(rounded) == rounded)
            if size > SizeClass.smallest { #expect(rounded - size <= size / 8) }
            classes.insert(rounded)
            previous = rounded
        }
        #expect(classes.count < 400 && previous == SizeClass.largest)
        let table = [0: 4_096, 1: 4_096, 4_096: 4_096, 4_097: 4_352, 65_536: 65_536, 65_537: 67_584, 1 << 20: 1 << 20]
        for (size, rounded) in table { #expect(SizeClass.roundUp(size) == rounded, "\(size)") }
    }

    @Test(arguments: [StreamShape.standard, .paged]) func paddingGivesASizeThatIsAClass(shape: StreamShape) {
        let capacity = SizeClass.capacity(shape)
        #expect(shape.sealedSize(ofPlaintext: capacity) <= SizeClass.largest)
        let edges = [0, 1, 4_015, 4_016, 4_017, 65_535, 65_536, 65_537, 1 << 20, capacity - 1, capacity]
        for size in edges + stride(from: 0, through: capacity, by: 99_991) {
            let padded = SizeClass.paddedSize(size, shape)
            let sealed = shape.sealedSize(ofPlaintext: padded)
            #expect(padded >= size && SizeClass.roundUp(sealed) == sealed && sealed <= SizeClass.largest, "\(size)")
            #expect(SizeClass.paddedSize(padded, shape) == padded)
        }
    }

    private func record(pages: Int, _ sequence: UInt64 = 7) -> IndexRecord {
        IndexRecord(
            sequence: sequence, previous: noise(32, 5), checkpoint: 3, pageCount: 2 * pages + 1,
            pages: (0..<pages).map { (2 * $0, noise(4_096, UInt64($0))) })
    }

    @Test(arguments: [0, 1, 2, 15, 16, 300]) func recordsComeBack(pages: Int) throws {
        let keys = makeKeys()
        let record = record(pages: pages)
        let sealed = record.sealed(with: keys)
        #expect(SizeClass.roundUp(sealed.count) == sealed.count)
        let opened = try IndexRecord(opening: sealed, sequence: 7, keys: keys)
        #expect(opened.sequence == 7 && opened.previous == record.previous && opened.id == record.id)
        #expect(opened.checkpoint == 3 && opened.pageCount == record.pageCount)
        #expect(opened.pages.map(\.number) == record.pages.map(\.number))
        #expect(opened.pages.map(\.bytes) == record.pages.map(\.bytes))
        #expect(record.sealed(with: keys) != sealed, "a salt is used once")
    }

    @Test func theLargestRecordFitsIntoAnObject() throws {
        let keys = makeKeys()
        let page = noise(4_096)
        let record = IndexRecord(
            sequence: 1, previous: noise(32), checkpoint: 0, pageCount: IndexRecord.maximumPages,
            pages: (0..<IndexRecord.maximumPages).map { ($0, page) })
        let sealed = record.sealed(with: keys)
        #expect(sealed.count <= SizeClass.largest)
        #expect(try IndexRecord(opening: sealed, sequence: 1, keys: keys).pages.count == IndexRecord.maximumPages)
    }

    private func root(levels: Int, _ number: UInt64 = 9) -> CheckpointRoot {
        CheckpointRoot(
            number: number, sequence: 70, recordHash: noise(32, 3), rewritten: 1_700_000_000, pageCount: 12,
            levels: (0..<levels).map {
                .init(checkpoint: UInt64($0 + 1), attempt: UInt8($0), pages: $0 + 1, key: noise(32))
            })
    }

    @Test(arguments: [0, 1, 5, 9]) func rootsComeBack(levels: Int) throws {
        let keys = makeKeys()
        let root = root(levels: levels)
        #expect(try CheckpointRoot(opening: root.sealed(with: keys), number: 9, keys: keys) == root)
    }

    @Test func aFullRootComesBack() throws {
        let keys = makeKeys()
        let root = root(levels: CheckpointRoot.maximumLevels, 40)
        #expect(try CheckpointRoot(opening: root.sealed(with: keys), number: 40, keys: keys) == root)
    }

    /// Contents that no program of ours writes, well sealed.
    @Test func whatMakesNoSenseIsDamage() throws {
        let keys = makeKeys()
        var roots: [(String, CheckpointRoot)] = []
        func addRoot(_ what: String, _ change: (inout CheckpointRoot) -> Void) {
            var changed = root(levels: 3)
            change(&changed)
            roots.append((what, changed))
        }
        addRoot("a level of a later checkpoint") { $0.levels[1].checkpoint = 10 }
        addRoot("a level without pages") { $0.levels[1].pages = 0 }
        for (what, root) in roots {
            #expect(throws: VaultError.damaged(.checkpoint(9)), "\(what)") {
                try CheckpointRoot(opening: root.sealed(with: keys), number: 9, keys: keys)
            }
        }
        let crowded = root(levels: CheckpointRoot.maximumLevels + 1, 40)
        #expect(throws: VaultError.damaged(.checkpoint(40))) {
            try CheckpointRoot(opening: crowded.sealed(with: keys), number: 40, keys: keys)
        }
        var records: [(String, IndexRecord)] = []
        func addRecord(_ what: String, _ change: (inout IndexRecord) -> Void) {
            var changed = record(pages: 3)
            change(&changed)
            records.append((what, changed))
        }
        addRecord("a page behind the end") { $0.pageCount = 4 }
        addRecord("pages in a wrong order") { $0.pages.swapAt(0, 1) }
        addRecord("a page twice") { $0.pages[1].number = 0 }
        for (what, record) in records {
            #expect(throws: VaultError.damaged(.record(7)), "\(what)") {
                try IndexRecord(opening: record.sealed(with: keys), sequence: 7, keys: keys)
            }
        }
    }

    /// Everything that opens the two, and what it has to say about anything else.
    private struct Codec: Sendable {
        var sealed: [UInt8]
        var open: @Sendable ([UInt8], UInt64, AreaKeys) throws -> Void
        var number: UInt64
        var damage: @Sendable (UInt64) -> VaultError
    }

    private func codecs(_ keys: AreaKeys) -> [Codec] {
        [
            Codec(
                sealed: record(pages: 0).sealed(with: keys),
                open: { _ = try IndexRecord(opening: $0, sequence: $1, keys: $2) }, number: 7,
                damage: { .damaged(.record($0)) }),
            Codec(
                sealed: root(levels: 2).sealed(with: keys),
                open: { _ = try CheckpointRoot(opening: $0, number: $1, keys: $2) }, number: 9,
                damage: { .damaged(.checkpoint($0)) }),
        ]
    }

    @Test func eachByteCounts() throws {
        let keys = makeKeys()
        var generator = Seeded(4)
        for codec in codecs(keys) {
            try codec.open(codec.sealed, codec.number, keys)
            for place in codec.sealed.indices {
                var changed = codec.sealed
                changed[place] ^= UInt8.random(in: 1...255, using: &generator)
                #expect(throws: codec.damage(codec.number)) { try codec.open(changed, codec.number, keys) }
            }
        }
    }

    @Test func lengthNumberAndAreaCount() throws {
        let keys = makeKeys()
        for codec in codecs(keys) {
            for count in Swift.stride(from: 0, to: codec.sealed.count, by: isLongRun ? 1 : 5) {
                #expect(throws: codec.damage(codec.number)) {
                    try codec.open(Array(codec.sealed[..<count]), codec.number, keys)
                }
            }
            #expect(throws: codec.damage(codec.number)) { try codec.open(codec.sealed + [0], codec.number, keys) }
            for number in [0, codec.number - 1, codec.number + 1, .max] {
                #expect(throws: codec.damage(number)) { try codec.open(codec.sealed, number, keys) }
            }
            #expect(throws: codec.damage(codec.number)) { try codec.open(codec.sealed, codec.number, makeKeys()) }
        }
        // Nor is one of them taken for the other.
        let both = codecs(keys)
        #expect(throws: VaultError.self) { try both[0].open(both[1].sealed, 7, keys) }
        #expect(throws: VaultError.self) { try both[1].open(both[0].sealed, 9, keys) }
    }
}
