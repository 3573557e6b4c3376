import SecrSystem
import SecrTestSupport
import SecrVault
import Synchronization
import SystemPackage
import Testing

/// Errors of the disk: what was promised stays, the error says what happened, and work goes on when the cause is gone.
@Suite struct FailureTests {
    /// How the disk fails from its `n`-th step on.
    enum Disk: CaseIterable, Sendable {
        /// One step fails.
        case hiccup
        /// Nothing works any more.
        case dead
        /// Whatever needs room fails.
        case full

        func fails(_ step: HookedStore.Step, _ number: Int, from first: Int) -> Bool {
            switch self {
            case .hiccup: number == first
            case .dead: number >= first
            case .full: number >= first && step.needsRoom
            }
        }

        var errno: Errno { self == .full ? .noSpace : .ioError }
    }

    private static let steps: [@Sendable (Vault) throws -> Void] = [
        { try $0.put([("/a", noise(10)), ("/b", noise(5_000)), ("/c", noise(1_100_000))]) },
        { try $0.move(path("/a"), to: path("/d"), overwrites: true, now: start) },
        { try $0.put("/b", noise(6_000, 2)) },
        { try $0.forgetDeleted() },
        { try $0.remove(path("/c"), recursively: false, now: start) },
        { _ = try Collector($0).run(now: start + day, waits: false) },
        { try $0.put((0..<20).map { ("/m\($0)", noise(3_000, UInt64($0))) }) },
        { for number in 0..<16 { try $0.remove(path("/m\(number)"), recursively: false, now: start) } },
        { _ = try Compactor($0).run(now: start) },
        { _ = try Collector($0).run(now: start + 2 * day, waits: false) },
        { try $0.forgetDeleted() },
    ]

    /// What is to be there after each step.
    private static let promises: [Contents] = {
        do {
            let vault = try Vault.inMemory()
            return try [vault.contents()]
                + steps.map {
                    try $0(vault)
                    return try vault.contents()
                }
        } catch { fatalError("\(error)") }
    }()

    /// Fails at step `first`, and returns how many steps there were.
    private func run(_ disk: Disk, from first: Int) throws -> Int {
        let memory = MemoryStore()
        let keys = makeKeys()
        _ = try Vault.inMemory(memory, keys)
        let store = HookedStore(memory)
        let vault = try Vault(store, keys, device: nil)
        let count = Mutex(0)
        store.setHook { step throws(StoreError) in
            let number = count.withLock { count in
                count += 1
                return count - 1
            }
            guard disk.fails(step, number, from: first) else { return }
            var isUncertain = false
            switch step {
            case .published(_, durably: true), .sync: isUncertain = true
            default: break
            }
            throw StoreError(.system(SystemError("write", "o", disk.errno)), isUncertain: isUncertain)
        }
        for (index, step) in Self.steps.enumerated() {
            var failed = false
            do {
                try step(vault)
            } catch let error as VaultError {
                failed = true
                guard case .store(let cause) = error, case .system(let system) = cause.reason else {
                    Issue.record("\(disk) at \(first), step \(index): \(error)")
                    return 0
                }
                #expect(system.errno == disk.errno)
            }
            let (before, after) = (Self.promises[index], Self.promises[index + 1])
            if !failed { continue }
            let onDisk = try Vault(memory, keys, device: nil)
            let found = try onDisk.contents()
            // A step of several transactions can have come half-way.
            let wrong = Set(before.keys).union(after.keys).union(found.keys).filter {
                found[$0] != after[$0] && found[$0] != before[$0]
            }
            #expect(wrong.isEmpty, "\(disk) at \(first), step \(index)")
            try onDisk.expectWhole("\(disk) at \(first), step \(index)")
            // The cause is gone. The same vault, which saw the failure, does it again.
            store.setHook { _ in }
            do { try step(vault) } catch VaultError.notFound where index == 1 || index == 4 || index == 7 {
                for name in before.keys where after[name] == nil {
                    try? vault.remove(path(name), recursively: true, now: start)
                }
            }
            #expect(try vault.contents() == after, "\(disk) at \(first), step \(index) again")
        }
        let last = try Vault(memory, keys, device: nil)
        try last.expectWhole("\(disk) at \(first), at the end")
        #expect(try last.contents() == Self.promises.last)
        return count.withLock { $0 }
    }

    @Test(arguments: Disk.allCases) func everyStepCanFail(disk: Disk) throws {
        let all = try run(disk, from: .max)
        try #require(all > 100)
        // The short run takes some of them, in each run others.
        let stride = isLongRun ? 1 : max(1, all / 24)
        for first in Swift.stride(from: Int.random(in: 0..<stride), to: all, by: stride) {
            if try run(disk, from: first) == 0 { return }
        }
    }

    /// After an answer that got lost, what is there is what happened.
    @Test func anUncertainCommitIsFoundOut() throws {
        let memory = MemoryStore()
        let keys = makeKeys()
        _ = try Vault.inMemory(memory, keys)
        for syncs in [true, false] {
            let store = HookedStore(memory)
            let vault = try Vault(store, keys, device: nil)
            let record = keys.name(.record, vault.change + 1)
            store.setHook { step throws(StoreError) in
                if step == .published(record, durably: true) || (step == .sync && !syncs) {
                    throw StoreError(.system(SystemError("sync", nil, .ioError)), isUncertain: true)
                }
            }
            let name = syncs ? "/synced" : "/unsynced"
            if syncs {
                try vault.put(name, [1])
            } else {
                #expect(throws: VaultError.self) { try vault.put(name, [1]) }
            }
            store.setHook { _ in }
            // Both are there; only of one it was promised.
            #expect(try vault.bytes(name) == [1])
            try vault.put(name, [2])
            #expect(try vault.reopened(on: memory).bytes(name) == [2])
            try vault.reopened(on: memory).expectWhole()
        }
    }

    @Test func aCheckpointThatFailsIsToldAndMadeUpFor() throws {
        let memory = MemoryStore()
        let keys = makeKeys()
        _ = try Vault.inMemory(memory, keys)
        let store = HookedStore(memory) { step throws(StoreError) in
            guard case .publish(_, durably: false) = step else { return }
            throw StoreError(.system(SystemError("write", nil, .noSpace)))
        }
        let vault = try Vault(store, keys, device: nil)
        let before = try vault.checkpoint
        for round in 0..<80 { try vault.put("/\(round)", noise(30)) }
        guard case .store = vault.checkpointFailure else {
            Issue.record("\(vault.checkpointFailure as Any)")
            return
        }
        #expect(try vault.checkpoint == before)
        try vault.reopened(on: memory).expectWhole()
        store.setHook { _ in }
        try vault.put("/last", noise(30))
        #expect(try vault.checkpointFailure == nil && vault.checkpoint == before + 1)
        try vault.reopened(on: memory).expectWhole()
        #expect(try vault.reopened(on: memory).contents().count == 81)
    }

    @Test(.enabled(if: Run.canMount)) func aFullDiskLosesNothing() throws {
        let folder = try TemporaryFolder()
        try #require(try Run.shell("mount -t tmpfs -o size=6m none .", in: folder.path).status == 0)
        defer { _ = try? Run.program("umount", ["-l", folder.path]) }
        try FolderStore.create(in: FilePath(folder))
        let keys = makeKeys()
        let vault = try Vault.inMemory(FolderStore(FilePath(folder)), keys)
        var files: [String: [UInt8]] = [:]
        var isFull = false
        for round in 0..<2_000 where !isFull {
            let bytes = noise(round % 5 == 0 ? 70_000 : 900, UInt64(round))
            do {
                try vault.put("/\(round)", bytes)
                files["/\(round)"] = bytes
            } catch VaultError.store(let error) {
                guard case .system(let cause) = error.reason else { throw error }
                #expect(cause.errno == .noSpace)
                isFull = true
            }
        }
        #expect(isFull)
        for opened in [vault, try Vault(FolderStore(FilePath(folder)), keys, device: nil)] {
            #expect(try opened.contents() == files.mapValues { .file($0) })
            try opened.expectWhole()
        }
        // Deleting needs room, too, but not much; a larger disk has it.
        try #require(try Run.shell("mount -o remount,size=8m .", in: folder.path).status == 0)
        for name in files.keys.sorted().prefix(files.count / 2) {
            try vault.remove(path(name), recursively: false, now: start)
            files[name] = nil
        }
        _ = try Collector(vault).run(now: start, waits: false)
        try vault.put("/new", noise(300_000))
        files["/new"] = noise(300_000)
        let opened = try Vault(FolderStore(FilePath(folder)), keys, device: nil)
        #expect(try opened.contents() == files.mapValues { .file($0) })
        try opened.expectWhole()
    }
}
