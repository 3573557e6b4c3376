internal import CSodium

/// Key agreement (RFC 7748).
public enum X25519 {
    public static let keySize = 32

    public static func publicKey(of privateKey: borrowing SecretBytes) -> [UInt8] {
        Sodium.start()
        precondition(privateKey.count == keySize)
        var publicKey = [UInt8](repeating: 0, count: keySize)
        // Safe: both have 32 bytes.
        unsafe privateKey.withBytes {
            _ = unsafe crypto_scalarmult_base(&publicKey, $0.baseAddress!.assumingMemoryBound(to: UInt8.self))
        }
        return publicKey
    }

    /// What both sides can compute and nobody else. To be hashed with both public keys before it is used.
    ///
    /// - Throws: `notAuthentic` for a public key that leaves no secret (RFC 7748, section 6.1), or of a wrong length.
    public static func sharedSecret(
        _ privateKey: borrowing SecretBytes, with publicKey: [UInt8]
    ) throws(CryptoError) -> SecretBytes {
        guard publicKey.count == keySize else { throw .notAuthentic }
        precondition(privateKey.count == keySize)
        // Safe: all have 32 bytes.
        return try unsafe SecretBytes(count: keySize) { (output) throws(CryptoError) in
            let status = unsafe privateKey.withBytes {
                unsafe crypto_scalarmult(
                    output.baseAddress!.assumingMemoryBound(to: UInt8.self),
                    $0.baseAddress!.assumingMemoryBound(to: UInt8.self), publicKey)
            }
            if status != 0 { throw .notAuthentic }
        }
    }
}
