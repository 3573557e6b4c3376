internal import CSodium

/// Signatures (RFC 8032).
public enum Ed25519 {
    public static let seedSize = 32
    public static let publicKeySize = 32
    public static let signatureSize = 64

    /// A pair of keys.
    public struct SigningKey: ~Copyable, Sendable {
        public let publicKey: [UInt8]
        /// Seed and public key, as the library wants them.
        private let expanded: SecretBytes

        /// - Parameter seed: 32 random bytes, from which both keys follow.
        public init(seed: borrowing SecretBytes) {
            Sodium.start()
            precondition(seed.count == seedSize)
            var publicKey = [UInt8](repeating: 0, count: publicKeySize)
            // Safe: 32 bytes are read and 64 written.
            expanded = unsafe SecretBytes(count: seedSize + publicKeySize) { expanded in
                unsafe seed.withBytes {
                    _ = unsafe crypto_sign_seed_keypair(
                        &publicKey, expanded.baseAddress!.assumingMemoryBound(to: UInt8.self),
                        $0.baseAddress!.assumingMemoryBound(to: UInt8.self))
                }
            }
            self.publicKey = publicKey
        }

        /// 64 bytes, always the same for the same message.
        public borrowing func signature(for message: [UInt8]) -> [UInt8] {
            var signature = [UInt8](repeating: 0, count: signatureSize)
            // Safe: 64 bytes are written; message and key are read within their bounds.
            unsafe expanded.withBytes {
                _ = unsafe crypto_sign_detached(
                    &signature, nil, message, UInt64(message.count),
                    $0.baseAddress!.assumingMemoryBound(to: UInt8.self))
            }
            return signature
        }
    }

    /// Whether the owner of `publicKey` signed `message`.
    public static func isValid(_ signature: [UInt8], for message: [UInt8], publicKey: [UInt8]) -> Bool {
        Sodium.start()
        guard signature.count == signatureSize, publicKey.count == publicKeySize else { return false }
        // Safe: lengths were checked.
        return unsafe crypto_sign_verify_detached(signature, message, UInt64(message.count), publicKey) == 0
    }
}
