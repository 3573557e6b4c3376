import SecrSystem
import SecrTestSupport
import SecrVault
import Synchronization
import SystemPackage
import Testing

/// A vault as a file system on a disk that fails, and beside others who clear away.
@Suite struct FileSystemFailureTests {
    private let store = HookedStore(MemoryStore())
    private let keys = makeKeys()
    private let vault: Vault
    private let files: VaultFileSystem
    private static let top: Int64 = 1

    init() throws {
        vault = try Vault.inMemory(store, keys)
        files = VaultFileSystem(vault)
    }

    private func name(_ text: String) -> [UInt8] { Array(text.utf8) }

    private func write(_ bytes: [UInt8], to name: String, at offset: Int = 0) throws {
        let known = try files.child(self.name(name), of: Self.top)
        let file =
            try known.map { try files.open($0.id).file }
            ?? files.create(self.name(name), in: Self.top, mode: 0o644, owner: 0, group: 0).file
        try bytes.withUnsafeBytes { try files.write($0, to: file, at: offset) }
        files.close(file)
    }

    /// Changes, each of which is to become durable as a whole.
    private static let steps: [@Sendable (FileSystemFailureTests) throws -> Void] = [
        { test in
            try test.write(noise(100_000), to: "a")
            try test.write(noise(50), to: "b")
        },
        { test in
            try test.files.rename(test.name("a"), in: top, to: test.name("c"), in: top, .replacing)
            _ = try test.files.make(.folder, test.name("d"), in: top, mode: 0o755, owner: 0, group: 0)
            try test.write(noise(9_000, 2), to: "c", at: 70_000)
        },
        { test in
            try test.files.remove(test.name("b"), from: top, isFolder: false)
            try test.write(noise(3_000, 3), to: "a")
            // Twice the same name: run again where it was done already, it would do something else.
            try test.files.rename(test.name("a"), in: top, to: test.name("b"), in: top, .replacing)
            try test.write(noise(30, 4), to: "a")
        },
    ]

    /// What is to be there after each of them.
    private static let promises: [Contents] = {
        do {
            let test = try FileSystemFailureTests()
            return try [[:]]
                + steps.map { step in
                    try step(test)
                    try test.files.commit()
                    return try test.vault.contents()
                }
        } catch { fatalError("\(error)") }
    }()

    @Test(arguments: FailureTests.Disk.allCases) func nothingIsLostWhereSyncsFail(disk: FailureTests.Disk) throws {
        var (first, isDone) = (0, false)
        while !isDone {
            let test = try FileSystemFailureTests()
            isDone = try !test.run(disk, from: first)
            first += 1
        }
        #expect(first > 10)
    }

    /// - Returns: whether there were so many steps.
    private func run(_ disk: FailureTests.Disk, from first: Int) throws -> Bool {
        let count = Mutex(0)
        for (number, step) in Self.steps.enumerated() {
            try step(self)
            store.setHook { (step) throws(StoreError) in
                let place = count.withLock { count in
                    count += 1
                    return count - 1
                }
                guard disk.fails(step, place, from: first) else { return }
                throw StoreError(.system(SystemError("write", nil, disk.errno)), isUncertain: step.isPublished)
            }
            let isDurable = (try? files.commit()) != nil
            store.setHook { (_) throws(StoreError) in }
            let found = try Vault(store, keys, device: nil).contents()
            #expect(found == Self.promises[number + 1] || !isDurable && found == Self.promises[number])
            // The cause is gone.
            try files.commit()
            let there = try Vault(store, keys, device: nil)
            #expect(try there.contents() == Self.promises[number + 1], "from \(first), step \(number)")
            try there.expectWhole("from \(first), step \(number)")
        }
        return count.withLock { $0 } > first
    }

    /// While a sync fails, whoever changes something is told, and what he sees is what he did.
    @Test func fullDisksAreToldToWhoeverGoesOn() throws {
        try write(noise(100), to: "a")
        store.setHook { (step) throws(StoreError) in
            if step.needsRoom { throw StoreError(.system(SystemError("write", nil, .noSpace))) }
        }
        #expect(throws: VaultError.self) { try files.commit() }
        #expect(throws: VaultError.self) { try write(noise(100), to: "b") }
        #expect(try files.child(name("a"), of: Self.top)?.size == 100)
        store.setHook { (_) throws(StoreError) in }
        try files.commit()
        try write(noise(100), to: "b")
        try files.commit()
        #expect(try vault.reopened().contents().count == 2)
    }

    /// What was stored, and is not known to the index yet, may be cleared away by `gc`.
    @Test(arguments: [true, false]) func gcMeanwhileIsSurvivedOrTold(waits: Bool) throws {
        try write(noise(5_000), to: "a")
        try files.commit()
        let file = try #require(try files.child(name("a"), of: Self.top))
        try write(noise(7_500_000, 2), to: "a")
        try files.relieve()
        _ = try Collector(try vault.reopened()).run(now: start + 3 * day, waits: waits)
        if waits {
            try files.commit()
            #expect(try vault.reopened().bytes("/a") == noise(7_500_000, 2))
        } else {
            #expect(throws: VaultError.outdated) { try files.commit() }
            #expect(try files.node(file.id).size == 5_000)
            try files.commit()
            #expect(try vault.reopened().bytes("/a") == noise(5_000))
        }
        try vault.reopened().expectWhole()
    }

    /// Others take names and change files while changes wait here.
    @Test func othersWhoAreFasterAreTakenIn() throws {
        try write(noise(3_000), to: "a")
        try write(noise(10), to: "c")
        try files.commit()
        try write(noise(4_000, 2), to: "a")
        try write(noise(20), to: "b")
        _ = try files.make(.folder, name("d"), in: Self.top, mode: 0o755, owner: 0, group: 0)
        try files.rename(name("c"), in: Self.top, to: name("e"), in: Self.top, .replacing)
        let other = try vault.reopened()
        try other.put([("/b", noise(30)), ("/f", noise(40))])
        try other.makeFolder("/d")
        try other.remove(path("/c"), recursively: false, now: start)
        try files.commit()
        let expected: Contents = [
            "/a": .file(noise(4_000, 2)), "/b": .file(noise(30)), "/d": .folder, "/f": .file(noise(40)),
        ]
        #expect(try vault.reopened().contents() == expected)
        try vault.reopened().expectWhole()
    }

    /// Where others move what a file consists of to another object, changes of it go on.
    @Test(arguments: [true, false]) func compactingMeanwhileIsSurvived(isDirty: Bool) throws {
        try vault.put([("/a", noise(100_000)), ("/b", noise(900_000))])
        let node = try #require(try files.child(name("a"), of: Self.top))
        let file = try files.open(node.id).file
        if isDirty { try write(noise(10, 2), to: "a", at: 50_000) }
        let other = try vault.reopened()
        try other.remove(path("/b"), recursively: false, now: start)
        #expect(try Compactor(other).run(now: start).objects > 0)
        if !isDirty { try write(noise(10, 2), to: "a", at: 50_000) }
        try files.commit()
        files.close(file)
        var expected = noise(100_000)
        expected.replaceSubrange(50_000..<50_010, with: noise(10, 2))
        #expect(try vault.reopened().bytes("/a") == expected)
        try vault.reopened().expectWhole()
    }

    /// Where others moved what an open file consists of, and cleared up behind them, it can be read on.
    @Test func openFilesAreReadOnAfterCompacting() throws {
        try vault.put([("/a", noise(100_000)), ("/b", noise(900_000))])
        let node = try #require(try files.child(name("a"), of: Self.top))
        let file = try files.open(node.id).file
        let other = try vault.reopened()
        try other.remove(path("/b"), recursively: false, now: start)
        _ = try Compactor(other).run(now: start)
        _ = try Collector(other).run(now: start + day, waits: false)
        var found: [UInt8] = []
        try files.read(file, at: 1_000, count: 50_000) { found = Array($0) }
        #expect(found == Array(noise(100_000)[1_000..<51_000]))
        files.close(file)
    }

    /// More changes than one record can hold, at places far from each other.
    @Test func changesFarApartFitIntoRecords() throws {
        let count = 6_000
        for number in 0..<count {
            _ = try files.make(.file, name("\(number)"), in: Self.top, mode: 0o644, owner: 0, group: 0)
        }
        for number in stride(from: 0, to: count, by: 2) {
            let node = try #require(try files.child(name("\(number)"), of: Self.top))
            try files.setAttributes(of: node.id) { $0.mode = 0o600 }
            try files.remove(name("\(number)"), from: Self.top, isFolder: false)
        }
        try files.commit()
        #expect(try vault.reopened().usage().files == count / 2)
    }

    /// Files without a name that nobody has open any more, since the mount was killed.
    @Test func gcClearsNamelessFilesAway() throws {
        try write(noise(100_000), to: "a")
        let node = try #require(try files.child(name("a"), of: Self.top))
        let file = try files.open(node.id).file
        try files.remove(name("a"), from: Self.top, isFolder: false)
        try files.commit()
        let other = try vault.reopened()
        #expect(try other.usage().files == 0)
        try other.expectWhole()
        _ = try Collector(other).run(now: .max / 2)
        _ = try Collector(other).run(now: .max / 2 + day)
        try other.expectWhole()
        #expect(try other.usage().stored == 0)
        files.close(file)
        try files.commit()
    }
}

extension HookedStore.Step {
    /// An error behind which what was to be done has been done.
    fileprivate var isPublished: Bool { if case .published = self { true } else { false } }
}
