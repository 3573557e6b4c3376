package import SecrCrypto
internal import SecrSystem
public import SystemPackage

/// Marker and slots of a vault in one file: what has to be there, beside a passphrase, to open its objects again.
///
/// Whoever has it can try passphrases as if he had the vault, and it still opens what a passphrase opened when it was
/// made, whatever was changed since.
public struct RecoveryKit: Sendable {
    public static let size = Marker.size + SlotTable.size

    public let bytes: [UInt8]
    private let marker: Marker

    public init(of folder: VaultFolder) throws(VaultError) {
        marker = folder.marker
        bytes = folder.marker.bytes + (try folder.slots().bytes)
    }

    public init(bytes: [UInt8]) throws(VaultError) { try self.init(bytes: bytes, weakest: .floor) }

    /// For tests, which can't wait for a costly key derivation.
    package init(bytes: [UInt8], weakest: Argon2id.Parameters) throws(VaultError) {
        guard bytes.count == Self.size else { throw .notAVault }
        marker = try Marker(bytes: Array(bytes[..<Marker.size]), weakest: weakest)
        self.bytes = bytes
    }

    /// Puts both back into a vault that has lost one or both of them, or whose slots are to be what they were.
    ///
    /// - Parameter overwrites: whether slots that are there are replaced.
    /// - Throws: ``VaultError/exists(_:)`` for slots that are there; ``VaultError/wrongKey`` where the folder has another
    ///   vault's marker.
    public func restore(to path: FilePath, overwrites: Bool) throws(VaultError) {
        try withVaultErrors {
            let folder = try OwnedDescriptor.openDirectory(path)
            let markerName = FilePath(Marker.fileName)
            var hasMarker = false
            if try folder.hasFile(markerName) {
                let present = try FileSource.contents(of: path.appending(Marker.fileName), limit: 4_096)
                if present.count == Marker.size, (try? Marker(bytes: present)) != nil, present != marker.bytes {
                    throw VaultError.wrongKey
                }
                hasMarker = present == marker.bytes
                if !hasMarker { try folder.unlinkFile(markerName) }
            }
            let slots = FilePath(SlotTable.fileName)
            if try folder.hasFile(slots) {
                let present = try FileSource.contents(of: path.appending(SlotTable.fileName))
                if !overwrites && present.count == SlotTable.size {
                    if hasMarker { throw VaultError.exists(Array(SlotTable.fileName.utf8)) }
                    // Only the marker was lost, and the slots may be newer than those of the kit.
                    return try VaultFolder.publish(marker, in: path)
                }
                try folder.unlinkFile(slots)
            }
            // Of a replacement that was stopped; it would be gone on with, and undo this.
            try folder.unlinkFile(FilePath(SlotTable.replacementName))
            try SlotFile(in: path).create(Array(bytes[Marker.size...]))
            if try !folder.hasFile(markerName) { try VaultFolder.publish(marker, in: path) }
        }
    }
}
