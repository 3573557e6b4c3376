import Foundation
import SecrCrypto
import SecrSystem
import SecrTestSupport
import SecrVault
import Synchronization
import SystemPackage
import Testing

/// The one file that is replaced: a stop at any place leaves the old or the new one.
@Suite struct SlotFileTests {
    private let folder: TemporaryFolder
    private let slots: SlotFile
    private let old = noise(SlotTable.size, 1)
    private let new = noise(SlotTable.size, 2)

    init() throws {
        folder = try TemporaryFolder()
        try folder.write([1], to: Marker.fileName)
        slots = try SlotFile(in: FilePath(folder))
        try slots.create(old)
    }

    /// Names and contents as a cut leaves them, in the order of the sequence.
    private var cuts: [(what: String, slots: [UInt8]?, replacement: [UInt8]?, expected: [UInt8])] {
        let block = SlotTable.blockSize
        let erased = noise(block, 3) + old[block...]
        let half = noise(block / 2, 3) + old[(block / 2)...]
        return [
            ("before", old, nil, old), ("the new one has a name", old, new, new),
            ("half of the secret is overwritten", half, new, new), ("the secret is overwritten", erased, new, new),
            ("renamed", new, nil, new), ("the old name is lost", nil, new, new),
        ]
    }

    @Test func everyCutIsFinished() throws {
        for cut in cuts {
            for name in [SlotTable.fileName, SlotTable.replacementName] {
                try? FileManager.default.removeItem(at: folder.file(name))
            }
            if let bytes = cut.slots { try folder.write(bytes, to: SlotTable.fileName) }
            if let bytes = cut.replacement { try folder.write(bytes, to: SlotTable.replacementName) }
            let isBefore = cut.replacement == nil
            #expect(try slots.read() == cut.expected, "\(cut.what)")
            #expect(try folder.bytes(SlotTable.fileName) == cut.expected, "\(cut.what)")
            #expect(try folder.names == [Marker.fileName, SlotTable.fileName].sorted(), "\(cut.what)")
            // And the next change begins where that ended.
            try slots.replace(lockOffset: 100) { bytes throws(VaultError) in
                #expect(bytes == cut.expected, "\(cut.what)")
                return noise(SlotTable.size, 9)
            }
            #expect(try slots.read() == noise(SlotTable.size, 9) && (isBefore || cut.expected == new))
        }
    }

    @Test func theOldOneIsOverwrittenAndTheDateSaysNothing() throws {
        let kept = try OwnedDescriptor.openForReading(FilePath(folder.file(SlotTable.fileName).path))
        try slots.replace(lockOffset: 100) { _ throws(VaultError) in new }
        var bytes = [UInt8](repeating: 0, count: SlotTable.size)
        let count = try bytes.withUnsafeMutableBytes { try kept.fill($0, at: 0) }
        #expect(count == SlotTable.size)
        // Of so many random bytes about one in 256 is what it was.
        #expect(zip(bytes, old).count(where: { $0 == $1 }) < SlotTable.size / 100)
        let dates = try Run.program("stat", ["-c", "%Y %a", folder.file(SlotTable.fileName).path]).text
        #expect(dates == "946684800 600\n")
    }

    @Test func aChangeThatFailsChangesNothing() throws {
        #expect(throws: VaultError.noFreeSlot) {
            try slots.replace(lockOffset: 100) { _ throws(VaultError) in throw .noFreeSlot }
        }
        #expect(try slots.read() == old && folder.names.count == 2)
    }

    /// Nobody sees a table half-way, and no change is lost.
    @Test func manyChangeAndReadAtOnce() throws {
        // The first byte of each slot counts what its thread did; the rest of a table says which it is.
        try slots.replace(lockOffset: 100) { _ throws(VaultError) in [UInt8](repeating: 0, count: SlotTable.size) }
        let rounds: UInt8 = isLongRun ? 200 : 40
        let path = FilePath(folder)
        let isDone = Atomic(false)
        try concurrently(4) { thread in
            let slots = try SlotFile(in: path)
            if thread < 2 {
                for round in 1...rounds {
                    try slots.replace(lockOffset: 100) { bytes throws(VaultError) in
                        var bytes = bytes
                        #expect(bytes[thread] == round - 1)
                        bytes[thread] = round
                        bytes[SlotTable.size - 1] = bytes[0] &+ bytes[1]
                        return bytes
                    }
                }
                isDone.store(true, ordering: .relaxed)
            } else {
                while !isDone.load(ordering: .relaxed) {
                    let bytes = try slots.read()
                    let isWhole = bytes.count == SlotTable.size && bytes[2..<SlotTable.size - 1].allSatisfy { $0 == 0 }
                    #expect(isWhole && bytes[SlotTable.size - 1] == bytes[0] &+ bytes[1])
                    if !isWhole { return }
                }
            }
        }
        let bytes = try slots.read()
        #expect(bytes[0] == rounds && bytes[1] == rounds)
    }
}

/// Ways into a vault, with a key derivation that costs nothing.
@Suite struct SlotChangeTests {
    private static let cheap = Argon2id.Parameters(unchecked: 8, passes: 1)

    private func credential(_ text: String) throws -> Credential {
        try Credential(passphrase: SecretBytes(copying: Array(text.utf8)))
    }

    @Test func passphrasesChangeWhileOthersUnlock() throws {
        let temporary = try TemporaryFolder()
        let path = FilePath(temporary)
        _ = try VaultFolder.create(
            path, credential("0"), parameters: Self.cheap, stateFolder: nil, now: start)
        let folder = try VaultFolder(path, weakest: Self.cheap)
        let vault = try folder.open(folder.unlock(credential("0")), stateFolder: nil)
        try vault.put("/a", [7])
        try folder.addSlot(vault, credential("always"), isRecovery: false, label: [], now: start)
        let isDone = Atomic(false)
        try concurrently(3) { thread in
            switch thread {
            case 0:
                for round in 0..<(isLongRun ? 100 : 20) {
                    try folder.change(
                        credential("\(round)"), to: credential("\(round + 1)"), stateFolder: nil, now: start)
                    #expect(throws: VaultError.wrongKey) { try folder.unlock(credential("\(round)")) }
                    _ = try folder.unlock(credential("\(round + 1)"))
                }
                isDone.store(true, ordering: .relaxed)
            case 1:
                // Its own slot comes and goes.
                while !isDone.load(ordering: .relaxed) {
                    let number = try folder.addSlot(
                        vault, credential("guest"), isRecovery: false, label: [], now: start)
                    _ = try folder.unlock(credential("guest"))
                    try folder.removeSlot(vault, number)
                    #expect(throws: VaultError.wrongKey) { try folder.unlock(credential("guest")) }
                }
            default:
                while !isDone.load(ordering: .relaxed) { _ = try folder.unlock(credential("always")) }
            }
        }
        #expect(try folder.slots(of: vault).count == 2)
        try vault.expectWhole()
    }
}
