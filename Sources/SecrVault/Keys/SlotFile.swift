internal import SecrCrypto
package import SecrSystem
package import SystemPackage

/// Reads and replaces the file `slots`. It is the only file of a vault that is ever replaced.
///
/// The new one is complete and on the disk under its own name first. Then the secret of the old one is overwritten, the
/// new one takes its place, and the rest of the old one is overwritten. Whoever finds the new one beside the old one goes
/// on where that stopped, so that a power cut leaves one or the other.
package struct SlotFile {
    private let folder: OwnedDescriptor
    private let path: FilePath

    package init(in path: FilePath) throws(SystemError) {
        folder = try .openDirectory(path)
        self.path = path
    }

    static func open(_ path: FilePath) throws(VaultError) -> SlotFile {
        try withVaultErrors { try SlotFile(in: path) }
    }

    package func read() throws(SystemError) -> [UInt8] {
        let (current, new) = (FilePath(SlotTable.fileName), FilePath(SlotTable.replacementName))
        while true {
            try finishReplacement()
            let file = try folder.openFile(current)
            let bytes = try file.readToEnd(limit: SlotTable.size + 1, path: path.appending(SlotTable.fileName))
            // Overwritten under the reader's hands it would look like a wrong passphrase.
            if try !folder.hasFile(new), try folder.openFile(current).status().identity == file.status().identity {
                return bytes
            }
        }
    }

    /// For a new vault.
    package func create(_ bytes: [UInt8]) throws(SystemError) {
        try UnnamedFile.publish(bytes, as: SlotTable.fileName, in: folder, path: path)
    }

    /// Changes the table as it is now. Others who do the same wait.
    ///
    /// - Parameter lockOffset: where the marker is locked, the same for all who share an area.
    package func replace(
        lockOffset: Int, _ change: ([UInt8]) throws(VaultError) -> [UInt8]
    ) throws(VaultError) {
        do {
            let marker = try folder.openForWriting(FilePath(Marker.fileName))
            try marker.lockByte(at: lockOffset)
            let changed = try change(read())
            try UnnamedFile.publish(changed, as: SlotTable.replacementName, in: folder, path: path)
            try finishReplacement()
        } catch let error as VaultError {
            throw error
        } catch {
            throw VaultError(error)
        }
    }

    private func finishReplacement() throws(SystemError) {
        let (current, new) = (FilePath(SlotTable.fileName), FilePath(SlotTable.replacementName))
        guard try folder.hasFile(new) else { return }
        // Opened before the new file is looked for again: if that is still there, this is the old one.
        let old = try folder.hasFile(current) ? folder.openForWriting(current) : nil
        guard try folder.hasFile(new) else { return }
        if let old {
            try old.write(SecureRandom.bytes(SlotTable.blockSize), at: 0)
            try old.syncContents()
        }
        do throws(SystemError) {
            try folder.rename(new, to: current)
        } catch {
            // Somebody else finished it.
            if error.errno != .noSuchFileOrDirectory { throw error }
        }
        try folder.sync(path: path)
        if let old {
            try old.write(SecureRandom.bytes(SlotTable.size - SlotTable.blockSize), at: SlotTable.blockSize)
            try old.syncContents()
        }
    }
}
