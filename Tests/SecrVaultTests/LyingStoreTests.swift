import Foundation
import SecrCrypto
import SecrTestSupport
import SecrVault
import SystemPackage
import Testing

/// A folder that shows something else than what was put there: an older state, another history, what was deleted.
@Suite struct LyingStoreTests {
    private func expectRollBack(
        _ what: String, at location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
    ) {
        do {
            try body()
            Issue.record("\(what): nothing noticed", sourceLocation: location)
        } catch VaultError.rolledBack {
        } catch {
            Issue.record("\(what): \(error)", sourceLocation: location)
        }
    }

    /// While a program has the vault open.
    @Test func aRunningProgramNoticesThatTheVaultWasPutBack() throws {
        let watched = try WatchedVault()
        let vault = try watched.open()
        for number in 0..<3 { try watched.put("early \(number)", noise(30, 1), in: vault) }
        let older = try watched.snapshot()
        for number in 0..<3 { try watched.put("late \(number)", noise(30, 2), in: vault) }
        try watched.restore(older)
        expectRollBack("reading") { _ = try vault.everything() }
        expectRollBack("writing") { try vault.put("lost", noise(30, 3)) }
        // And again: nothing of the other history is taken in the meantime.
        expectRollBack("reading again") { _ = try vault.everything() }
        #expect(try watched.snapshot() == older)
    }

    @Test func aRunningProgramNoticesAnotherHistory() throws {
        let watched = try WatchedVault()
        let vault = try watched.open()
        try watched.put("common", noise(30, 1), in: vault)
        let fork = try watched.snapshot()
        try watched.put("mine", noise(30, 2), in: vault)
        let mine = try watched.snapshot()
        // Somebody else's branch, with checkpoints, so that no record of the other one is left.
        try watched.restore(fork)
        let other = try watched.open(isFresh: true)
        for number in 0..<5 {
            try other.put("other \(number)", noise(30, 3))
            try other.forgetDeleted()
        }
        expectRollBack("reading") { _ = try vault.everything() }
        // The same for somebody who opens it now.
        expectRollBack("opening") { _ = try watched.open() }
        try watched.restore(mine)
        #expect(watched.outcome() == .unchanged)
        // Both at once: the records of one, the checkpoints of the other.
        let both = try watched.snapshot()
        try watched.restore(mine)
        try watched.restore(both.merging(mine) { first, _ in first })
        #expect(watched.outcome().isAcceptable)
    }

    /// Who was away while others wrote several checkpoints sees what they wrote.
    @Test func whoFellFarBehindCatchesUp() throws {
        let watched = try WatchedVault()
        let sleeper = try watched.open(isFresh: true)
        #expect(try sleeper.everything() == [:])
        let vault = try watched.open()
        for number in 0..<4 {
            try watched.put("file \(number)", noise(30, 1), in: vault)
            try watched.put("other \(number)", noise(30, 1), in: vault)
            try vault.forgetDeleted()
        }
        #expect(try sleeper.everything() == vault.everything())
        try watched.put("of the sleeper", noise(20, 4), in: sleeper)
        #expect(watched.outcome() == .unchanged)
    }

    /// Roots of checkpoints that are long gone, as somebody leaves who slept while he wrote one.
    @Test func deletedCheckpointsThatComeBackHideNothing() throws {
        let watched = try WatchedVault()
        let vault = try watched.open()
        var older: [(objects: [String: [UInt8]], state: [UInt8])] = []
        let states = watched.stateFolder.string
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: states).first)
        for number in 0..<4 {
            try watched.put("file \(number)", noise(30, 1), in: vault)
            try vault.forgetDeleted()
            older.append((try watched.snapshot(), try watched.folder.bytes("state/" + name)))
        }
        let now = try watched.snapshot()
        for state in older.dropLast() {
            for (file, bytes) in state.objects where now[file] == nil {
                try watched.overwrite(file, bytes)
                // A device that was last here then begins its search with a checkpoint of then.
                try watched.folder.write(state.state, to: "state/" + name)
                #expect(watched.outcome() == .unchanged, "\(file)")
                #expect(watched.outcome(isFresh: true) == .unchanged, "\(file)")
                try watched.restore(now)
            }
        }
    }

    /// What was deleted is in no object any more, as soon as it is to be forgotten.
    @Test func forgettingLeavesNothingOfTheIndexBefore() throws {
        let watched = try WatchedVault()
        let vault = try watched.open()
        try watched.put("kept", noise(9_000, 1), in: vault)
        try watched.put("deleted", noise(1_000, 2), in: vault)
        try vault.forgetDeleted()
        try watched.put("another", noise(10, 3), in: vault)
        let data = try Set(TamperTests.owners(watched).keys)
        let before = try watched.snapshot()
        try watched.remove("deleted", in: vault)
        try vault.forgetDeleted()
        let examples = FormatExamples(try watched.located(), watched.keys)
        let marks = Set((1...64 as ClosedRange<UInt64>).compactMap { examples.name(5, $0) })
        for object in try watched.objects where before[object] == (try watched.bytes(object)) {
            let isMark = marks.contains(object.dropFirst(2).filter { $0 != "/" })
            #expect(data.contains(object) || isMark, "\(object) was there before")
        }
        #expect(watched.outcome() == .unchanged && watched.outcome(isFresh: true) == .unchanged)
    }

    /// A power cut can leave a file empty that was never synced.
    @Test(arguments: [0, 1, 256, 16_383]) func aDamagedStateFileDoesNotEndTheWatch(size: Int) throws {
        let watched = try WatchedVault()
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: watched.stateFolder.string).first)
        let older = try watched.snapshot()
        try watched.folder.write(Array(watched.folder.bytes("state/" + name).prefix(size)), to: "state/" + name)
        try watched.put("later", noise(30, 1), in: watched.open())
        #expect(try watched.folder.bytes("state/" + name).count == 16_384)
        try watched.restore(older)
        expectRollBack("opening") { _ = try watched.open() }
    }

    /// Without marks only a device that knows a checkpoint finds the newest.
    @Test func missingMarksAreFoundAndRepaired() throws {
        let watched = try WatchedVault()
        let vault = try watched.open()
        for number in 0..<2 {
            try watched.put("file \(number)", noise(30, 1), in: vault)
            try vault.forgetDeleted()
        }
        let examples = FormatExamples(try watched.located(), watched.keys)
        for number: UInt64 in 1...64 {
            guard let name = examples.name(5, number) else { continue }
            try? watched.delete("o/\(name.prefix(2))/\(name.dropFirst(2))")
        }
        #expect(watched.outcome() == .unchanged)
        #expect(watched.outcome(isFresh: true) == .refused(.damaged(.record(1))))
        #expect(try Verifier(watched.open()).run(.index).problems.map(\.kind) == [.checkpoint])
        let folder = try watched.located()
        _ = try Repairer.run(
            folder, watched.keys, device: folder.deviceState(in: watched.stateFolder), dropsLost: false, now: 1,
            progress: { _ in })
        #expect(watched.outcome(isFresh: true) == .unchanged)
        #expect(try Verifier(watched.open()).run(.full).problems == [])
    }
}
