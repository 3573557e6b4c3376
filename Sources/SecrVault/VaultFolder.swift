public import SecrCrypto
internal import SecrStream
internal import SecrSystem
public import SystemPackage

/// A vault in a folder: its marker, its slots, its objects. Still locked.
public struct VaultFolder: Sendable {
    public let path: FilePath
    public let marker: Marker

    /// Which vault it is: 32 bytes, no secret.
    public var identity: [UInt8] { marker.hash }

    /// - Throws: ``VaultError/notAVault``, ``VaultError/newer``, ``VaultError/damaged(_:)``.
    public init(_ path: FilePath) throws(VaultError) { try self.init(path, weakest: .floor) }

    /// For tests, which can't wait for a costly key derivation.
    package init(_ path: FilePath, weakest: Argon2id.Parameters) throws(VaultError) {
        self.path = path
        let bytes: [UInt8]
        do {
            bytes = try FileSource.contents(of: path.appending(Marker.fileName), limit: 4_096)
        } catch {
            switch error.errno {
            case .noSuchFileOrDirectory, .notDirectory: throw .notAVault
            case .fileTooLarge: throw .notAVault
            default: throw .system(error)
            }
        }
        marker = try Marker(bytes: bytes, weakest: weakest)
    }

    /// Makes a vault in a folder that is empty or does not exist yet.
    ///
    /// The marker comes last: a folder without one is no vault, and making one there can be tried again.
    ///
    /// - Parameter now: nanoseconds since 1970.
    public static func create(
        _ path: FilePath, _ credential: borrowing Credential, label: [UInt8] = [], parameters: Argon2id.Parameters,
        stateFolder: FilePath?, now: Int64
    ) throws(VaultError) -> VaultFolder {
        let marker = Marker(parameters: parameters)
        let stretched = try marker.stretch(credential)
        let id = SecureRandom.bytes(AreaKeys.idSize)
        let root = SecretBytes(random: AreaKeys.rootSize)
        var table = SlotTable(for: marker)
        let number = Int.random(in: SlotTable.visible)
        let keys = AreaKeys(root: root, id: id, vault: marker.hash)
        let slot = table.set(
            number, Slot(Slot.Kind(credential.kind), label: label, of: keys), for: stretched, now: now)
        return try withVaultErrors {
            try FileCreation.makeFolder(path, mode: 0o700)
            try checkIsFree(path)
            try removeRemains(in: path)
            try syncName(of: path)
            try FolderStore.create(in: path)
            try SlotFile(in: path).create(table.bytes)
            let store = try FolderStore(path)
            let device = try stateFolder.map { try DeviceState(in: $0, of: marker) }
            let vault = try Vault.createArea(store, keys, device: device, now: now)
            try vault.index.write { try SlotList.add(slot, to: $0) }
            try publish(marker, in: path)
            return VaultFolder(path: path, marker: marker)
        }
    }

    /// Without its own name, a folder is lost with all that is durable in it.
    private static func syncName(of path: FilePath) throws(SystemError) {
        let above = path.removingLastComponent()
        // Somebody may be allowed to make a folder there, but not to look at what else there is.
        guard let parent = try? OwnedDescriptor.openDirectory(above.isEmpty ? "." : above) else {
            return try OwnedDescriptor.openDirectory(path).syncFileSystem(path: path)
        }
        try parent.sync(path: above)
    }

    /// Whether a vault can be made here: in a folder that is empty, or not there yet.
    ///
    /// - Throws: ``VaultError/alreadyAVault``.
    public static func checkIsFree(_ path: FilePath) throws(VaultError) {
        try withVaultErrors {
            if try FileStatus.of(path, followSymlinks: true) == nil { return }
            for name in try DirectoryWalk.names(in: path) {
                guard try isRemains(path.appending(name.components), name) else { throw VaultError.alreadyAVault }
            }
        }
    }

    private init(path: FilePath, marker: Marker) {
        self.path = path
        self.marker = marker
    }

    /// What an attempt that was stopped leaves behind.
    private static func isRemains(_ path: FilePath, _ name: FilePath) throws(SystemError) -> Bool {
        let status = try FileStatus.of(path, followSymlinks: false)
        if name == FilePath(SlotTable.fileName) { return status?.kind == .regular && status?.size == SlotTable.size }
        guard name == "o", status?.kind == .directory else { return false }
        return try DirectoryWalk.names(in: path).allSatisfy { $0.rawBytes.count == 2 }
    }

    private static func removeRemains(in path: FilePath) throws {
        try OwnedDescriptor.openDirectory(path).unlinkFile(FilePath(SlotTable.fileName))
        guard try FileStatus.of(path.appending("o"), followSymlinks: false) != nil else { return }
        let store = try FolderStore(path)
        var names: [ObjectName] = []
        try store.list { name, _ in names.append(name) }
        for name in names { try store.delete(name) }
    }

    static func publish(_ marker: Marker, in path: FilePath) throws(SystemError) {
        try UnnamedFile.publish(marker.bytes, as: Marker.fileName, in: .openDirectory(path), path: path)
    }

    /// Finds the area that a credential opens. Takes about a second, for a wrong one as well.
    ///
    /// - Throws: ``VaultError/wrongKey``.
    public func unlock(_ credential: borrowing Credential) throws(VaultError) -> AreaKeys {
        try keys(marker.stretch(credential))
    }

    func keys(_ stretched: borrowing SecretBytes) throws(VaultError) -> AreaKeys {
        var opened = try slots().open(stretched)
        guard let slot = opened.slot.take() else { throw .wrongKey }
        return AreaKeys(root: slot.areaRoot.part(0..<AreaKeys.rootSize), id: slot.areaID, vault: marker.hash)
    }

    /// What this device remembers of the vault.
    public func deviceState(in stateFolder: FilePath) throws(VaultError) -> DeviceState {
        try withVaultErrors { try DeviceState(in: stateFolder, of: marker) }
    }

    func slots() throws(VaultError) -> SlotTable {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try SlotFile(in: path).read()
        } catch {
            throw [.noSuchFileOrDirectory, .fileTooLarge].contains(error.errno) ? .damaged(.slots) : .system(error)
        }
        return try SlotTable(bytes: bytes, marker: marker)
    }

    /// Opens an area.
    ///
    /// - Parameters:
    ///   - stateFolder: where this device remembers what it has seen.
    ///   - acceptsOlder: takes a state that is older than that.
    public func open(
        _ keys: AreaKeys, stateFolder: FilePath?, acceptsOlder: Bool = false
    ) throws(VaultError) -> Vault {
        let (store, device) = try withVaultErrors {
            (try FolderStore(path), try stateFolder.map { try DeviceState(in: $0, of: marker) })
        }
        let vault = try Vault(store, keys, device: device, acceptsOlder: acceptsOlder)
        // The marker is written after the first change, so there is one.
        guard vault.change > 0 else { throw .damaged(.record(1)) }
        return vault
    }
}

extension Slot.Kind {
    init(_ kind: Credential.Kind) {
        switch kind {
        case .passphrase: self = .passphrase
        case .keyFile: self = .keyFile
        case .both: self = .both
        }
    }
}

extension UnnamedFile {
    /// Puts a whole file into a folder, durably and without a date, under a name that must be free.
    ///
    /// - Parameter path: the folder's, for errors.
    static func publish(
        _ bytes: [UInt8], as name: String, in folder: OwnedDescriptor, path: FilePath
    ) throws(SystemError) {
        let file = try UnnamedFile(in: folder)
        try file.descriptor.write(bytes)
        try file.descriptor.setFixedTimes()
        try file.descriptor.sync()
        try file.publish(FilePath(name))
        try folder.sync(path: path)
    }
}
