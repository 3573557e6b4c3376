public import SecrCrypto
internal import SecrSystem
public import SystemPackage

/// Ways into an area: adding them, taking them away, changing a passphrase.
extension VaultFolder {
    /// One way into an area, as its owner sees it.
    public struct SlotInfo: Equatable, Sendable {
        public enum Kind: String, Sendable {
            case passphrase, keyFile = "key file", both = "passphrase and key file", recovery = "recovery words"
        }

        public var number: Int
        public var kind: Kind
        public var label: [UInt8]
        /// Nanoseconds since 1970.
        public var created: Int64
    }

    public func slots(of vault: Vault) throws(VaultError) -> [SlotInfo] {
        try vault.index.read { try SlotList.all($0) }.map {
            SlotInfo(number: $0.number, kind: .init($0.kind), label: $0.label, created: $0.created)
        }
    }

    /// Adds a way in.
    ///
    /// - Parameters:
    ///   - isRecovery: whether the credential consists of recovery words.
    ///   - now: nanoseconds since 1970.
    /// - Returns: the slot's number.
    @discardableResult
    public func addSlot(
        _ vault: Vault, _ credential: borrowing Credential, isRecovery: Bool, label: [UInt8], now: Int64
    ) throws(VaultError) -> Int {
        guard label.count <= Slot.longestLabel else { throw .tooLarge }
        let used = Set(try vault.index.read { try SlotList.all($0) }.map(\.number))
        guard let number = SlotTable.visible.filter({ !used.contains($0) }).randomElement() else { throw .noFreeSlot }
        let kind = isRecovery ? Slot.Kind.recovery : Slot.Kind(credential.kind)
        // The index first: a slot that it does not know would never be found again.
        try vault.index.write { try SlotList.add(number, kind, label: label, now: now, to: $0) }
        try write(number, kind, label, vault.keys, marker.stretch(credential))
        return number
    }

    /// Takes a way in away, but never the last one.
    public func removeSlot(_ vault: Vault, _ number: Int) throws(VaultError) {
        let slots = try vault.index.read { try SlotList.all($0) }
        guard slots.contains(where: { $0.number == number }) else { throw .notFound(Array("\(number)".utf8)) }
        guard slots.count > 1 else { throw .lastSlot }
        try SlotFile.open(path).replace(lockOffset: vault.keys.lockOffset) { (bytes) throws(VaultError) in
            var table = try SlotTable(bytes: bytes, marker: marker)
            table.clear(number)
            return table.bytes
        }
        try vault.index.write { try SlotList.remove(number, from: $0) }
    }

    /// Opens the slot of one credential with another one from now on. All other ways in stay as they are.
    ///
    /// - Parameter now: nanoseconds since 1970.
    /// - Throws: ``VaultError/wrongKey``.
    public func change(
        _ old: borrowing Credential, to new: borrowing Credential, stateFolder: FilePath?, now: Int64
    ) throws(VaultError) {
        let stretched = try marker.stretch(old)
        var opened = try slots().open(stretched)
        guard let number = opened.index, let slot = opened.slot.take() else { throw .wrongKey }
        let keys = AreaKeys(root: slot.areaRoot.part(0..<AreaKeys.rootSize), id: slot.areaID, vault: marker.hash)
        let vault = try open(keys, stateFolder: stateFolder)
        let (kind, label) = (Slot.Kind(new.kind), slot.label)
        try write(number, kind, label, keys, marker.stretch(new))
        try vault.index.write { try SlotList.add(number, kind, label: label, now: now, to: $0) }
    }

    private func write(
        _ number: Int, _ kind: Slot.Kind, _ label: [UInt8], _ keys: AreaKeys, _ stretched: borrowing SecretBytes
    ) throws(VaultError) {
        let slot = Slot(kind, label: label, areaID: keys.id, areaRoot: keys.root.part(0..<AreaKeys.rootSize))
        try SlotFile.open(path).replace(lockOffset: keys.lockOffset) { (bytes) throws(VaultError) in
            var table = try SlotTable(bytes: bytes, marker: marker)
            table.set(number, slot, for: stretched)
            return table.bytes
        }
    }
}

extension VaultFolder.SlotInfo.Kind {
    init(_ kind: Slot.Kind) {
        self =
            switch kind {
            case .passphrase: .passphrase
            case .keyFile: .keyFile
            case .both: .both
            case .recovery: .recovery
            }
    }
}
