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
        /// Whether the slot still is what this vault wrote there. If not, adding it was stopped half way, or somebody put
        /// other slots in place, and nobody knows whether it opens.
        public var isAsWritten: Bool
    }

    public func slots(of vault: Vault) throws(VaultError) -> [SlotInfo] {
        let table = try slots()
        return try vault.index.read { try SlotList.all($0) }.map {
            SlotInfo(
                number: $0.number, kind: .init($0.kind), label: $0.label, created: $0.created,
                isAsWritten: $0.isIn(table))
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
        let kind = isRecovery ? Slot.Kind.recovery : Slot.Kind(credential.kind)
        let stretched = try marker.stretch(credential)
        var added = 0
        try replaceSlots(vault.keys) { (table) throws(VaultError) in
            let used = Set(try vault.index.read { try SlotList.all($0) }.map(\.number))
            guard let number = SlotTable.visible.filter({ !used.contains($0) }).randomElement() else {
                throw .noFreeSlot
            }
            let item = table.set(number, Slot(kind, label: label, of: vault.keys), for: stretched, now: now)
            // The index first: a slot that it does not know would never be found again.
            try vault.index.write { try SlotList.add(item, to: $0) }
            added = number
        }
        return added
    }

    /// Takes a way in away, but never the last one.
    public func removeSlot(_ vault: Vault, _ number: Int) throws(VaultError) {
        try replaceSlots(vault.keys) { (table) throws(VaultError) in
            let items = try vault.index.read { try SlotList.all($0) }
            guard items.contains(where: { $0.number == number }) else { throw .notFound(Array("\(number)".utf8)) }
            // What may not open is no way in that could be the last one.
            let rest = items.filter { $0.number != number && $0.isIn(table) }
            guard !rest.isEmpty else { throw .lastSlot }
            table.clear(number)
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
        let stretchedNew = try marker.stretch(new)
        let kind = Slot.Kind(new.kind)
        let keys = try keys(stretched)
        let vault = try open(keys, stateFolder: stateFolder)
        try replaceSlots(keys) { (table) throws(VaultError) in
            // Looked for again: it may have been taken away meanwhile.
            let opened = table.open(stretched)
            guard let number = opened.index, let label = opened.slot?.label else { throw .wrongKey }
            let item = table.set(number, Slot(kind, label: label, of: keys), for: stretchedNew, now: now)
            try vault.index.write { try SlotList.add(item, to: $0) }
        }
    }

    /// Changes the table while nobody else who shares the area does.
    private func replaceSlots(
        _ keys: AreaKeys, _ change: (inout SlotTable) throws(VaultError) -> Void
    ) throws(VaultError) {
        try SlotFile.open(path).replace(lockOffset: keys.lockOffset) { (bytes) throws(VaultError) in
            var table = try SlotTable(bytes: bytes, marker: marker)
            try change(&table)
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
