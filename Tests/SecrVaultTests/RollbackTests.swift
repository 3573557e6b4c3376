import SecrCrypto
import SecrTestSupport
import SecrVault
import SystemPackage
import Testing

/// What a device remembers, and that an older or another history is not taken for the one it has seen.
@Suite struct RollbackTests {
    private let folder: TemporaryFolder
    private let marker = Marker(parameters: .floor)
    private let state: DeviceState
    private let keys = makeKeys()

    init() throws {
        folder = try TemporaryFolder()
        state = try DeviceState(in: FilePath(folder), of: marker)
    }

    private func head(_ sequence: UInt64) -> IndexLog.Head { .init(sequence: sequence, hash: noise(32, sequence)) }

    private func memory(_ sequence: UInt64) -> DeviceState.Memory {
        .init(head: head(sequence), anchor: head(sequence / 64 * 64), checkpoint: sequence / 7)
    }

    /// What is remembered, but for what it is bound to.
    private func remembered() throws -> DeviceState.Memory? {
        try state.load(keys).map { .init(head: $0.head, anchor: $0.anchor, checkpoint: $0.checkpoint) }
    }

    private var file: String { get throws { try #require(try folder.names.first) } }

    @Test func remembersTheLatest() throws {
        #expect(try state.load(keys) == nil && folder.names.isEmpty)
        try state.forget(keys)
        for (sequence, last) in [(5, 5), (4, 5), (5, 5), (900, 900), (3, 900)] as [(UInt64, UInt64)] {
            try state.store(memory(sequence), keys)
            #expect(try remembered() == memory(last))
        }
        try state.store(memory(3), keys, accepted: true)
        #expect(try remembered() == memory(3))
        try state.forget(keys)
        #expect(try state.load(keys) == nil)
        try state.store(memory(1), keys)
        #expect(try remembered() == memory(1))
    }

    @Test func theFileHas64PlacesOfNoise() throws {
        try state.store(memory(5), keys)
        #expect(try folder.bytes(file).count == DeviceState.places * DeviceState.placeSize)
        #expect(try folder.names.count == 1 && ObjectName(hexadecimal: file) != nil)
        // Each write changes one place, all of it.
        for sequence in 6..<10 as Range<UInt64> {
            let before = try folder.bytes(file)
            try state.store(memory(sequence), keys)
            let after = try folder.bytes(file)
            let places = Set(before.indices.filter { before[$0] != after[$0] }.map { $0 / DeviceState.placeSize })
            #expect(places.count == 1)
            let counts = (UInt8.min...UInt8.max).map { byte in after.count(where: { $0 == byte }) }
            #expect(counts.max()! < 130 && counts.min()! > 20)
        }
        // Other areas and other vaults are not seen.
        #expect(try state.load(makeKeys()) == nil)
        #expect(try DeviceState(in: FilePath(folder), of: Marker(parameters: .floor)).load(keys) == nil)
    }

    @Test func aTornOrCutFileIsNoMemory() throws {
        try state.store(memory(5), keys)
        let whole = try folder.bytes(file)
        let place = try #require(
            (0..<DeviceState.places).first { place in
                var changed = whole
                changed[place * DeviceState.placeSize] ^= 1
                _ = try? folder.write(changed, to: file)
                return (try? state.load(keys)) == .some(nil)
            })
        for offset in [0, 100, DeviceState.placeSize - 1] {
            var changed = whole
            changed[place * DeviceState.placeSize + offset] ^= 0x80
            try folder.write(changed, to: file)
            #expect(try state.load(keys) == nil)
        }
        for count in [0, 1, DeviceState.placeSize - 1] {
            try folder.write(Array(whole[..<count]), to: file)
            #expect(try state.load(keys) == nil)
        }
        // Neither keeps it from remembering again.
        try state.store(memory(7), keys)
        #expect(try remembered() == memory(7) && folder.bytes(file).count == whole.count)
        try folder.write(whole + [0], to: file)
        #expect(try remembered() == memory(5))
        try state.store(memory(8), keys)
        #expect(try remembered() == memory(8))
    }

    @Test func manyThreadsRememberTheLatest() throws {
        try concurrently(4) { [state, keys] thread in
            for round in 0..<30 as Range<UInt64> {
                let mine = round * 4 + UInt64(thread) + 1
                let sealed = DeviceState.Memory(
                    head: .init(sequence: mine, hash: noise(32, mine)), anchor: .init(sequence: 0, hash: noise(32)),
                    checkpoint: 0)
                try state.store(sealed, keys)
                let known = try #require(try state.load(keys))
                #expect(known.head.sequence >= mine && known.head.hash == noise(32, known.head.sequence))
            }
        }
        #expect(try state.load(keys)?.head.sequence == 120)
    }

    // MARK: A vault

    private func isRefused(_ store: MemoryStore) -> Bool {
        do {
            _ = try Vault(store, keys, device: state)
            return false
        } catch {
            switch error {
            case .rolledBack, .damaged: return true
            default:
                Issue.record("\(error)")
                return false
            }
        }
    }

    /// A vault with checkpoints behind it, whose last state this device knows.
    private func make(_ changes: Int) throws -> (Vault, MemoryStore) {
        let store = MemoryStore()
        let vault = try Vault.createArea(store, keys, device: state, now: start)
        for round in 0..<changes { try vault.put("/\(round % 5)", noise(10, UInt64(round))) }
        return (vault, store)
    }

    @Test(arguments: [1, 63, 64, 200]) func anOlderCopyIsRefused(changes: Int) throws {
        let (vault, store) = try make(changes)
        let old = store.contents
        for later in 0..<70 {
            try vault.put("/later", noise(12, UInt64(later)))
            if later % 23 == 0 { #expect(isRefused(MemoryStore(old)), "\(later + 1) changes later") }
        }
        #expect(throws: VaultError.rolledBack(seen: vault.change, found: vault.change - 70)) {
            try Vault(MemoryStore(old), keys, device: state)
        }
        // What is there can be looked at without, and accepted.
        _ = try Vault(MemoryStore(old), keys, device: nil)
        #expect(isRefused(MemoryStore(old)))
        #expect(!isRefused(store))
        let accepted = try Vault(MemoryStore(old), keys, device: state, acceptsOlder: true)
        #expect(accepted.change == vault.change - 70)
        try accepted.expectWhole()
        #expect(!isRefused(MemoryStore(old)))
        // What goes on from there is accepted, until this device goes another way.
        #expect(!isRefused(store))
        let again = try Vault(MemoryStore(old), keys, device: state, acceptsOlder: true)
        try again.put("/again", [1])
        #expect(isRefused(store))
    }

    @Test(arguments: [5, 64, 130]) func aMissingRecordIsNoticed(changes: Int) throws {
        let (vault, store) = try make(changes)
        try vault.put("/last", [1])
        let objects = store.contents
        let newest = vault.change
        for sequence in newest - 3...newest {
            let name = keys.name(.record, sequence)
            guard objects[name] != nil else { continue }
            var fewer = objects
            fewer[name] = nil
            // What a checkpoint covers is needed for repairs only.
            let covered = try CheckpointRoot(
                opening: #require(objects[keys.name(.root, vault.checkpoint)]), number: vault.checkpoint, keys: keys
            ).sequence
            if sequence < covered {
                let opened = try Vault(MemoryStore(fewer), keys, device: state)
                #expect(try Verifier(opened).run(.index).problems.map(\.kind) == [.record])
                continue
            }
            #expect(isRefused(MemoryStore(fewer)), "record \(sequence) of \(newest)")
            // Without memory a missing middle is damage; only the end can be taken away unseen.
            if sequence < newest {
                #expect(throws: VaultError.self, "record \(sequence)") {
                    try Vault(MemoryStore(fewer), keys, device: nil)
                }
            }
        }
    }

    @Test(arguments: [0, -3, 1, 70, 200]) func aForkIsRefused(longer: Int) throws {
        let (vault, store) = try make(30)
        let fork = MemoryStore(store.contents)
        for round in 0..<10 { try vault.put("/mine", noise(9, UInt64(round))) }
        let other = try Vault(fork, keys, device: nil)
        for round in 0..<10 + longer { try other.put("/other", noise(9, UInt64(100 + round))) }
        #expect(isRefused(fork))
        #expect(!isRefused(store))
        // Also when everything that the fork has of before is packed.
        try other.forgetDeleted()
        #expect(isRefused(fork))
        let accepted = try Vault(fork, keys, device: state, acceptsOlder: true)
        #expect(accepted.change == other.change)
        #expect(!isRefused(fork) && isRefused(store))
    }

    /// Another device may go on as far as it likes.
    @Test(arguments: [1, 63, 64, 300]) func aLongerHistoryIsAccepted(changes: Int) throws {
        let (vault, store) = try make(10)
        let other = try Vault(store, keys, device: nil)
        for round in 0..<changes { try other.put("/other", noise(9, UInt64(round))) }
        try other.forgetDeleted()
        #expect(!isRefused(store))
        #expect(try state.load(keys)?.head.sequence == other.change)
        #expect(try vault.bytes("/other") == noise(9, UInt64(changes - 1)))
    }

    /// The root that is remembered is left over, and nothing leads from there to the newest.
    @Test func aRememberedCheckpointThatIsLeftOverDoesNoHarm() throws {
        let (vault, store) = try make(5)
        try vault.forgetDeleted()
        try vault.put("/mine", [0])
        let number = try vault.checkpoint
        #expect(try state.load(keys)?.checkpoint == number)
        let (name, root) = (keys.name(.root, number), store.contents[keys.name(.root, number)])
        let other = try Vault(store, keys, device: nil)
        for round in 0..<4 {
            try other.put("/other", noise(9, UInt64(round)))
            try other.forgetDeleted()
        }
        #expect(store.contents[name] == nil)
        _ = try store.put(name, try #require(root), durably: true)
        let opened = try Vault(store, keys, device: state)
        #expect(try opened.bytes("/other") == noise(9, 3))
        // And so it is for somebody who had it open.
        #expect(try vault.bytes("/other") == noise(9, 3))
        try vault.put("/mine", [1])
        try vault.expectWhole()
    }
}
