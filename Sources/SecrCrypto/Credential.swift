/// What somebody knows, has, or both: the secret that opens something.
public struct Credential: ~Copyable, Sendable {
    /// What it consists of; as a number it stands in headers.
    public enum Kind: UInt8, Sendable {
        case passphrase = 1
        case keyFile = 2
        case both = 3

        public var needsPassphrase: Bool { self != .keyFile }
        public var needsKeyFile: Bool { self != .passphrase }
    }

    public static let longestPassphrase = 4_096
    public static let keyFileSizes = 32...65_536

    public let kind: Kind
    /// Kind, length of the passphrase (4 bytes, most significant first), passphrase, hash of the key file.
    ///
    /// Nothing that is not the same credential has the same bytes.
    private let encoded: SecretBytes

    /// - Parameter passphrase: as it was typed, without the end of the line.
    /// - Throws: `badParameters` where it is empty or too long.
    public init(passphrase: borrowing SecretBytes) throws(CryptoError) {
        try self.init(.passphrase, passphrase: passphrase, digest: SecretBytes(copying: []))
    }

    /// - Parameter keyFile: the whole file.
    /// - Throws: `badParameters` where its size is not within ``keyFileSizes``.
    public init(keyFile: borrowing SecretBytes) throws(CryptoError) {
        try self.init(.keyFile, passphrase: SecretBytes(copying: []), digest: Self.digest(of: keyFile))
    }

    /// Neither opens anything without the other.
    public init(passphrase: borrowing SecretBytes, keyFile: borrowing SecretBytes) throws(CryptoError) {
        try self.init(.both, passphrase: passphrase, digest: Self.digest(of: keyFile))
    }

    private init(
        _ kind: Kind, passphrase: borrowing SecretBytes, digest: borrowing SecretBytes
    ) throws(CryptoError) {
        guard !kind.needsPassphrase || (1...Self.longestPassphrase).contains(passphrase.count) else {
            throw .badParameters
        }
        self.kind = kind
        let length = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: passphrase.count >> $0) }
        let head = SecretBytes(copying: [kind.rawValue] + length)
        encoded = head.followed(by: passphrase).followed(by: digest)
    }

    /// 64 bytes.
    private static func digest(of file: borrowing SecretBytes) throws(CryptoError) -> SecretBytes {
        guard keyFileSizes.contains(file.count) else { throw .badParameters }
        var hasher = BLAKE2b(count: 64)
        // Safe: the hasher reads what there is.
        unsafe file.withBytes { unsafe hasher.add(RawSpan(_unsafeBytes: $0)) }
        return hasher.finishSecret()
    }

    /// A key that costs work, for whoever guesses, too.
    ///
    /// - Throws: `outOfMemory`.
    public borrowing func stretched(
        salt: [UInt8], parameters: Argon2id.Parameters
    ) throws(CryptoError) -> SecretBytes {
        try Argon2id.key(from: encoded, salt: salt, parameters: parameters)
    }

    /// A key at once, for key files, which nobody can guess.
    public borrowing func unstretched() -> SecretBytes {
        encoded.part(0..<encoded.count)
    }
}
