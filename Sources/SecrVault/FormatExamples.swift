package import SecrCrypto
internal import SecrStream
package import SystemPackage

/// The worked examples of `secr-vault-format(5)`, made by the code that reads and writes vaults, so that a test can compare
/// them with the page.
package struct FormatExamples {
    private let marker: Marker
    private let keys: AreaKeys

    package init(marker: [UInt8], areaID: [UInt8], areaRoot: [UInt8]) throws {
        self.marker = try Marker(bytes: marker)
        keys = AreaKeys(root: SecretBytes(copying: areaRoot), id: areaID, vault: self.marker.hash)
    }

    /// The same of a vault.
    package init(_ folder: VaultFolder, _ keys: AreaKeys) {
        marker = folder.marker
        self.keys = keys
    }

    package func stretch(_ credential: borrowing Credential) throws -> SecretBytes { try marker.stretch(credential) }

    /// What opens of a file of slots that has one.
    package func open(slots: [UInt8], _ stretched: borrowing SecretBytes) throws -> (
        number: Int, label: [UInt8], areaID: [UInt8], areaRoot: [UInt8]
    )? {
        var opened = try SlotTable(bytes: slots, marker: marker).open(stretched)
        guard let number = opened.index, let slot = opened.slot.take() else { return nil }
        // Safe: that of an example is no secret.
        return (number, slot.label, slot.areaID, unsafe slot.areaRoot.withBytes { unsafe Array($0) })
    }

    package var lockOffset: Int { keys.lockOffset }

    /// By what the page calls them.
    package func keys(levelKey: [UInt8]) -> [String: [UInt8]] {
        func bytes(_ key: borrowing SecretBytes) -> [UInt8] { unsafe key.withBytes { unsafe Array($0) } }
        let level = CheckpointRoot.Level(checkpoint: 1, attempt: 0, pages: 1, key: levelKey)
        return [
            "names": bytes(keys.names), "device state": bytes(keys.deviceState), "record 1": bytes(keys.recordKey(1)),
            "root 1": bytes(keys.rootKey(1)), "part 0": bytes(level.key(ofPart: 0)),
            "part 1": bytes(level.key(ofPart: 1)),
        ]
    }

    package func name(_ purpose: UInt8, _ number: UInt64) -> String? {
        ObjectName.Purpose(rawValue: purpose).map { keys.name($0, number).hexadecimal }
    }

    package func name(checkpoint: UInt64, attempt: UInt8, part: Int) -> String {
        CheckpointRoot.Level.name(checkpoint: checkpoint, attempt: attempt, part: part, keys).hexadecimal
    }

    /// Record 1, of one page.
    package func record(id: [UInt8], page: [UInt8], salt: [UInt8]) throws -> [UInt8] {
        var record = IndexRecord(
            sequence: 1, previous: IndexLog.Head.none.hash, checkpoint: 0, pageCount: 1, pages: [(0, page)])
        record.id = id
        let plaintext = try ShortStream.open(record.sealed(with: keys), .record, key: keys.recordKey(1))
        let sealed = ShortStream.seal(plaintext, .record, .standard, key: keys.recordKey(1), salt: salt)
        _ = try IndexRecord(opening: sealed, sequence: 1, keys: keys)
        return sealed
    }

    /// Root 1, of one level with one page.
    package func root(record: [UInt8], rewritten: UInt64, levelKey: [UInt8], salt: [UInt8]) throws -> [UInt8] {
        let level = CheckpointRoot.Level(checkpoint: 1, attempt: 0, pages: 1, key: levelKey)
        let root = CheckpointRoot(
            number: 1, sequence: 1, recordHash: BLAKE2b.hash(record), rewritten: rewritten, pageCount: 1,
            levels: [level])
        let plaintext = try ShortStream.open(root.sealed(with: keys), .checkpoint, key: keys.rootKey(1))
        let sealed = ShortStream.seal(plaintext, .checkpoint, .standard, key: keys.rootKey(1), salt: salt)
        guard try CheckpointRoot(opening: sealed, number: 1, keys: keys) == root else {
            throw VaultError.damaged(.checkpoint(1))
        }
        return sealed
    }

    /// The number and the hash of the last record that was seen, as a state file in a folder remembers them.
    package func remembered(in folder: FilePath) throws -> (sequence: UInt64, hash: [UInt8], checkpoint: UInt64)? {
        try DeviceState(in: folder, of: marker).load(keys).map { ($0.head.sequence, $0.head.hash, $0.checkpoint) }
    }

    /// A place of a state file in which record 1 was seen, and checkpoint 1.
    package func place(
        record: [UInt8], binding: [UInt8]?, machine: String, file: UInt64, salt: [UInt8]
    ) -> (sealed: [UInt8], location: [UInt8]) {
        let location = DeviceLocation(machine: Array(machine.utf8), file: file)
        let memory = DeviceState.Memory(
            head: IndexLog.Head(sequence: 1, hash: BLAKE2b.hash(record)), anchor: .none, checkpoint: 1, binding: binding
        )
        return (DeviceState.seal(memory, keys, at: location, salt: salt), location.hash)
    }
}

extension Vault {
    /// Every page of the newest index as it is, with what is free of it, for tests that look for what must not be
    /// there.
    package func indexPages() throws(VaultError) -> [[UInt8]] {
        try index.withLog { (log) throws(VaultError) in
            try log.catchUp()
            var pages: [[UInt8]] = []
            for number in 0..<log.pageCount {
                var page = [UInt8](repeating: 0, count: Page.size)
                do {
                    // Safe: the buffer has a page's size.
                    try unsafe page.withUnsafeMutableBytes { try unsafe log.readPage(number, into: $0) }
                } catch {
                    throw VaultError(error)
                }
                pages.append(page)
            }
            return pages
        }
    }
}
