import Foundation
import SecrTestSupport
import SecrVault
import SystemPackage
import Testing

/// Whatever somebody changes who has the folder but no key: an error, or nothing has changed. With the state of a device
/// that has seen the vault. `SECR_TAMPER=full` tries every bit and every length.
@Suite(.serialized) struct TamperTests {
    static let isFull = ProcessInfo.processInfo.environment["SECR_TAMPER"] == "full"

    /// Files in the index, alone in an object and together in one; two checkpoints and records behind them.
    static func makeVault(_ each: (WatchedVault) throws -> Void = { _ in }) throws -> WatchedVault {
        let watched = try WatchedVault()
        let vault = try watched.open()
        try each(watched)
        try watched.put("small", noise(40, 1), in: vault)
        try each(watched)
        try watched.put("alone", noise(9_000, 2), in: vault)
        try watched.put("later overwritten", noise(3_000, 3), in: vault)
        try each(watched)
        try vault.forgetDeleted()
        try each(watched)
        try watched.put("later overwritten", noise(2_500, 4), in: vault, overwrites: true)
        try watched.put("deleted", noise(100, 5), in: vault)
        try watched.remove("deleted", in: vault)
        try each(watched)
        try vault.forgetDeleted()
        try vault.makeFolder(
            VaultPath("/folder"), parents: false, .init(mode: 0o755, modified: WatchedVault.date), now: 1)
        watched.contents.withLock { $0["folder/"] = [] }
        try each(watched)
        try watched.put("folder/two chunks", noise(70_000, 6), in: vault)
        try watched.put("last", noise(10, 7), in: vault)
        #expect(watched.outcome() == .unchanged && watched.outcome(isFresh: true) == .unchanged)
        #expect(try Verifier(vault).run(.full).problems == [])
        return watched
    }

    /// Which file lies in which object.
    static func owners(_ watched: WatchedVault) throws -> [String: String] {
        var owners: [String: String] = [:]
        for object in try watched.objects {
            let bytes = try watched.bytes(object)
            try watched.delete(object)
            if case .refused(.damaged(.object(let path))) = watched.outcome() {
                owners[object] = String(decoding: path.dropFirst(), as: UTF8.self)
            }
            try watched.overwrite(object, bytes)
        }
        return owners
    }

    private func expectRefusal(
        _ outcome: WatchedVault.Outcome, _ what: @autoclosure () -> String, owner: String? = nil,
        at location: SourceLocation = #_sourceLocation
    ) {
        if !outcome.isAcceptable { Issue.record("\(what()): \(outcome)", sourceLocation: location) }
        guard let owner, outcome != .unchanged else { return }
        if outcome != .refused(.damaged(.object(Array("/\(owner)".utf8)))) {
            Issue.record("\(what()): \(outcome), and not \(owner)", sourceLocation: location)
        }
    }

    /// Where a bit is changed: everywhere, or where it could matter and here and there.
    private func bits(of size: Int, seed: UInt64) -> [Int] {
        if Self.isFull { return Array(0..<8 * size) }
        var generator = Seeded(seed)
        let edges = Array(stride(from: Int(seed % 5), to: 96, by: 5)) + [size - 16, size - 1]
        let inner = stride(from: 96, to: size - 20, by: 1_021)
        return (edges + Array(inner)).map { 8 * $0 + Int.random(in: 0..<8, using: &generator) }
    }

    @Test func eachBitOfEachObject() throws {
        let watched = try Self.makeVault()
        let owners = try Self.owners(watched)
        #expect(Set(owners.values) == ["alone", "later overwritten", "folder/two chunks"])
        var unnoticed = 0
        for (index, object) in try watched.objects.enumerated() {
            let bytes = try watched.bytes(object)
            for bit in bits(of: bytes.count, seed: UInt64(index)) {
                var changed = bytes
                changed[bit / 8] ^= 1 << (bit % 8)
                try watched.overwrite(object, changed)
                let outcome = watched.outcome()
                unnoticed += outcome == .unchanged ? 1 : 0
                expectRefusal(outcome, "\(object), bit \(bit)", owner: owners[object])
            }
            try watched.overwrite(object, bytes)
        }
        #expect(unnoticed > 0, "marks and what only a repair needs can't be noticed by reading")
        #expect(watched.outcome() == .unchanged)
    }

    @Test func eachLengthOfEachObject() throws {
        let watched = try Self.makeVault()
        let owners = try Self.owners(watched)
        for object in try watched.objects {
            let bytes = try watched.bytes(object)
            let lengths =
                Self.isFull
                ? Array(0...bytes.count + 64)
                : [0, 1, 31, 63, 64, 79, 80, 81] + Array(stride(from: 100, to: bytes.count, by: 3_001))
                    + [17, 16, 15, 1, -1, -16, -17].map { bytes.count - $0 }
            for length in lengths where length != bytes.count {
                let cut = Array(bytes.prefix(length)) + noise(max(0, length - bytes.count), 9)
                try watched.overwrite(object, cut)
                expectRefusal(watched.outcome(), "\(object), \(length) bytes", owner: owners[object])
            }
            try watched.overwrite(object, bytes)
        }
        #expect(watched.outcome() == .unchanged)
    }

    /// What is noticed by nobody who reads must be of no importance to anybody, or `verify` has to find it.
    private func expectThatVerifyKnows(
        _ watched: WatchedVault, _ outcome: WatchedVault.Outcome, _ what: String
    ) throws {
        guard outcome == .unchanged else { return }
        let fresh = watched.outcome(isFresh: true)
        guard fresh != .unchanged else { return }
        let report = try Verifier(watched.open()).run(.full)
        #expect(!report.problems.isEmpty, "\(what): another device finds: \(fresh); verify finds nothing")
    }

    @Test func eachObjectDeleted() throws {
        let watched = try Self.makeVault()
        let owners = try Self.owners(watched)
        var harmless = 0
        for object in try watched.objects {
            let bytes = try watched.bytes(object)
            try watched.delete(object)
            let outcome = watched.outcome()
            expectRefusal(outcome, "\(object) deleted", owner: owners[object])
            try expectThatVerifyKnows(watched, outcome, "\(object) deleted")
            if outcome == .unchanged, try Verifier(watched.open()).run(.full).problems.isEmpty { harmless += 1 }
            try watched.overwrite(object, bytes)
        }
        // Marks of checkpoints before the newest.
        #expect(harmless < 8, "\(harmless) objects can go without a trace")
        #expect(watched.outcome() == .unchanged)
    }

    @Test func eachDamageThatARepairWouldMeetIsFoundByVerify() throws {
        let watched = try Self.makeVault()
        var silent = 0
        for object in try watched.objects {
            let bytes = try watched.bytes(object)
            var changed = bytes
            changed[bytes.count / 2] ^= 1
            try watched.overwrite(object, changed)
            if watched.outcome() == .unchanged, try Verifier(watched.open()).run(.full).problems.isEmpty { silent += 1 }
            try watched.overwrite(object, bytes)
        }
        // Marks, of which only the names mean something, and the record that is kept below the older checkpoint.
        #expect(silent <= 9, "\(silent) objects can be damaged without verify noticing")
    }

    @Test func anyTwoObjectsSwapped() throws {
        let watched = try Self.makeVault()
        let objects = try watched.objects
        let bytes = try objects.map { try watched.bytes($0) }
        for first in objects.indices {
            for second in objects.indices where second > first {
                try watched.overwrite(objects[first], bytes[second])
                try watched.overwrite(objects[second], bytes[first])
                let outcome = watched.outcome()
                expectRefusal(outcome, "\(objects[first]) and \(objects[second]) swapped")
                try watched.overwrite(objects[first], bytes[first])
                try watched.overwrite(objects[second], bytes[second])
            }
        }
        #expect(watched.outcome() == .unchanged)
    }

    @Test func anythingOlderPutBack() throws {
        var older: [[String: [UInt8]]] = []
        let watched = try Self.makeVault { older.append(try $0.snapshot()) }
        let now = try watched.snapshot()
        for (age, snapshot) in older.enumerated() {
            // Each file that is gone or was different, alone.
            for (file, bytes) in snapshot where now[file] != bytes {
                try watched.overwrite(file, bytes)
                expectRefusal(watched.outcome(), "\(file) of state \(age)")
                try watched.restore(now)
            }
            // All that is gone, beside what is there.
            try watched.restore(now.merging(snapshot) { new, _ in new })
            expectRefusal(watched.outcome(), "everything of state \(age) beside the new")
            // All of it.
            try watched.restore(snapshot)
            let outcome = watched.outcome()
            guard case .refused(.rolledBack) = outcome else {
                Issue.record("state \(age): \(outcome)")
                continue
            }
        }
        try watched.restore(now)
        #expect(watched.outcome() == .unchanged)
    }

    /// The last commit is one record, which is the first to go.
    @Test func theLastCommitCanNotBeTakenAway() throws {
        let watched = try Self.makeVault()
        let before = try Set(watched.objects)
        try watched.put("the very last", noise(20, 8), in: watched.open())
        let added = try Set(watched.objects).subtracting(before)
        #expect(added.count == 1)
        for object in added { try watched.delete(object) }
        guard case .refused(.rolledBack) = watched.outcome() else {
            Issue.record("\(watched.outcome())")
            return
        }
    }

    @Test func markerAndSlots() throws {
        let watched = try Self.makeVault()
        func outcome() -> WatchedVault.Outcome {
            do {
                let keys = try watched.located().unlock(WatchedVault.credential("open"))
                return watched.outcome(keys: keys)
            } catch let error as VaultError {
                return .refused(error)
            } catch {
                return .failed("\(error)")
            }
        }
        let (marker, slots) = (try watched.bytes("secr-vault"), try watched.bytes("slots"))
        for bit in 0..<8 * marker.count {
            // A marker that asks for more memory or passes than the test has time for.
            if (12..<13).contains(bit / 8) || (16..<18).contains(bit / 8) { continue }
            var changed = marker
            changed[bit / 8] ^= 1 << (bit % 8)
            try watched.overwrite("secr-vault", changed)
            let found = outcome()
            #expect(found != .unchanged, "marker, bit \(bit)")
            expectRefusal(found, "marker, bit \(bit)")
        }
        try watched.overwrite("secr-vault", marker)
        for length in Array(0..<marker.count) + [65, 4_096, 5_000] {
            try watched.overwrite("secr-vault", Array((marker + noise(5_000, 1)).prefix(length)))
            #expect(outcome() == .refused(.notAVault), "marker of \(length) bytes")
        }
        try watched.overwrite("secr-vault", marker)
        var generator = Seeded(4)
        var opened = 0
        let places =
            Self.isFull ? Array(0..<slots.count) : Array(0..<34) + Array(stride(from: 40, to: slots.count, by: 509))
        for place in places {
            var changed = slots
            changed[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            try watched.overwrite("slots", changed)
            let found = outcome()
            #expect(found == .unchanged || found == .refused(.wrongKey), "slots, byte \(place): \(found)")
            if place < 32 { #expect(found == .refused(.wrongKey), "the secret's byte \(place)") }
            opened += found == .unchanged ? 1 : 0
        }
        // One slot of 64 is in use.
        #expect(opened > places.count / 2 && opened < places.count)
        for length in [0, 1, 31, 32, 4_095, 4_096, 36_863, 36_865, 40_000] {
            try watched.overwrite("slots", Array((slots + noise(5_000, 1)).prefix(length)))
            #expect(outcome() == .refused(.damaged(.slots)), "slots of \(length) bytes")
        }
        try watched.delete("slots")
        #expect(outcome() == .refused(.damaged(.slots)))
        try watched.overwrite("slots", slots)
        #expect(outcome() == .unchanged)
    }

    /// Older slots still open what they opened when they were made, and nothing else: no device can tell them from newer.
    @Test func olderSlotsPutBack() throws {
        let watched = try Self.makeVault()
        let older = try watched.bytes("slots")
        try watched.located().change(
            WatchedVault.credential("open"), to: WatchedVault.credential("changed"), stateFolder: watched.stateFolder,
            now: 2)
        #expect(throws: VaultError.wrongKey) { try watched.located().unlock(WatchedVault.credential("open")) }
        let newer = try watched.bytes("slots")
        let differing = zip(older, newer).enumerated().filter { $0.element.0 != $0.element.1 }.map(\.offset)
        // One slot, and not the secret, under which the other slots are.
        #expect(differing.allSatisfy { $0 >= 4_096 } && Set(differing.map { ($0 - 4_096) / 512 }).count == 1)
        #expect(watched.outcome(keys: try watched.located().unlock(WatchedVault.credential("changed"))) == .unchanged)
        try watched.overwrite("slots", older)
        #expect(throws: VaultError.wrongKey) { try watched.located().unlock(WatchedVault.credential("changed")) }
        #expect(watched.outcome(keys: try watched.located().unlock(WatchedVault.credential("open"))) == .unchanged)
        // A mix of both.
        try watched.overwrite("slots", Array(older.prefix(4_096)) + noise(32_768, 3))
        #expect(throws: VaultError.wrongKey) { try watched.located().unlock(WatchedVault.credential("open")) }
    }

    @Test func anotherVaultsFiles() throws {
        let (watched, other) = (try Self.makeVault(), try WatchedVault())
        let now = try watched.snapshot()
        func expectNothing(_ what: String) {
            do {
                _ = try watched.located().unlock(WatchedVault.credential("open"))
                Issue.record("\(what) opens")
            } catch {
                #expect(error as? VaultError == .wrongKey, "\(what)")
            }
        }
        try watched.overwrite("slots", other.bytes("slots"))
        expectNothing("another's slots")
        try watched.restore(now)
        try watched.overwrite("secr-vault", other.bytes("secr-vault"))
        expectNothing("another's marker")
        // Both of them: a vault of its own, of which nothing is there.
        try watched.overwrite("slots", other.bytes("slots"))
        let keys = try watched.located().unlock(WatchedVault.credential("open"))
        #expect(watched.outcome(keys: keys) == .refused(.damaged(.record(1))))
        try watched.restore(now)
        // Objects of another vault beside its own are none of its business.
        try watched.restore(now.merging(other.snapshot()) { mine, _ in mine })
        #expect(watched.outcome() == .unchanged)
    }
}
