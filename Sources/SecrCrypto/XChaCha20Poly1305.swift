internal import CSodium

/// Authenticated encryption with a nonce long enough to be random (draft-irtf-cfrg-xchacha-03).
public enum XChaCha20Poly1305 {
    public static let keySize = 32
    public static let nonceSize = 24
    public static let tagSize = 16

    /// Seals `plaintext` into `sealed`, which must have room for ``tagSize`` bytes more.
    ///
    /// For the hot path: allocates nothing. A key must never see the same nonce twice.
    public static func seal(
        _ plaintext: RawSpan, additionalData: RawSpan, nonce: RawSpan, key: borrowing SecretBytes,
        into sealed: inout MutableRawSpan
    ) {
        precondition(sealed.byteCount == plaintext.byteCount + tagSize, "room for the tag")
        precondition(key.count == keySize && nonce.byteCount == nonceSize)
        if FastXChaCha20Poly1305.suits(plaintext.byteCount),
            FastXChaCha20Poly1305.seal(plaintext, additionalData: additionalData, nonce: nonce, key: key, into: &sealed)
        {
            return
        }
        let status = unsafe key.withBytes { key in
            unsafe plaintext.withUnsafeBytes { plaintext in
                unsafe additionalData.withUnsafeBytes { additional in
                    unsafe nonce.withUnsafeBytes { nonce in
                        unsafe sealed.withUnsafeMutableBytes { sealed in
                            // Safe: lengths were checked above.
                            unsafe crypto_aead_xchacha20poly1305_ietf_encrypt(
                                sealed.baseAddress!.assumingMemoryBound(to: UInt8.self), nil,
                                plaintext.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(plaintext.count),
                                additional.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(additional.count),
                                nil, nonce.baseAddress!.assumingMemoryBound(to: UInt8.self),
                                key.baseAddress!.assumingMemoryBound(to: UInt8.self))
                        }
                    }
                }
            }
        }
        precondition(status == 0, "sealing can't fail")
    }

    /// Opens `sealed` into `plaintext`, which must be ``tagSize`` bytes shorter and holds nothing of it after an error.
    public static func open(
        _ sealed: RawSpan, additionalData: RawSpan, nonce: RawSpan, key: borrowing SecretBytes,
        into plaintext: inout MutableRawSpan
    ) throws(CryptoError) {
        guard sealed.byteCount >= tagSize else { throw .notAuthentic }
        precondition(plaintext.byteCount == sealed.byteCount - tagSize, "room for the plaintext")
        precondition(key.count == keySize && nonce.byteCount == nonceSize)
        if FastXChaCha20Poly1305.suits(plaintext.byteCount),
            FastXChaCha20Poly1305.open(
                sealed, additionalData: additionalData, nonce: nonce, key: key, into: &plaintext)
        {
            return
        }
        let status = unsafe key.withBytes { key in
            unsafe sealed.withUnsafeBytes { sealed in
                unsafe additionalData.withUnsafeBytes { additional in
                    unsafe nonce.withUnsafeBytes { nonce in
                        unsafe plaintext.withUnsafeMutableBytes { plaintext in
                            // Safe: lengths were checked above.
                            unsafe crypto_aead_xchacha20poly1305_ietf_decrypt(
                                plaintext.baseAddress?.assumingMemoryBound(to: UInt8.self), nil, nil,
                                sealed.baseAddress!.assumingMemoryBound(to: UInt8.self), UInt64(sealed.count),
                                additional.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(additional.count),
                                nonce.baseAddress!.assumingMemoryBound(to: UInt8.self),
                                key.baseAddress!.assumingMemoryBound(to: UInt8.self))
                        }
                    }
                }
            }
        }
        if status != 0 { throw .notAuthentic }
    }

    /// The same for short messages.
    public static func seal(
        _ plaintext: [UInt8], additionalData: [UInt8] = [], nonce: [UInt8], key: borrowing SecretBytes
    ) -> [UInt8] {
        var sealed = [UInt8](repeating: 0, count: plaintext.count + tagSize)
        var span = sealed.mutableSpan
        // Safe: bytes are valid whatever is written.
        var bytes = unsafe span.mutableBytes
        unsafe seal(
            plaintext.span.bytes, additionalData: additionalData.span.bytes, nonce: nonce.span.bytes, key: key,
            into: &bytes)
        return sealed
    }

    public static func open(
        _ sealed: [UInt8], additionalData: [UInt8] = [], nonce: [UInt8], key: borrowing SecretBytes
    ) throws(CryptoError) -> [UInt8] {
        guard sealed.count >= tagSize else { throw .notAuthentic }
        var plaintext = [UInt8](repeating: 0, count: sealed.count - tagSize)
        var span = plaintext.mutableSpan
        // Safe: bytes are valid whatever is written.
        var bytes = unsafe span.mutableBytes
        try unsafe open(
            sealed.span.bytes, additionalData: additionalData.span.bytes, nonce: nonce.span.bytes, key: key,
            into: &bytes)
        return plaintext
    }
}
