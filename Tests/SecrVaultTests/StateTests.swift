import Foundation
import SecrCrypto
import SecrSystem
import SecrTestSupport
import SecrVault
import Synchronization
import SystemPackage
import Testing

/// What programs keep in an area beside its files.
@Suite struct StateTests {
    private let store = MemoryStore()
    private let vault: Vault

    init() throws { vault = try Vault.inMemory(store) }

    private struct Own: Error, Equatable { var number: Int }

    private func set(_ entries: [([UInt8], [UInt8])], in vault: Vault? = nil) throws {
        try (vault ?? self.vault).changeState { state in
            for (key, value) in entries { try state.set(value, of: key) }
        }
    }

    private func keys(
        _ prefix: [UInt8], after: [UInt8]? = nil, before: [UInt8]? = nil, backwards: Bool = false, limit: Int = .max
    ) throws -> [[UInt8]] {
        try vault.readState {
            try $0.entries(withPrefix: prefix, after: after, before: before, backwards: backwards, limit: limit)
        }.map(\.key)
    }

    @Test func aVaultWithoutAnyIsEmpty() throws {
        let before = vault.change
        try vault.readState { state throws in
            #expect(try state.value(of: [1]) == nil && state.value(of: []) == nil)
            #expect(try state.entries(withPrefix: []).isEmpty && state.node(at: path("/a")) == nil)
        }
        try vault.changeState { state in
            try state.remove([1])
            #expect(try state.removeAll(withPrefix: []) == 0 && state.entries(withPrefix: []).isEmpty)
        }
        // Nothing was changed, so there is no record, and no table.
        #expect(vault.change == before)
        #expect(try !String(decoding: vault.indexPages()[0], as: UTF8.self).contains("TABLE state"))
        try set([([1], [2])])
        #expect(try vault.change == before + 1 && vault.readState { try $0.value(of: [1]) } == [2])
        #expect(try vault.reopened().readState { try $0.value(of: [1]) } == [2])
        try vault.expectWhole()
    }

    @Test func keysAreInTheOrderOfTheirBytes() throws {
        let all: [[UInt8]] = [
            [], [0], [0, 0], [0, 1], [0, 0xFF], [0, 0xFF, 0], [0, 0xFF, 0xFF], [1], [1, 0], [0x7F], [0x80],
            [0xFE, 0xFF],
            [0xFF], [0xFF, 0], [0xFF, 0xFF], [0xFF, 0xFF, 0], [0xFF, 0xFF, 0xFF],
        ]
        try set(all.shuffled().map { ($0, $0 + [7]) })
        func expected(_ prefix: [UInt8], _ after: [UInt8]?, _ before: [UInt8]?) -> [[UInt8]] {
            all.filter { key in
                key.starts(with: prefix) && after.map { $0.lexicographicallyPrecedes(key) } ?? true
                    && before.map { key.lexicographicallyPrecedes($0) } ?? true
            }
        }
        let bounds: [[UInt8]?] = [
            nil, [], [0], [0, 0xFF], [0, 2], [1], [0xFF], [0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF],
        ]
        for prefix in [[], [0], [0, 0xFF], [0, 0xFF, 0xFF], [1], [2], [0xFE], [0xFF], [0xFF, 0xFF]] as [[UInt8]] {
            for after in bounds {
                for before in bounds {
                    let wanted = expected(prefix, after, before)
                    for limit in [0, 1, 3, Int.max] {
                        #expect(
                            try keys(prefix, after: after, before: before, limit: limit) == Array(wanted.prefix(limit)))
                        #expect(
                            try keys(prefix, after: after, before: before, backwards: true, limit: limit)
                                == Array(wanted.reversed().prefix(limit)))
                    }
                }
            }
        }
        let entries = try vault.readState { try $0.entries(withPrefix: []) }
        #expect(entries.allSatisfy { $0.value == $0.key + [7] })
        for (prefix, left) in [([0xFF, 0xFF], 14), ([0xFF], 12), ([0, 0xFF], 9), ([], 0)] as [([UInt8], Int)] {
            let count = try keys([]).count
            #expect(try vault.changeState { try $0.removeAll(withPrefix: prefix) } == count - left)
            #expect(try keys([]).count == left && keys(prefix).isEmpty)
        }
        try set((0..<10).map { ([5, $0], []) } + [([6], [])])
        #expect(try vault.changeState { try $0.removeAll(withPrefix: [5], limit: 4) } == 4)
        #expect(try keys([]) == (4..<10).map { [5, $0] } + [[6]])
        #expect(try vault.changeState { try $0.removeAll(withPrefix: [5], limit: 40) } == 6)
        #expect(try keys([]) == [[6]])
    }

    @Test func valuesOfAllSizes() throws {
        let sizes = [0, 1, 900, 1_100, 4_096, 16_384, 70_000, 1 << 20, (1 << 20) + 1]
        for (number, size) in sizes.enumerated() { try set([([UInt8(number)], noise(size, UInt64(number)))]) }
        func expectAll(_ vault: Vault) throws {
            for (number, size) in sizes.enumerated() {
                let value = try vault.readState { try $0.value(of: [UInt8(number)]) }
                #expect(value == noise(size, UInt64(number)), "\(size) bytes")
            }
            let entries = try vault.readState { try $0.entries(withPrefix: []) }
            #expect(entries.map(\.value.count).starts(with: sizes))
        }
        try expectAll(vault)
        try expectAll(vault.reopened())
        let before = vault.change
        // What is there already is no change.
        try set([([7], noise(1 << 20, 7))])
        #expect(vault.change == before)
        let large = noise(50_000, 9)
        try set([(large, [1])])
        #expect(try vault.reopened().readState { try $0.value(of: large) } == [1])
        try vault.expectWhole()
        // Too much for one transaction; it is as before, and goes on.
        #expect(throws: VaultError.tooLarge) { try set((0..<60).map { ([9, $0], noise(1 << 20)) }) }
        #expect(try keys([9]).isEmpty && vault.change == before + 1)
        try expectAll(vault)
    }

    @Test func manyKeys() throws {
        func key(_ number: Int) -> [UInt8] {
            Array("conversation/7/".utf8) + [UInt8(number >> 8), UInt8(number & 0xFF)]
        }
        for start in stride(from: 0, to: 20_000, by: 1_000) {
            try set((start..<start + 1_000).map { (key($0), noise(60, UInt64($0))) })
        }
        #expect(try keys(Array("conversation/7/".utf8)) == (0..<20_000).map(key))
        let page = try vault.readState {
            try $0.entries(withPrefix: Array("conversation/7/".utf8), before: key(15_000), backwards: true, limit: 50)
        }
        #expect(page.map(\.key) == (14_950..<15_000).reversed().map(key) && page[0].value == noise(60, 14_999))
        try vault.reopened().expectWhole()
    }

    // MARK: Errors

    @Test func whoThrowsHasChangedNothing() throws {
        try set([([1], [1])])
        try vault.put("/file", noise(5_000))
        let (before, contents) = (vault.change, try vault.contents())
        for error in [Own(number: 3), VaultError.busy, CocoaError(.fileNoSuchFile), SystemPackage.Errno.ioError]
            as [any Error]
        {
            do {
                try vault.changeState { state in
                    try state.set([2], of: [1])
                    try state.set([2], of: [2])
                    try state.removeFile(path("/file"), now: start)
                    #expect(try state.value(of: [1]) == [2] && state.node(at: path("/file")) == nil)
                    throw error
                }
                Issue.record("nothing was thrown")
            } catch let thrown {
                #expect("\(thrown)" == "\(error)" && type(of: thrown) == type(of: error))
            }
            #expect(try keys([]) == [[1]] && vault.readState { try $0.value(of: [1]) } == [1])
            #expect(try vault.change == before && vault.contents() == contents)
        }
        // Also the one that would have made the table.
        let fresh = try Vault.inMemory()
        for _ in 0..<2 {
            #expect(throws: Own(number: 4)) {
                try fresh.changeState { state in
                    try state.set([1], of: [1])
                    throw Own(number: 4)
                }
            }
            #expect(try fresh.readState { try $0.value(of: [1]) } == nil)
        }
        #expect(throws: Own(number: 5)) { try vault.readState { _ in throw Own(number: 5) } }
        try fresh.changeState { try $0.set([1], of: [1]) }
        #expect(try fresh.reopened().readState { try $0.value(of: [1]) } == [1])
    }

    /// What goes wrong with the disk is told as that, and not as the caller's own.
    @Test func anErrorOfTheDiskComesOutAsItIs() throws {
        try set([([1], noise(100_000))])
        try vault.forgetDeleted()
        let hooked = HookedStore(store)
        let other = try vault.reopened(on: hooked)
        let failure = StoreError(.system(SystemError("open", "o", .ioError)))
        hooked.setHook { step throws(StoreError) in if case .publish = step { throw failure } }
        #expect(throws: VaultError.store(failure)) { try other.changeState { try $0.set([2], of: [1]) } }
        hooked.setHook { _ in }
        #expect(try other.readState { try $0.value(of: [1]) } == noise(100_000))
        try other.changeState { try $0.set([2], of: [1]) }
        #expect(try vault.readState { try $0.value(of: [1]) } == [2])
    }

    // MARK: Others

    @Test func aConflictRunsItAgain() throws {
        let other = try vault.reopened()
        var runs = 0
        try vault.changeState { state in
            runs += 1
            let count = try state.value(of: [1])?.first ?? 0
            // The other one is faster twice: once when there is no table yet.
            if runs < 3 { try set([([1], [count + 10])], in: other) }
            try state.set([count + 1], of: [1])
        }
        #expect(runs == 3)
        for vault in [vault, other, try vault.reopened()] {
            #expect(try vault.readState { try $0.value(of: [1]) } == [21])
        }
        // Nothing of its own is to be done any more.
        runs = 0
        #expect(throws: Own(number: 6)) {
            try vault.changeState { state in
                runs += 1
                if runs == 1 { try set([([2], [1])], in: other) }
                if try state.value(of: [2]) != nil { throw Own(number: 6) }
                try state.set([5], of: [3])
            }
        }
        #expect(try runs == 2 && vault.readState { try $0.value(of: [3]) } == nil)
    }

    @Test func severalAtOnceCountTogether() throws {
        try concurrently(4) { [store, vault] _ in
            let own = try Vault(store, vault.keys, device: nil)
            for _ in 0..<25 {
                try own.changeState { state in
                    let value = try state.value(of: [1]) ?? [0]
                    try state.set([value[0] + 1], of: [1])
                }
            }
        }
        #expect(try vault.readState { try $0.value(of: [1]) } == [100])
        #expect(try vault.readState(catchesUp: false) { try $0.value(of: [1]) } == [100])
        try vault.expectWhole()
    }

    /// A program that finds that all is done tells others so: then it has to be on the disk.
    @Test func whatIsThereAlreadyIsDurableToo() throws {
        let hooked = HookedStore(store)
        let other = try vault.reopened(on: hooked)
        try set([([1], [1])])
        let record = vault.keys.name(.record, vault.change)
        let settled = Mutex(0)
        hooked.setHook { step throws(StoreError) in if step == .settle(record) { settled.withLock { $0 += 1 } } }
        try other.changeState { try $0.set([1], of: [1]) }
        try other.changeState { try $0.set([1], of: [1]) }
        #expect(settled.withLock { $0 } == 1)
        hooked.setHook { _ in }
    }

    // MARK: Files

    @Test func filesMoveTogetherWithIt() throws {
        try vault.makeFolder("/done")
        try vault.put([("/part", noise(5_000)), ("/done/old", noise(6_000, 2)), ("/other", noise(10))])
        let before = vault.change
        try vault.changeState { state in
            try state.set([1], of: [1])
            #expect(try state.node(at: path("/part"))?.size == 5_000)
            try state.moveFile(path("/part"), to: path("/done/new"), overwrites: false, now: start)
            #expect(throws: VaultError.exists(path("/done/old").bytes)) {
                try state.moveFile(path("/done/new"), to: path("/done/old"), overwrites: false, now: start)
            }
            #expect(throws: VaultError.notFound(path("/part").bytes)) {
                try state.moveFile(path("/part"), to: path("/x"), overwrites: false, now: start)
            }
            #expect(throws: VaultError.notFound(path("/x").bytes)) { try state.removeFile(path("/x"), now: start) }
            for folder in ["/done", "/"] {
                #expect(throws: VaultError.isAFolder(path(folder).bytes)) {
                    try state.removeFile(path(folder), now: start)
                }
                #expect(throws: VaultError.isAFolder(path(folder).bytes)) {
                    try state.moveFile(path(folder), to: path("/x"), overwrites: true, now: start)
                }
            }
            #expect(throws: VaultError.isAFolder(path("/done").bytes)) {
                try state.moveFile(path("/other"), to: path("/done"), overwrites: true, now: start)
            }
            #expect(throws: VaultError.notAFolder(path("/other").bytes)) { try state.node(at: path("/other/x")) }
            try state.moveFile(path("/done/new"), to: path("/done/old"), overwrites: true, now: start)
            try state.removeFile(path("/other"), now: start)
        }
        #expect(vault.change == before + 1)
        for vault in [vault, try vault.reopened()] {
            #expect(try vault.contents() == ["/done": .folder, "/done/old": .file(noise(5_000))])
            #expect(try vault.readState { try $0.value(of: [1]) } == [1])
            try vault.expectWhole()
        }
    }

    // MARK: Staying and going

    @Test func itStaysThroughEverything() throws {
        let watched = try WatchedVault()
        let first = try watched.open()
        let large = noise(30_000, 3)
        try set([([1], [1]), ([2], large)], in: first)
        func expectAll(_ vault: Vault, at location: SourceLocation = #_sourceLocation) throws {
            try vault.readState { state throws in
                #expect(try state.value(of: [1]) == [1] && state.value(of: [2]) == large, sourceLocation: location)
            }
            try vault.expectWhole(at: location)
        }
        try first.forgetDeleted()
        try expectAll(first)
        for round in 0..<150 { try watched.put("file \(round % 5)", noise(30), in: first, overwrites: true) }
        try expectAll(watched.open())
        _ = try Compactor(first).run(now: start)
        _ = try Collector(first).run(now: start, waits: false)
        try expectAll(watched.open(isFresh: true))
        let folder = try watched.located()
        let report = try Repairer.run(
            folder, watched.keys, device: folder.deviceState(in: watched.stateFolder), dropsLost: true, now: 1,
            progress: { _ in })
        #expect(report.isWhole)
        try expectAll(watched.open())
        // Repaired from the checkpoint before, with the records behind that.
        let examples = FormatExamples(folder, watched.keys)
        let newest = try #require(examples.name(3, watched.open().checkpoint))
        try watched.overwrite("o/\(newest.prefix(2))/\(newest.dropFirst(2))", noise(4_096))
        let repaired = try Repairer.run(
            folder, watched.keys, device: folder.deviceState(in: watched.stateFolder), dropsLost: true, now: 1,
            progress: { _ in })
        #expect(repaired.checkpoints.count == 1 && repaired.firstLostChange == nil)
        try expectAll(watched.open())
    }

    /// Of values that were taken away or overwritten nothing is left, in no page and in no object.
    @Test func whatIsDeletedIsGone() throws {
        let watched = try WatchedVault()
        let vault = try watched.open()
        func value(_ seed: UInt8, _ size: Int) -> [UInt8] { (0..<size).map { UInt8($0 % 13) &* 17 &+ seed } }
        try set((0..<40).map { ([3, $0], noise(500, UInt64($0))) }, in: vault)
        let sizes = [40, 900, 16_384, 200_000]
        for (number, size) in sizes.enumerated() {
            try set([([1, UInt8(number)], value(1, size)), ([2, UInt8(number)], value(2, size))], in: vault)
            try set([([4], value(3, size))], in: vault)
        }
        // All 13 values of a pattern, wherever it begins.
        func has(_ seed: UInt8) throws -> Bool {
            let needle = Data(value(seed, 26)[0..<14])
            return try vault.indexPages().contains { Data($0).range(of: needle) != nil }
        }
        #expect(try has(1) && has(2) && has(3))
        try vault.forgetDeleted()
        let before = try watched.snapshot()
        try vault.changeState { state in
            for number in 0..<sizes.count { try state.remove([1, UInt8(number)]) }
            try state.removeAll(withPrefix: [2])
            try state.set([], of: [4])
        }
        // Whatever is free in a page was overwritten.
        #expect(try !has(1) && !has(2) && !has(3))
        try vault.forgetDeleted()
        #expect(try !has(1) && !has(2) && !has(3))
        let examples = FormatExamples(try watched.located(), watched.keys)
        let marks = Set((1...64 as ClosedRange<UInt64>).compactMap { examples.name(5, $0) })
        for object in try watched.objects where before[object] == (try watched.bytes(object)) {
            #expect(marks.contains(object.dropFirst(2).filter { $0 != "/" }), "\(object) was there before")
        }
        #expect(try vault.readState { try $0.entries(withPrefix: []) }.count == 41)
        #expect(throws: Never.self) { try watched.open().expectWhole() }
    }

    /// The reader that was written from the page alone finds the files, and the table.
    @Test(.enabled(if: (try? Run.program("python3", ["-c", "import cryptography"]))?.status == 0))
    func theOtherReaderIsNotIrritated() throws {
        let folder = try TemporaryFolder()
        try folder.write(Array("open".utf8), to: "pass")
        let state = FilePath(folder.file("state").path)
        let made = try VaultFolder.create(
            FilePath(folder.file("vault").path), WatchedVault.credential("open"), parameters: .floor,
            stateFolder: state,
            now: start)
        let vault = try made.open(made.unlock(WatchedVault.credential("open")), stateFolder: state)
        try vault.put("/file", noise(9_000))
        try set([(Array("key".utf8), noise(3_000))], in: vault)
        let reader = Repository.file("Tests/InteropTests/vault_reader.py").path
        func run(_ arguments: [String]) throws -> Run {
            try Run.program(
                "python3", ["-B", reader] + arguments + ["--passphrase", "pass", "--state", "state"], in: folder.path)
        }
        let list = try run(["list", "vault"])
        #expect(list.status == 0 && list.text.contains("\"size\": 9000"), "\(list.errors)")
        #expect(try run(["check", "vault"]).status == 0)
        #expect(try run(["database", "vault", "database"]).status == 0)
        let database = try folder.bytes("database")
        #expect(try database == vault.indexPages().flatMap(\.self))
        #expect(Data(database).range(of: Data("CREATE TABLE state".utf8)) != nil)
        // A state file that was copied says so.
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: state.string).first)
        let bytes = try folder.bytes("state/" + name)
        try FileManager.default.moveItem(at: folder.file("state/" + name), to: folder.file("aside"))
        try folder.write(bytes, to: "state/" + name)
        let copied = try run(["check", "vault"])
        #expect(copied.status != 0 && (copied.text + copied.errors).contains("a copy of a device state"))
    }
}
