import Foundation
import SecrCrypto
import SecrSystem
import SecrTestSupport
import SecrVault
import SystemPackage
import Testing

/// What stands for this device's memory of an area: it stays as long as nothing can have been restored or copied.
@Suite struct BindingTests {
    private let watched: WatchedVault

    init() throws { watched = try WatchedVault() }

    private var stateFile: String {
        get throws {
            let names = try FileManager.default.contentsOfDirectory(atPath: watched.stateFolder.string)
            return "state/" + (try #require(names.count == 1 ? names.first : nil))
        }
    }

    private func binding(acceptsOlder: Bool = false) throws -> [UInt8] {
        let vault = try watched.located().open(
            watched.keys, stateFolder: watched.stateFolder, acceptsOlder: acceptsOlder)
        let binding = try #require(vault.deviceBinding)
        #expect(binding.count == 16 && binding != [UInt8](repeating: 0, count: 16))
        return binding
    }

    @Test func itStaysWhateverIsDone() throws {
        let first = try binding()
        for round in 0..<3 {
            let vault = try watched.open()
            for change in 0..<70 { try vault.put("\(change)", noise(20, UInt64(round))) }
            #expect(vault.deviceBinding == first)
            try vault.forgetDeleted()
            #expect(vault.deviceBinding == first)
            #expect(try binding() == first)
            // By others, whom this device does not know of.
            let other = try watched.open(isFresh: true)
            #expect(other.deviceBinding == nil)
            for change in 0..<70 { try other.put("\(change)", noise(21, UInt64(round))) }
            try other.forgetDeleted()
            #expect(try binding() == first)
            #expect(try vault.bytes("1") == noise(21, UInt64(round)) && vault.deviceBinding == first)
        }
        _ = try Collector(watched.open()).run(now: start, waits: false)
        _ = try Compactor(watched.open()).run(now: start)
        #expect(try binding() == first)
    }

    @Test func aNewAreaHasOneFromItsFirstChangeOn() throws {
        let folder = try TemporaryFolder()
        let state = try DeviceState(in: FilePath(folder), of: Marker(parameters: .floor))
        let keys = makeKeys()
        let store = MemoryStore()
        let vault = try Vault.createArea(store, keys, device: state, now: start)
        let first = try #require(vault.deviceBinding)
        #expect(try Vault(store, keys, device: state).deviceBinding == first)
        #expect(try state.load(keys)?.binding == first)
        // Another area in the same file has another one, and either keeps its own.
        let other = try Vault.createArea(MemoryStore(), makeKeys(), device: state, now: start)
        #expect(try #require(other.deviceBinding) != first)
        #expect(try Vault(store, keys, device: state).deviceBinding == first)
    }

    @Test func aRestoredStateThatIsAcceptedGetsAnother() throws {
        let first = try binding()
        let older = try watched.snapshot()
        try watched.put("later", noise(30, 1), in: watched.open())
        let newer = try watched.snapshot()
        try watched.restore(older)
        #expect(throws: VaultError.self) { try binding() }
        // Who only looks changes nothing.
        _ = try watched.open(isFresh: true)
        try watched.restore(newer)
        #expect(try binding() == first)
        try watched.restore(older)
        let second = try binding(acceptsOlder: true)
        #expect(try second != first && binding() == second)
        // Also where it turns out that there was nothing older.
        let third = try binding(acceptsOlder: true)
        #expect(try third != second && third != first && binding() == third)
    }

    @Test func aRepairGetsAnother() throws {
        let first = try binding()
        let folder = try watched.located()
        let report = try Repairer.run(
            folder, watched.keys, device: folder.deviceState(in: watched.stateFolder), dropsLost: false, now: 1,
            progress: { _ in })
        #expect(report.isWhole)
        let second = try binding()
        #expect(try second != first && binding() == second)
    }

    @Test func aCopyOfTheStateFileIsAnotherDevice() throws {
        let first = try binding()
        let bytes = try watched.folder.bytes(stateFile)
        let file = try watched.folder.file(stateFile)
        let aside = watched.folder.file("aside")
        // A cloned home.
        try Data(bytes).write(to: watched.folder.file("copy"))
        try FileManager.default.moveItem(at: file, to: aside)
        try FileManager.default.moveItem(at: watched.folder.file("copy"), to: file)
        let head = try watched.open().change
        let second = try binding()
        #expect(try second != first && binding() == second)
        // It remembers the rest as before.
        let older = try watched.snapshot()
        try watched.put("later", noise(30, 1), in: watched.open())
        #expect(try watched.open().change == head + 1 && binding() == second)
        let newer = try watched.snapshot()
        try watched.restore(older)
        #expect(throws: VaultError.self) { try binding() }
        // The first is still what it was, where it was.
        try watched.restore(newer)
        try FileManager.default.removeItem(at: file)
        try FileManager.default.moveItem(at: aside, to: file)
        #expect(try binding() == first)
    }

    @Test func whereTheFileLiesIsTold() {
        let machine = Array("machine".utf8)
        let places = [
            DeviceState.location(machine: machine, file: 1), DeviceState.location(machine: machine, file: 2),
            DeviceState.location(machine: [], file: 1), DeviceState.location(machine: machine + [0x31], file: 1),
        ]
        #expect(Set(places).count == 4 && places.allSatisfy { $0.count == 16 })
    }

    @Test func aMissingOrTornMemoryGetsAnother() throws {
        var known: Set<[UInt8]> = [try binding()]
        let file = try stateFile
        try FileManager.default.removeItem(at: watched.folder.file(file))
        #expect(try known.insert(binding()).inserted)
        let whole = try watched.folder.bytes(file)
        for size in [0, 100] {
            let handle = try FileHandle(forWritingTo: watched.folder.file(file))
            try handle.truncate(atOffset: UInt64(size))
            try handle.close()
            let next = try binding()
            #expect(try known.insert(next).inserted && binding() == next)
            #expect(try watched.folder.bytes(file).count == whole.count)
        }
        // While it is open, it is told of with the next change.
        let vault = try watched.open()
        try FileManager.default.removeItem(at: watched.folder.file(file))
        try watched.put("later", noise(30, 1), in: vault)
        let last = try binding()
        #expect(known.insert(last).inserted && vault.deviceBinding == last)
    }

    /// Nothing can be remembered: root may write everywhere, but not into a folder of that name.
    @Test func whereNothingCanBeWrittenThereIsNone() throws {
        let first = try binding()
        let vault = try watched.open()
        let file = try watched.folder.file(stateFile)
        let aside = watched.folder.file("aside")
        try FileManager.default.moveItem(at: file, to: aside)
        try FileManager.default.createDirectory(at: file, withIntermediateDirectories: false)
        // Of what is there nothing can be read, either.
        #expect(throws: VaultError.self) { try watched.open() }
        try watched.put("later", noise(30, 1), in: vault)
        #expect(vault.deviceBinding == nil)
        try FileManager.default.removeItem(at: file)
        try FileManager.default.moveItem(at: aside, to: file)
        try watched.put("again", noise(30, 1), in: vault)
        #expect(try vault.deviceBinding == first && binding() == first)
    }

    @Test(.enabled(if: Run.canMount)) func aFolderThatCanOnlyBeReadHasNone() throws {
        let first = try binding()
        let folder = watched.stateFolder.string
        try #require(try Run.shell("mount --bind . . && mount -o remount,ro,bind .", in: folder).status == 0)
        defer { _ = try? Run.program("umount", ["-l", folder]) }
        let vault = try watched.open()
        #expect(vault.deviceBinding == nil)
        try watched.put("later", noise(30, 1), in: vault)
        #expect(vault.deviceBinding == nil)
        try #require(try Run.program("umount", ["-l", folder]).status == 0)
        #expect(try binding() == first)
    }

    /// A history of which the vault does not remember any more how it went on.
    @Test func whatCannotBeProvenGetsAnother() throws {
        let folder = try TemporaryFolder()
        let state = try DeviceState(in: FilePath(folder), of: Marker(parameters: .floor))
        let keys = makeKeys()
        func memory(_ sequence: UInt64, _ checkpoint: UInt64 = 0) -> DeviceState.Memory {
            let head = IndexLog.Head(sequence: sequence, hash: noise(32, sequence))
            return .init(head: head, anchor: .init(sequence: 0, hash: noise(32)), checkpoint: checkpoint)
        }
        let first = try #require(try state.store(memory(5), keys))
        #expect(try state.store(memory(6), keys, renewing: noise(16)) == first)
        let second = try #require(try state.store(memory(70_000), keys, renewing: first))
        #expect(second != first)
        // Another process that had begun with the same.
        #expect(try state.store(memory(70_000), keys, renewing: first) == second)
        #expect(try state.store(memory(70_001), keys, renewing: first) == second)
        // Of another history there is nothing to be told.
        let fork = DeviceState.Memory(
            head: .init(sequence: 70_001, hash: noise(32)), anchor: .init(sequence: 0, hash: noise(32)), checkpoint: 9)
        #expect(try state.store(fork, keys) == nil)
        #expect(try state.load(keys)?.binding == second && state.load(keys)?.head == memory(70_001).head)
    }

    @Test func severalAtOnceHaveTheSame() throws {
        for _ in 0..<20 {
            try FileManager.default.removeItem(at: watched.folder.file(stateFile))
            let bindings = try concurrently(4) { [watched] _ in try watched.open().deviceBinding }
            #expect(bindings[0] != nil && Set(bindings).count == 1)
        }
    }
}
