import Foundation
import SecrCrypto
import SecrStream
import SecrTestSupport
import SecrVault
import Synchronization
import Testing

/// Gives out items one after the other.
func items(_ items: [Vault.NewItem]) -> @Sendable () throws -> Vault.NewItem? {
    let next = Mutex(0)
    return {
        next.withLock { next in
            next += 1
            return next <= items.count ? items[next - 1] : nil
        }
    }
}

/// Contents of files: what is put comes back, and objects come and go with them.
@Suite struct ContentTests {
    private let store = MemoryStore()
    private let vault: Vault

    init() throws { vault = try Vault.inMemory(store) }

    /// Objects with contents of files.
    private func objects(_ vault: Vault) throws -> Int {
        var names = Set(store.contents.keys)
        let checkpoint = try vault.checkpoint
        names.subtract(Milestones(store: store, keys: vault.keys).names(upTo: checkpoint))
        names.subtract((0...vault.change + 1).map { vault.keys.name(.record, $0) })
        for number in 1...checkpoint {
            let name = vault.keys.name(.root, number)
            guard let root = store.contents[name] else { continue }
            names.remove(name)
            for level in try CheckpointRoot(opening: root, number: number, keys: vault.keys).levels {
                names.subtract((0...4).map { level.name(ofPart: $0, vault.keys) })
            }
        }
        return names.count
    }

    private func collect(_ days: Int64 = 1) throws -> Collector.Report {
        try Collector(vault).run(now: start + days * day, waits: false)
    }

    /// Around every border that there is.
    private static let sizes: [Int] = [
        0, 1, 2_047, 2_048, 2_049, 4_015, 4_016, 4_017, 65_535, 65_536, 65_537, 1_048_575, 1_048_576, 1_048_577,
    ]

    @Test(arguments: [true, false]) func contentsOfAllSizesComeBack(sizeIsKnown: Bool) throws {
        let all = Self.sizes.map { size -> Vault.NewItem in
            let content = input(noise(size), expected: sizeIsKnown ? size : 0)
            return Vault.NewItem(path("/\(size)"), .file(content), plain)
        }
        let result = try vault.put(overwrites: false, now: { start }, items(all))
        #expect(result.failures.isEmpty && result.files == all.count)
        #expect(result.bytes == Self.sizes.reduce(0, +))
        for vault in [vault, try vault.reopened()] {
            for size in Self.sizes {
                #expect(try vault.bytes("/\(size)") == noise(size), "\(size)")
                #expect(try vault.stat(path("/\(size)")).size == size)
            }
            try vault.expectWhole()
        }
        for (_, bytes) in store.contents { #expect(SizeClass.roundUp(bytes.count) == bytes.count) }
        // Files share objects, but those of a known large size.
        #expect(try objects(vault) == (sizeIsKnown ? 3 : 1))
    }

    @Test func ranges() throws {
        let size = 300_000
        try vault.put([("/large", noise(size)), ("/small", noise(100, 2))])
        for range in [0..<0, 0..<1, 65_535..<65_537, 299_999..<300_000, 1_000..<299_000, 0..<size, 100..<1_000_000] {
            #expect(try vault.bytes("/large", range) == Array(noise(size)[range.clamped(to: 0..<size)]), "\(range)")
        }
        for range in [0..<100, 50..<60, 99..<200, 200..<300] {
            #expect(try vault.bytes("/small", range) == Array(noise(100, 2)[range.clamped(to: 0..<100)]), "\(range)")
        }
    }

    @Test func theSmallestFilesNeedNoObject() throws {
        try vault.put((0..<50).map { ("/\($0)", noise(2_048, UInt64($0))) })
        #expect(try objects(vault) == 0)
        try vault.put("/more", noise(2_049))
        #expect(try objects(vault) == 1)
    }

    @Test func aFileLargerThanAnObjectTakesTwo() throws {
        let capacity = SizeClass.capacity(.standard)
        let part = noise(1 << 20)
        // One byte more than fits, out of a mebibyte that comes again and again.
        let left = Mutex(capacity + 1)
        let content = ContentInput(expectedSize: nil) { buffer in
            left.withLock { left in
                let count = min(buffer.count, left)
                let begin = capacity + 1 - left
                for place in 0..<count { buffer[place] = part[(begin + place) % part.count] }
                left -= count
                return count
            }
        }
        let result = try vault.put(overwrites: false, now: { start }, items([.init(path("/f"), .file(content), plain)]))
        #expect(result.bytes == capacity + 1)
        #expect(try objects(vault) == 2)
        let edge = capacity - 70_000
        let expected = (edge..<capacity + 1).map { part[$0 % part.count] }
        #expect(try vault.bytes("/f", edge..<capacity + 1) == expected)
        #expect(try vault.bytes("/f", capacity..<capacity + 9) == [part[capacity % part.count]])
        try vault.expectWhole()
    }

    @Test func anInputThatFailsLeavesNothingBehind() throws {
        struct Broken: Error {}
        let count = Mutex(0)
        let failing = input(noise(900_000), expected: 900_000) {
            let calls = count.withLock { count in
                count += 1
                return count
            }
            if calls > 1 { throw Broken() }
        }
        let all = [
            Vault.NewItem(path("/first"), .file(input(noise(1_100_000))), plain),
            Vault.NewItem(path("/second"), .file(failing), plain),
        ]
        #expect(throws: Broken.self) { try vault.put(overwrites: false, now: { start }, items(all)) }
        #expect(try vault.contents().isEmpty)
        #expect(try objects(vault) == 1)
        #expect(try collect().orphans == 1)
        #expect(try objects(vault) == 0)
    }

    @Test func objectsGoWithTheirLastFile() throws {
        try vault.put((0..<4).map { ("/\($0)", noise(9_000, UInt64($0))) })
        try vault.copy(path("/3"), to: path("/copy"), recursively: false, overwrites: false, now: start)
        #expect(try objects(vault) == 1)
        for number in 0..<4 { try vault.remove(path("/\(number)"), recursively: false, now: start) }
        #expect(try vault.usage().freedObjects == 0 && vault.bytes("/copy") == noise(9_000, 3))
        try vault.put("/copy", [1])
        #expect(try vault.usage().freedObjects == 1)
        // Readers have their time.
        for (minutes, freed) in [(0, 0), (9, 0), (10, 1), (20, 0)] as [(Int64, Int)] {
            let report = try Collector(vault).run(now: start + minutes * 60_000_000_000)
            #expect(report.freed == freed, "after \(minutes) minutes")
        }
        #expect(try objects(vault) == 0 && vault.usage().freedObjects == 0)
        try vault.expectWhole()
    }

    @Test func foreignObjectsAreNotTouchedUnlessClaimed() throws {
        try vault.put("/a", noise(5_000))
        let foreign = try (0..<5 as Range<UInt64>).map { number in
            let name = ObjectName(bytes: noise(16, number))!
            _ = try store.put(name, noise(4_096), durably: true)
            return name
        }
        for round in 0..<4 as Range<Int64> {
            try vault.put("/b", noise(4_000, UInt64(round)))
            try vault.forgetDeleted()
            #expect(try collect(2 * round).unknown == 0)
            #expect(try foreign.allSatisfy { try store.get($0) == noise(4_096) })
        }
        // Other areas look the same from here.
        let other = try Vault.inMemory(store)
        try other.put("/theirs", noise(7_000))
        #expect(try collect(20).unknown == 0)
        try other.expectWhole()
        _ = try Collector(other).run(now: start + 30 * day, waits: false)
        try vault.expectWhole()
        let report = try Collector(vault).run(now: start + 40 * day, claimsUnknown: true)
        #expect(report.unknown > 5 && foreign.allSatisfy { !store.exists($0) })
        try vault.reopened().expectWhole()
        #expect(throws: VaultError.self) { try other.reopened().contents() }
    }

    @Test func orphansAreSweptWhenTheirWindowWasClosedForADay() throws {
        try vault.put("/a", noise(5_000))
        for number in [3, 60_000] as [UInt64] {
            _ = try store.put(vault.keys.name(.data, number), noise(4_096), durably: true)
        }
        let before = try objects(vault)
        // The window is closed at the first, swept a day after that, and never before.
        var orphans: [Int] = []
        for hours in [25, 26, 48, 50, 51] as [Int64] {
            orphans.append(try Collector(vault).run(now: start + hours * 3_600_000_000_000).orphans)
        }
        #expect(orphans == [0, 0, 0, 2, 0])
        #expect(try objects(vault) == before - 2 && vault.bytes("/a") == noise(5_000))
        try vault.expectWhole()
    }

    /// `gc --now` while something is being put: that fails, and nothing is half there.
    @Test func aPutWhoseWindowIsClosedFailsAndCanBeRepeated() throws {
        let collector = try vault.reopened()
        let isFirst = Mutex(true)
        let content = input(noise(1_100_000)) {
            let isFirst = isFirst.withLock { first in
                defer { first = false }
                return first
            }
            if isFirst { _ = try Collector(collector).run(now: start, waits: false) }
        }
        #expect(throws: VaultError.outdated) {
            try vault.put(overwrites: false, now: { start }, items([.init(path("/f"), .file(content), plain)]))
        }
        #expect(try vault.contents().isEmpty && objects(vault) == 0)
        try vault.put("/f", noise(1_100_000))
        #expect(try vault.bytes("/f") == noise(1_100_000))
        _ = try collect(3)
        #expect(try objects(vault) == 1)
        try vault.expectWhole()
    }

    /// The same by a process that is killed then: its object lies in a window that was swept before it was there.
    @Test func whatComesAfterTheSweepIsSweptTheNextTime() throws {
        _ = try collect(1)
        _ = try store.put(vault.keys.name(.data, 5), noise(4_096), durably: true)
        #expect(try collect(2).orphans == 1)
        #expect(try objects(vault) == 0)
    }

    /// A second `gc`, that lists what is freed and then is slow, deletes nothing that was put meanwhile.
    @Test func aNumberIsNotTakenTwiceWhileItMayBeDeleted() throws {
        // So many that some number would come twice among those that are put later.
        for number in 0..<600 { try vault.put("/\(number)", noise(2_049, UInt64(number))) }
        for number in 0..<600 { try vault.remove(path("/\(number)"), recursively: false, now: start) }
        let before = Set(store.contents.keys)
        let slow = HookedStore(store)
        let other = try vault.reopened(on: slow)
        let didCollect = Mutex(false)
        slow.setHook { [vault] step throws(StoreError) in
            guard case .delete = step else { return }
            let isFirst = didCollect.withLock { did in
                defer { did = true }
                return !did
            }
            guard isFirst else { return }
            do {
                _ = try Collector(vault).run(now: start + 3_600_000_000_000)
                for number in 0..<600 { try vault.put("/new\(number)", noise(2_049, UInt64(number))) }
            } catch { throw StoreError(.failed) }
        }
        _ = try Collector(other).run(now: start + 3_600_000_000_000)
        #expect(didCollect.withLock { $0 })
        try vault.expectWhole()
        // And so it stays after the next ones, also those that were stopped before the table knew.
        #expect(Set(store.contents.keys).intersection(before).count < before.count)
        _ = try Collector(vault).run(now: start + 7_200_000_000_000)
        _ = try collect(3)
        _ = try collect(6)
        for number in 0..<600 { #expect(try vault.bytes("/new\(number)") == noise(2_049, UInt64(number))) }
        try vault.expectWhole()
    }

    @Test func compactingKeepsBytesAndMakesRoom() throws {
        try vault.put((0..<60).map { ("/\($0)", noise(30_000, UInt64($0))) })
        try vault.put("/large", noise(3_000_000))
        try vault.makeHardLink(path("/hard"), to: path("/7"), now: start)
        try vault.copy(path("/7"), to: path("/copy"), recursively: false, overwrites: false, now: start)
        for number in 0..<60 where number % 10 != 7 {
            try vault.remove(path("/\(number)"), recursively: false, now: start)
        }
        let expected = try vault.contents()
        let before = try vault.usage()
        let report = try Compactor(vault).run(now: start)
        #expect(report.objects == 1 && report.moved >= 6 * 30_000)
        #expect(try vault.contents() == expected)
        #expect(try vault.usage().stored < before.stored - 1_000_000)
        try vault.expectWhole()
        _ = try collect()
        #expect(try vault.reopened().contents() == expected && objects(vault) == 2)
        // There is nothing more to gain.
        #expect(try Compactor(vault).run(now: start).objects == 0)
    }

    /// Files that change or go while their objects are moved.
    @Test func compactingLosesNoChangeMadeMeanwhile() throws {
        try vault.put((0..<40).map { ("/\($0)", noise(30_000, UInt64($0))) })
        for number in 8..<40 { try vault.remove(path("/\(number)"), recursively: false, now: start) }
        let hooked = HookedStore(store)
        let compacting = try vault.reopened(on: hooked)
        let isDone = Mutex(false)
        hooked.setHook { [vault] step throws(StoreError) in
            guard step == .sync,
                !isDone.withLock({ done in
                    defer { done = true }; return done
                })
            else { return }
            do {
                try vault.put("/0", [1])
                try vault.remove(path("/1"), recursively: false, now: start)
                try vault.move(path("/2"), to: path("/moved"), overwrites: false, now: start)
                try vault.copy(path("/3"), to: path("/copied"), recursively: false, overwrites: false, now: start)
            } catch { throw StoreError(.failed) }
        }
        _ = try Compactor(compacting).run(now: start)
        #expect(isDone.withLock { $0 })
        _ = try collect()
        var expected: Contents = [
            "/0": .file([1]), "/moved": .file(noise(30_000, 2)), "/copied": .file(noise(30_000, 3)),
        ]
        for number in 3..<8 { expected["/\(number)"] = .file(noise(30_000, UInt64(number))) }
        #expect(try vault.reopened().contents() == expected)
        try vault.expectWhole()
    }

    @Test func whatIsMissingOrDamagedIsNamed() throws {
        try vault.put([("/a", noise(5_000)), ("/b", noise(6_000, 2))])
        try vault.put("/c", noise(7_000, 3))
        let whole = store.contents
        let data = (0..<65_536 as Range<UInt64>).map { vault.keys.name(.data, $0) }.filter { whole[$0] != nil }
        #expect(data.count == 2)
        for name in data {
            let isFirst = whole[name]!.count > 9_000
            let paths = (isFirst ? ["/a", "/b"] : ["/c"]).map { Array($0.utf8) }
            for (kind, bytes) in [(Problem.Kind.missingObject, nil), (.damagedObject, whole[name]!.dropLast() + [0])] {
                var objects = whole
                objects[name] = bytes.map { Array($0) }
                let opened = try vault.reopened(on: MemoryStore(objects))
                let problems = try Verifier(opened).run(.full).problems
                #expect(problems.map(\.kind) == [kind] && problems.first?.paths.sorted { $0[1] < $1[1] } == paths)
                #expect(throws: VaultError.damaged(.object(paths[0]))) {
                    try opened.bytes(String(decoding: paths[0], as: UTF8.self))
                }
            }
        }
    }
}
