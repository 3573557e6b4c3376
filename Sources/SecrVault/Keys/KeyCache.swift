internal import SecrCrypto
public import SecrSystem

/// Keys of unlocked areas, kept for a while so that the next command does not have to ask. Nothing of them is on a disk.
public struct KeyCache: Sendable {
    private let description: String
    private let vault: [UInt8]

    private static let size = AreaKeys.idSize + AreaKeys.rootSize

    public init(of folder: VaultFolder) {
        vault = folder.marker.hash
        let name = BLAKE2b.hash(Array("secr key cache".utf8) + vault, count: 16)
        description = "secr:" + ObjectName(bytes: name)!.hexadecimal
    }

    /// - Throws: where the kernel has no keyring for this process.
    public func store(_ keys: AreaKeys, seconds: UInt32) throws(SystemError) {
        let secret = SecretBytes(copying: keys.id).followed(by: keys.root)
        try unsafe secret.withBytes { (bytes) throws(SystemError) in
            try unsafe KernelKeyring.add(description, bytes, seconds: seconds)
        }
    }

    public func load() -> AreaKeys? {
        var isThere = false
        let secret = unsafe SecretBytes(count: Self.size) { buffer in
            isThere = unsafe KernelKeyring.read(description, into: buffer)
        }
        guard isThere else { return nil }
        // Safe: the id is no secret.
        let id = unsafe secret.withBytes { unsafe Array($0[..<AreaKeys.idSize]) }
        return AreaKeys(root: secret.part(AreaKeys.idSize..<Self.size), id: id, vault: vault)
    }

    public func clear() throws(SystemError) { try KernelKeyring.remove(description) }
}
