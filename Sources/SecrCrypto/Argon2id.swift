internal import CSodium

/// Keys of passphrases (RFC 9106), slow and hungry on purpose.
public enum Argon2id {
    public static let saltSize = 16

    /// How much work a guess costs.
    public struct Parameters: Sendable, Equatable {
        /// KiB.
        public let memory: Int
        public let passes: Int

        /// Less would make guessing cheap.
        public static let floor = Parameters(unchecked: 256 * 1_024, passes: 3)
        /// More, asked for by a file, would be an attack on whoever opens it. This much takes some twenty seconds.
        public static let ceiling = Parameters(unchecked: 1_024 * 1_024, passes: 16)

        /// - Throws: `badParameters` outside of ``floor`` and ``ceiling``.
        public init(memory: Int, passes: Int) throws(CryptoError) {
            guard (Self.floor.memory...Self.ceiling.memory).contains(memory),
                (Self.floor.passes...Self.ceiling.passes).contains(passes)
            else { throw .badParameters }
            self.init(unchecked: memory, passes: passes)
        }

        /// For tests, which can't wait.
        package init(unchecked memory: Int, passes: Int) {
            self.memory = memory
            self.passes = passes
        }
    }

    /// - Throws: `outOfMemory` where the system has not as much as the parameters demand.
    public static func key(
        from passphrase: borrowing SecretBytes, salt: [UInt8], parameters: Parameters, count: Int = 32
    ) throws(CryptoError) -> SecretBytes {
        precondition(salt.count == saltSize && count >= 16)
        // Safe: the library writes `count` bytes and reads the passphrase within its bounds.
        return try unsafe SecretBytes(count: count) { (output) throws(CryptoError) in
            let status = unsafe passphrase.withBytes { passphrase in
                unsafe crypto_pwhash(
                    output.baseAddress!.assumingMemoryBound(to: UInt8.self), UInt64(count),
                    passphrase.baseAddress!.assumingMemoryBound(to: CChar.self), UInt64(passphrase.count), salt,
                    UInt64(parameters.passes), parameters.memory * 1_024, crypto_pwhash_ALG_ARGON2ID13)
            }
            if status != 0 { throw .outOfMemory }
        }
    }
}
