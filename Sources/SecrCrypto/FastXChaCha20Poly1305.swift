internal import COpenSSL
internal import CSodium

/// ``XChaCha20Poly1305`` for long messages: HChaCha20 of libsodium, then ChaCha20-Poly1305 of OpenSSL, which is the same by
/// definition (draft-irtf-cfrg-xchacha-03, section 2.3) and several times as fast.
///
/// Where the system has no OpenSSL, or something fails, `false` is the answer, and libsodium does the whole.
package enum FastXChaCha20Poly1305 {
    /// From how many bytes on it is worth its loading, and its setting up for each message.
    static let least = 16_384

    package static var isThere: Bool { secr_openssl_is_there() != 0 }

    static func suits(_ count: Int) -> Bool { count >= least && count <= SECR_OPENSSL_LONGEST && isThere }

    /// As in ``XChaCha20Poly1305``.
    package static func seal(
        _ plaintext: RawSpan, additionalData: RawSpan, nonce: RawSpan, key: borrowing SecretBytes,
        into sealed: inout MutableRawSpan
    ) -> Bool {
        precondition(sealed.byteCount == plaintext.byteCount + XChaCha20Poly1305.tagSize, "room for the tag")
        return unsafe run(
            secr_openssl_seal, plaintext, additionalData, nonce, key, count: plaintext.byteCount, into: &sealed)
    }

    /// As in ``XChaCha20Poly1305``. Returns `false` also for what is not authentic; `plaintext` is zeros then.
    package static func open(
        _ sealed: RawSpan, additionalData: RawSpan, nonce: RawSpan, key: borrowing SecretBytes,
        into plaintext: inout MutableRawSpan
    ) -> Bool {
        precondition(sealed.byteCount == plaintext.byteCount + XChaCha20Poly1305.tagSize, "room for the plaintext")
        return unsafe run(
            secr_openssl_open, sealed, additionalData, nonce, key, count: plaintext.byteCount, into: &plaintext)
    }

    /// Gets key, nonce, what is authenticated only, the input, and room for the output.
    private typealias Work = (
        UnsafePointer<UInt8>?, UnsafePointer<UInt8>?, UnsafePointer<UInt8>?, Int, UnsafePointer<UInt8>?, Int,
        UnsafeMutablePointer<UInt8>?
    ) -> CInt

    /// - Parameter count: bytes of plaintext.
    private static func run(
        _ work: Work, _ input: RawSpan, _ additional: RawSpan, _ nonce: RawSpan, _ key: borrowing SecretBytes,
        count: Int, into output: inout MutableRawSpan
    ) -> Bool {
        unsafe withSubkey(key, nonce) { key, nonce in
            unsafe input.withUnsafeBytes { input in
                unsafe additional.withUnsafeBytes { additional in
                    unsafe output.withUnsafeMutableBytes { output in
                        // Safe: the callers have checked the lengths.
                        unsafe work(
                            key, nonce, additional.baseAddress?.assumingMemoryBound(to: UInt8.self), additional.count,
                            input.baseAddress?.assumingMemoryBound(to: UInt8.self), count,
                            output.baseAddress?.assumingMemoryBound(to: UInt8.self)) != 0
                    }
                }
            }
        }
    }

    /// Key and nonce of the inner cipher. The key is on the stack meanwhile, and wiped.
    private static func withSubkey(
        _ key: borrowing SecretBytes, _ nonce: RawSpan, _ work: (UnsafePointer<UInt8>, UnsafePointer<UInt8>) -> Bool
    ) -> Bool {
        precondition(key.count == XChaCha20Poly1305.keySize && nonce.byteCount == XChaCha20Poly1305.nonceSize)
        return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32 + 12) { inner in
            let (subkey, rest) = unsafe (inner.baseAddress!, inner.baseAddress! + 32)
            defer { unsafe sodium_memzero(subkey, 32) }
            unsafe rest.initialize(repeating: 0, count: 12)
            unsafe nonce.withUnsafeBytes { nonce in
                // Safe: HChaCha20 reads 16 bytes of nonce and 32 of key; the last eight of the nonce remain.
                _ = unsafe key.withBytes { key in
                    unsafe crypto_core_hchacha20(
                        subkey, nonce.baseAddress!.assumingMemoryBound(to: UInt8.self),
                        key.baseAddress!.assumingMemoryBound(to: UInt8.self), nil)
                }
                unsafe UnsafeMutableRawPointer(rest + 4).copyMemory(from: nonce.baseAddress! + 16, byteCount: 8)
            }
            return unsafe work(subkey, rest)
        }
    }
}
