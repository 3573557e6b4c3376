internal import GRDB
internal import SecrCrypto
internal import SecrStream
internal import SecrSystem
internal import Synchronization
internal import SystemPackage

/// An unlocked area of a vault: its files, and all that can be done with them. May be used by several threads at once,
/// and by any number of processes.
public final class Vault: Sendable {
    package let store: any ObjectStore
    package let keys: AreaKeys
    let index: IndexDatabase
    let contents: ContentReader
    private let remembered: Remembered

    /// Opens an area whose keys are known.
    ///
    /// - Parameters:
    ///   - device: what is remembered here; `nil` for a look that leaves no trace and notices no older state.
    ///   - acceptsOlder: takes the state that is there, even if this device has seen a later one.
    /// - Throws: ``VaultError``; ``VaultError/rolledBack(seen:found:)`` where the vault does not go on from what this
    ///   device has seen.
    package init(
        _ store: any ObjectStore, _ keys: AreaKeys, device: DeviceState?, acceptsOlder: Bool = false
    ) throws(VaultError) {
        self.store = store
        self.keys = keys
        contents = ContentReader(store, keys)
        let memory = try withVaultErrors { try device?.load(keys) }
        let log = try IndexLog(store, keys, hint: memory?.checkpoint ?? 0)
        remembered = Remembered(device, keys, memory)
        index = try IndexDatabase(log) { [remembered] in remembered.note($0, checkpoint: $1) }
        if log.head.sequence > 0 {
            try index.read(catchesUp: false) { try Schema.check($0) }
        }
        var unproven: [UInt8]?
        if let memory, !acceptsOlder, try !check(memory) { unproven = memory.binding }
        // What somebody else wrote can have gone past a number of the kind that is remembered for ever.
        let anchor = index.head.sequence / Chain.step * Chain.step
        if anchor > 0, let hash = try hash(of: anchor) {
            remembered.note(anchor: IndexLog.Head(sequence: anchor, hash: hash))
        }
        try remembered.note(
            index.head, checkpoint: index.withLog { $0.root?.number ?? 0 }, accepted: acceptsOlder, renewing: unproven)
    }

    /// After a repair: takes what could be saved for the newest state.
    ///
    /// - Throws: ``VaultError/damaged(_:)`` where nothing can be saved.
    init(
        repairing store: any ObjectStore, _ keys: AreaKeys, device: DeviceState?, loss: inout IndexLog.Loss
    ) throws(VaultError) {
        self.store = store
        self.keys = keys
        contents = ContentReader(store, keys)
        let memory = try withVaultErrors { try device?.load(keys) }
        let log = try IndexLog(repairing: store, keys, hint: memory?.checkpoint ?? 0, loss: &loss)
        if let memory, memory.head.sequence > log.head.sequence, loss.firstRecord == nil {
            loss.firstRecord = log.head.sequence + 1
        }
        remembered = Remembered(device, keys, nil)
        index = try IndexDatabase(log) { [remembered] in remembered.note($0, checkpoint: $1) }
        try index.read(catchesUp: false) { try Schema.check($0) }
        // A checkpoint of its own, so that nothing depends on what is damaged.
        try index.rewriteAll(always: !loss.checkpoints.isEmpty)
        try index.completeMarks()
        remembered.note(index.head, checkpoint: try index.withLog { $0.root?.number ?? 0 }, accepted: true)
    }

    /// How many changes there have been.
    public var change: UInt64 { index.head.sequence }

    /// What stands for this device's memory of the area: 16 random bytes that it drew. They stay the same as long as
    /// what is there is proven to grow out of what this device has seen, whoever changes it, and are others on every
    /// other device.
    ///
    /// What may be done once only, such as encrypting with a key that goes on, is bound to them by whoever does it:
    /// other ones mean that the vault, or what is remembered of it, was restored, repaired, copied or lost, and that
    /// somebody else may have gone on from here. `nil` where nothing can be remembered, and so nothing would be
    /// noticed.
    public var deviceBinding: [UInt8]? { remembered.binding }

    /// Whether what is there grew out of what this device has seen.
    ///
    /// - Returns: `false` where that can't be told any more, since it was too long ago.
    /// - Throws: ``VaultError/rolledBack(seen:found:)`` where it did not.
    private func check(_ memory: DeviceState.Memory) throws(VaultError) -> Bool {
        let found = index.head
        guard found.sequence >= memory.head.sequence else {
            throw .rolledBack(seen: memory.head.sequence, found: found.sequence)
        }
        var isProven = true
        for seen in [memory.head, memory.anchor] where seen.sequence > 0 {
            let hash = try hash(of: seen.sequence)
            if hash == nil { isProven = false }
            guard hash == seen.hash || hash == nil && Chain.isForgotten(seen.sequence, at: found.sequence) else {
                throw .rolledBack(seen: seen.sequence, found: found.sequence)
            }
        }
        return isProven
    }

    private func hash(of sequence: UInt64) throws(VaultError) -> [UInt8]? {
        if let known = try index.withLog({ $0.hash(of: sequence) }) { return known }
        return try index.read(catchesUp: false) { try Chain.hash(of: sequence, in: $0) }
    }

    /// Makes the index of a new area.
    package static func createArea(
        _ store: any ObjectStore, _ keys: AreaKeys, device: DeviceState?, now: Int64
    ) throws(VaultError) -> Vault {
        let vault = try Vault(store, keys, device: device)
        guard vault.index.head.sequence == 0 else { throw .alreadyAVault }
        let top = Node(kind: .folder, mode: 0o700, owner: 0, group: 0, modified: now, changed: now)
        try vault.index.write { try Schema.create(in: $0, top: top) }
        try vault.index.rewriteAll()
        return vault
    }
}

/// Passes on each new head to what the device remembers.
private final class Remembered: Sendable {
    private let device: DeviceState?
    private let keys: AreaKeys
    private let anchor: Mutex<IndexLog.Head>
    private let known = Mutex<[UInt8]?>(nil)

    /// What the device's memory is bound to, as of the last time.
    var binding: [UInt8]? { known.withLock { $0 } }

    init(_ device: DeviceState?, _ keys: AreaKeys, _ memory: DeviceState.Memory?) {
        self.device = device
        self.keys = keys
        anchor = Mutex(memory?.anchor ?? IndexLog.Head(sequence: 0, hash: []))
    }

    func note(anchor newer: IndexLog.Head) {
        anchor.withLock { if newer.sequence > $0.sequence { $0 = newer } }
    }

    /// Where the state can't be written, an older copy of the vault will not be noticed; nothing else is lost.
    func note(_ head: IndexLog.Head, checkpoint: UInt64, accepted: Bool = false, renewing: [UInt8]? = nil) {
        guard let device, head.sequence > 0 else { return }
        let anchor = anchor.withLock { anchor in
            if head.sequence.isMultiple(of: Chain.step) || accepted { anchor = head }
            return anchor
        }
        let padded = anchor.hash.isEmpty ? [UInt8](repeating: 0, count: IndexRecord.hashSize) : anchor.hash
        let memory = DeviceState.Memory(
            head: head, anchor: IndexLog.Head(sequence: anchor.sequence, hash: padded), checkpoint: checkpoint)
        let binding = try? device.store(memory, keys, accepted: accepted, renewing: renewing)
        known.withLock { $0 = binding }
    }
}
