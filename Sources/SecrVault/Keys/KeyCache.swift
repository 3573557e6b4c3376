internal import SecrCrypto
public import SecrSystem
public import SystemPackage

/// Keys of unlocked areas, kept for a while so that the next command does not have to ask. Nothing of them is on a disk.
///
/// They rest in the kernel's keyring of the user; where that can't be used, as in many containers, in an agent, a process
/// of this user that holds them in locked memory and hands them out through a socket.
public struct KeyCache: Sendable {
    private let name: String
    private let vault: [UInt8]

    static let size = AreaKeys.idSize + AreaKeys.rootSize

    public init(of folder: VaultFolder) {
        vault = folder.marker.hash
        name = ObjectName(bytes: BLAKE2b.hash(Array("secr key cache".utf8) + vault, count: 16))!.hexadecimal
    }

    private var description: String { "secr:" + name }

    /// Where the agent listens; `nil` where this user has no place for sockets.
    private var socket: FilePath? { StandardFolders.runtime?.appending("secr").appending(name) }

    /// - Parameter startAgent: starts this program as an agent, see ``KeyAgent``, which listens at a path for so many
    ///   seconds, and reads the secret from standard input.
    /// - Throws: where neither can be done.
    public func store(
        _ keys: AreaKeys, seconds: UInt32,
        startAgent: (FilePath, UInt32, OwnedDescriptor) throws(SystemError) -> Void
    ) throws(SystemError) {
        let secret = SecretBytes(copying: keys.id).followed(by: keys.root)
        do throws(SystemError) {
            try unsafe secret.withBytes { (bytes) throws(SystemError) in
                try unsafe KernelKeyring.add(description, bytes, seconds: seconds)
            }
        } catch {
            guard let socket else { throw error }
            try KeyAgent.start(at: socket, secret, seconds: seconds, startAgent)
        }
    }

    public func load() -> AreaKeys? {
        var isThere = false
        let secret = unsafe SecretBytes(count: Self.size) { buffer in
            isThere = unsafe KernelKeyring.read(description, into: buffer)
            if !isThere, let socket { isThere = unsafe KeyAgent.read(from: socket, into: buffer) }
        }
        guard isThere else { return nil }
        // Safe: the id is no secret.
        let id = unsafe secret.withBytes { unsafe Array($0[..<AreaKeys.idSize]) }
        return AreaKeys(root: secret.part(AreaKeys.idSize..<Self.size), id: id, vault: vault)
    }

    public func clear() throws(SystemError) {
        var failure: SystemError?
        do throws(SystemError) { try KernelKeyring.remove(description) } catch { failure = error }
        if let socket, KeyAgent.stop(at: socket) { failure = nil }
        // Where there is no keyring, nothing was left in it.
        if let failure, ![.notSupported, .noFunction, .notPermitted, .permissionDenied].contains(failure.errno) {
            throw failure
        }
    }
}
