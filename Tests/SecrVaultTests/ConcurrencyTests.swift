import Foundation
import SecrCrypto
import SecrStream
import SecrTestSupport
import SecrVault
import Synchronization
import SystemPackage
import Testing

/// Many at once in one vault: one history, and nothing is lost.
@Suite struct ConcurrencyTests {
    private static let seconds: Double = isLongRun ? 60 : 4

    /// What one of the workers was told to have happened.
    private struct Told: Sendable {
        var changes = 0
        /// How often it got a name that all want, less how often it took it away.
        var shared: [String: Int] = [:]
        var own: [String: [UInt8]] = [:]
    }

    @Test(arguments: ObjectStoreTests.Kind.allCases) func severalVaultsAtOnce(kind: ObjectStoreTests.Kind) throws {
        let subject = try kind.make()
        defer { withExtendedLifetime(subject) {} }
        let first = try Vault.inMemory(subject.store)
        for worker in 0..<4 { try first.makeFolder("/\(worker)") }
        try first.put("/token", [1])
        let keys = first.keys
        let begin = first.change
        let deadline = ContinuousClock.now + .seconds(Self.seconds)
        let told = try concurrently(4) { worker in
            try Self.work(Vault(subject.store, keys, device: nil), worker, until: deadline)
        }
        let last = try first.reopened()
        try last.expectWhole()
        // Each change is one record, and no record was lost or written twice.
        #expect(last.change - begin == UInt64(told.reduce(0) { $0 + $1.changes }))
        #expect(first.checkpointFailure == nil)
        let contents = try last.contents()
        // A name that was got once more than it was taken away is there; none can be got twice.
        var shared: [String: Int] = [:]
        for worker in told { shared.merge(worker.shared, uniquingKeysWith: +) }
        #expect(shared.values.allSatisfy { $0 == 0 || $0 == 1 })
        #expect(Set(contents.keys.filter { $0.hasPrefix("/shared") }) == Set(shared.filter { $0.value == 1 }.keys))
        for worker in 0..<4 {
            for (name, bytes) in told[worker].own { #expect(contents[name] == .file(bytes), "\(name)") }
            let own = contents.keys.filter { $0.hasPrefix("/\(worker)/") }
            #expect(Set(own) == Set(told[worker].own.keys))
        }
        #expect(contents.keys.count(where: { $0.hasPrefix("/token") }) == 1)
        // The vault that was open all the time sees it, too.
        #expect(try first.contents() == contents)
    }

    private static func work(_ vault: Vault, _ worker: Int, until deadline: ContinuousClock.Instant) throws -> Told {
        var told = Told()
        var generator = Seeded(UInt64(worker))
        var round = 0
        /// Counts what was done; of what others can do at the same time, it may have been impossible.
        func attempt(_ work: () throws -> Void) throws -> Bool {
            do {
                try work()
                told.changes += 1
                return true
            } catch VaultError.exists, VaultError.notFound {
                return false
            }
        }
        while ContinuousClock.now < deadline {
            round += 1
            switch Int.random(in: 0..<7, using: &generator) {
            case 0:
                let name = "/\(worker)/\(Int.random(in: 0..<20, using: &generator))"
                let bytes = noise([30, 3_000, 30_000].randomElement(using: &generator)!, UInt64(round))
                if try attempt({ try vault.put(name, bytes) }) { told.own[name] = bytes }
            case 1:
                guard let name = told.own.keys.randomElement(using: &generator) else { continue }
                let target = "/\(worker)/moved\(round)"
                if try attempt({ try vault.move(path(name), to: path(target), overwrites: false, now: start) }) {
                    told.own[target] = told.own.removeValue(forKey: name)
                } else {
                    Issue.record("\(name) is gone")
                }
            case 2:
                guard let name = told.own.keys.randomElement(using: &generator) else { continue }
                if try attempt({ try vault.remove(path(name), recursively: false, now: start) }) {
                    told.own[name] = nil
                }
            case 3:
                // All want the same names, one after the other.
                let name = "/shared\(round)"
                if try attempt({ try vault.put(name, [UInt8(worker)], overwrites: false) }) {
                    told.shared[name, default: 0] += 1
                }
            case 4:
                let name = "/shared\(Int.random(in: 0...round, using: &generator))"
                if try attempt({ try vault.remove(path(name), recursively: false, now: start) }) {
                    told.shared[name, default: 0] -= 1
                }
            case 5:
                // There is one token, and it is somewhere.
                let names = try vault.list(.top).map { String(decoding: $0.name, as: UTF8.self) }
                guard let token = names.first(where: { $0.hasPrefix("token") }) else {
                    Issue.record("there is no token")
                    return told
                }
                let target = "/token\(worker)-\(round)"
                _ = try attempt({ try vault.move(path(token), to: path(target), overwrites: false, now: start) })
            default:
                if let (name, bytes) = told.own.randomElement(using: &generator) {
                    guard try vault.bytes(name) == bytes else {
                        Issue.record("\(name) is another")
                        return told
                    }
                }
            }
        }
        return told
    }

    /// Somebody who sleeps while the record that he would follow is cleared away.
    @Test(arguments: [1, 70, 200, 400]) func whoWakesUpSeesTheNewestAndWritesBehindIt(changes: Int) throws {
        let store = MemoryStore()
        let first = try Vault.inMemory(store)
        try first.put("/a", [0])
        let sleepers = try (0..<4).map { _ in try first.reopened() }
        for round in 0..<changes { try first.put("/a", noise(20, UInt64(round))) }
        try first.forgetDeleted()
        try first.put("/b", [5])
        try first.forgetDeleted()
        let newest = first.change
        #expect(try sleepers[0].bytes("/a") == noise(20, UInt64(changes - 1)))
        try sleepers[1].put("/c", [1])
        try sleepers[2].remove(path("/b"), recursively: false, now: start)
        try sleepers[3].forgetDeleted()
        #expect(throws: VaultError.exists(Array("/c".utf8))) { try sleepers[3].put("/c", [2], overwrites: false) }
        let last = try first.reopened()
        #expect(last.change == newest + 2)
        #expect(try last.contents() == ["/a": .file(noise(20, UInt64(changes - 1))), "/c": .file([1])])
        for vault in sleepers + [first] {
            #expect(try vault.contents() == last.contents())
            try vault.expectWhole()
        }
    }

    /// A record that somebody put who then fell asleep before it was durable, and others who build upon it.
    @Test func whatIsBuiltOnIsDurableFirst() throws {
        for isPacked in [false, true] {
            let memory = MemoryStore()
            let keys = makeKeys()
            let first = try Vault.inMemory(memory, keys)
            try first.put("/a", [0])
            let record = keys.name(.record, first.change)
            let settled = Mutex<[HookedStore.Step]>([])
            let store = HookedStore(memory) { step throws(StoreError) in settled.withLock { $0.append(step) } }
            let second = try Vault(store, keys, device: nil)
            if isPacked { try second.forgetDeleted() } else { try second.put("/b", [1]) }
            let steps = settled.withLock { $0 }
            let place = try #require(steps.firstIndex(of: .settle(record)))
            let answer = isPacked ? keys.name(.root, try second.checkpoint) : keys.name(.record, second.change)
            #expect(place < (try #require(steps.firstIndex(of: .publish(answer, durably: true)))))
            // Its own records are known to be durable.
            settled.withLock { $0 = [] }
            try second.put("/c", [2])
            #expect(!settled.withLock { $0.contains { if case .settle = $0 { true } else { false } } })
        }
    }

    /// Somebody puts a checkpoint and falls asleep before he has looked at it, while others go on from it.
    @Test(arguments: [1, 2, 3, 5], [false, true])
    func whoFallsAsleepOverHisCheckpointTakesNothingAway(others: Int, isLooking: Bool) throws {
        let memory = MemoryStore()
        let first = try Vault.inMemory(memory)
        try first.put("/a", [0])
        try first.forgetDeleted()
        let other = try first.reopened()
        let store = HookedStore(memory)
        let sleeper = try first.reopened(on: store)
        let root = try first.keys.name(.root, first.checkpoint + 1)
        // So much that the next checkpoints leave it as it is and build upon it.
        try sleeper.put((0..<1_000).map { ("/\($0)", [1]) })
        let isAsleep = Mutex(false)
        store.setHook { step throws(StoreError) in
            guard step == (isLooking ? .open(root) : .published(root, durably: true)) else { return }
            guard isAsleep.withLock({ old in (old, old = true).0 }) == false else { return }
            do {
                for _ in 0..<others { try Self.writeCheckpoint(other) }
            } catch {
                Issue.record(error)
            }
        }
        try Self.writeCheckpoint(sleeper)
        #expect(isAsleep.withLock { $0 })
        #expect(sleeper.checkpointFailure == nil)
        try Self.writeCheckpoint(other)
        for vault in [sleeper, other, try first.reopened()] {
            try vault.expectWhole()
            #expect(try vault.contents() == other.contents())
        }
    }

    /// Somebody falls asleep while he clears records away, and others clear away later ones meanwhile.
    @Test(arguments: [1, 2, 3]) func whoFallsAsleepOverOldRecordsMisleadsNobody(others: Int) throws {
        let memory = MemoryStore()
        let first = try Vault.inMemory(memory)
        let store = HookedStore(memory)
        let clearer = try first.reopened(on: store)
        for _ in 0..<2 { try Self.writeCheckpoint(clearer) }
        var outdated: [Vault] = []
        let begin = clearer.change
        let checkpoint = try clearer.checkpoint
        while try clearer.checkpoint == checkpoint {
            try clearer.put("/tail", [0])
            outdated.append(try first.reopened())
        }
        let record = first.keys.name(.record, (begin + clearer.change) / 2)
        let other = try first.reopened()
        let isAsleep = Mutex(false)
        let awake = outdated
        store.setHook { step throws(StoreError) in
            guard step == .delete(record) else { return }
            isAsleep.withLock { $0 = true }
            do {
                for _ in 0..<others { try Self.writeCheckpoint(other) }
                for (number, vault) in awake.enumerated() { try vault.put("/new\(number)", [UInt8(number)]) }
            } catch {
                Issue.record(error)
            }
        }
        try Self.writeCheckpoint(clearer)
        #expect(isAsleep.withLock { $0 })
        let last = try first.reopened()
        try last.expectWhole()
        for number in outdated.indices { #expect(try last.bytes("/new\(number)") == [UInt8(number)]) }
        for vault in outdated + [clearer, other] { #expect(try vault.contents() == last.contents()) }
    }

    /// Commits until the tail is merged.
    private static func writeCheckpoint(_ vault: Vault) throws {
        let before = try vault.checkpoint
        for round in 0..<200 where try vault.checkpoint == before { try vault.put("/tail", [UInt8(round)]) }
        #expect(try vault.checkpoint > before)
    }

    /// Two write the same checkpoint; the slower one takes his away and goes on.
    @Test func checkpointsAtTheSameTime() throws {
        let store = MemoryStore()
        let first = try Vault.inMemory(store)
        let keys = first.keys
        for round in 0..<(isLongRun ? 200 : 20) {
            try first.put("/\(round)", noise(3_000))
            try concurrently(3) { _ in try Vault(store, keys, device: nil).forgetDeleted() }
            try first.expectWhole("round \(round)")
            #expect(try first.reopened().contents().count == round + 1)
        }
        _ = try Collector(first).run(now: start + 9 * day, waits: false)
        try first.reopened().expectWhole()
    }
}
