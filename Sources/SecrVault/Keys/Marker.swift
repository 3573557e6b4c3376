public import SecrCrypto

/// The file by which a vault is recognised, and what guessing a passphrase costs. The only bytes of a vault that anybody
/// can read; all of them are bound into every slot. They never change.
public struct Marker: Sendable, Equatable {
    public static let fileName = "secr-vault"
    public static let size = 64
    private static let magic = Array("secr-vault".utf8) + [0]
    private static let version: UInt8 = 1

    public let bytes: [UInt8]
    let parameters: Argon2id.Parameters

    /// For a new vault.
    public init(parameters: Argon2id.Parameters) {
        self.parameters = parameters
        bytes =
            Self.magic + [Self.version, UInt8(parameters.passes), 0, 0, 0] + UInt32(parameters.memory).bigEndianBytes
            + [UInt8](repeating: 0, count: 12) + SecureRandom.bytes(32)
    }

    /// - Throws: ``VaultError/notAVault``, ``VaultError/newer``, or ``VaultError/damaged(_:)`` for what no program of
    ///   ours writes, such as a demand for all memory there is.
    public init(bytes: [UInt8], weakest: Argon2id.Parameters = .floor) throws(VaultError) {
        guard bytes.count == Self.size, bytes.starts(with: Self.magic) else { throw .notAVault }
        guard bytes[11] == Self.version else { throw .newer }
        let memory = bytes[16..<20].reduce(0) { $0 << 8 | Int($1) }
        guard (bytes[13..<16] + bytes[20..<32]).allSatisfy({ $0 == 0 }) else { throw .damaged(.marker) }
        let parameters = Argon2id.Parameters(unchecked: memory, passes: Int(bytes[12]))
        guard parameters.memory >= weakest.memory, parameters.passes >= weakest.passes,
            parameters.memory <= Argon2id.Parameters.ceiling.memory,
            parameters.passes <= Argon2id.Parameters.ceiling.passes
        else { throw .damaged(.marker) }
        self.parameters = parameters
        self.bytes = bytes
    }

    /// What everything else of the vault is bound to.
    var hash: [UInt8] { BLAKE2b.hash(bytes) }

    /// Turns a credential into what slots are tried with. Takes about a second, on purpose, and as long for a wrong one.
    public func stretch(_ credential: borrowing Credential) throws(VaultError) -> SecretBytes {
        do {
            return try credential.stretched(salt: Array(bytes[32..<48]), parameters: parameters)
        } catch {
            throw .outOfMemory
        }
    }
}
