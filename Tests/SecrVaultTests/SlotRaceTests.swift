import Foundation
import SecrCrypto
import SecrTestSupport
import SecrVault
import Synchronization
import SystemPackage
import Testing

/// Slots that are read while they are replaced, and replacements that were stopped.
@Suite struct SlotRaceTests {
    private final class Progress: Sendable {
        let isDone = Mutex(false)
    }

    /// The old file is overwritten after the new one is there, under the hands of those who are reading it.
    @Test func theRightPassphraseIsNeverWrong() async throws {
        let watched = try WatchedVault()
        let vault = try watched.open()
        try watched.located().addSlot(
            vault, WatchedVault.credential("other 0"), isRecovery: false, label: [], now: 1)
        let progress = Progress()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    for number in 0..<40 {
                        try watched.located().change(
                            WatchedVault.credential("other \(number)"),
                            to: WatchedVault.credential("other \(number + 1)"),
                            stateFolder: nil, now: 1)
                    }
                } catch {
                    Issue.record("changing: \(error)")
                }
                progress.isDone.withLock { $0 = true }
            }
            group.addTask {
                while !progress.isDone.withLock({ $0 }) {
                    do {
                        _ = try watched.located().unlock(WatchedVault.credential("open"))
                    } catch {
                        Issue.record("unlocking: \(error)")
                    }
                }
            }
        }
    }

    /// Index and slots can't be changed in one step.
    @Test func aSlotThatWasNeverWrittenIsNoWayIn() throws {
        let watched = try WatchedVault()
        let (vault, folder) = (try watched.open(), try watched.located())
        let before = try watched.bytes("slots")
        let real = try #require(folder.slots(of: vault).first)
        #expect(real.isAsWritten)
        let added = try folder.addSlot(
            vault, WatchedVault.credential("added"), isRecovery: false, label: [], now: 1)
        #expect(try folder.slots(of: vault).allSatisfy { $0.isAsWritten })
        // As if the power had gone before the slots were replaced.
        try watched.overwrite("slots", before)
        let found = try folder.slots(of: vault)
        #expect(found.count == 2 && found.allSatisfy { $0.isAsWritten == ($0.number == real.number) })
        #expect(throws: VaultError.lastSlot) { try folder.removeSlot(vault, real.number) }
        _ = try folder.unlock(WatchedVault.credential("open"))
        // What is no way in can be forgotten, and its number is free again.
        try folder.removeSlot(vault, added)
        #expect(try folder.slots(of: vault) == [real])
        #expect(throws: VaultError.lastSlot) { try folder.removeSlot(vault, real.number) }
    }

    @Test func aKitIsNotUndoneByAReplacementThatWasStopped() throws {
        let watched = try WatchedVault()
        let folder = try watched.located()
        let older = try watched.bytes("slots")
        let kit = try watched.bytes("secr-vault") + older
        try folder.change(
            WatchedVault.credential("open"), to: WatchedVault.credential("changed"), stateFolder: nil, now: 1)
        try watched.overwrite("slots.new", watched.bytes("slots"))
        try RecoveryKit(bytes: kit, weakest: WatchedVault.weak).restore(to: FilePath(watched.path), overwrites: true)
        _ = try folder.unlock(WatchedVault.credential("open"))
        #expect(try watched.bytes("slots") == older)
    }
}
