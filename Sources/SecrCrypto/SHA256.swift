internal import CSodium

/// Hashing with SHA-256 (FIPS 180-4), where a protocol of others wants it; elsewhere ``BLAKE2b`` is faster.
public struct SHA256: ~Copyable {
    /// Bytes of a hash.
    public static let size = 32

    private var state = crypto_hash_sha256_state()

    public init() {
        Sodium.start()
        // Safe: the library writes the state.
        _ = unsafe crypto_hash_sha256_init(&state)
    }

    public mutating func add(_ bytes: RawSpan) {
        // Safe: the library reads as many bytes as there are.
        unsafe bytes.withUnsafeBytes {
            _ = unsafe crypto_hash_sha256_update(
                &state, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64($0.count))
        }
    }

    public consuming func finish() -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: Self.size)
        // Safe: the library writes 32 bytes.
        _ = unsafe crypto_hash_sha256_final(&state, &hash)
        return hash
    }

    public static func hash(_ bytes: [UInt8]) -> [UInt8] {
        var hasher = SHA256()
        // Safe: bytes mean the same in any form.
        unsafe hasher.add(bytes.span.bytes)
        return hasher.finish()
    }
}

/// HMAC with SHA-256 (RFC 2104, RFC 4231), where a protocol of others wants it; ``HMAC`` has SHA-512.
public enum HMACSHA256 {
    /// Bytes of a code.
    public static let size = 32

    /// The authentication code of `message`, 32 bytes.
    public static func code(for message: [UInt8], key: borrowing SecretBytes) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: size)
        // Safe: the pointer does not leave the closure.
        unsafe code.withUnsafeMutableBytes { unsafe write(to: $0, message, key) }
        return code
    }

    /// The same as a secret, for codes that are keys.
    public static func key(for message: [UInt8], key: borrowing SecretBytes) -> SecretBytes {
        // Safe: 32 bytes are written.
        unsafe SecretBytes(count: size) { unsafe write(to: $0, message, key) }
    }

    private static func write(
        to output: UnsafeMutableRawBufferPointer, _ message: [UInt8], _ key: borrowing SecretBytes
    ) {
        Sodium.start()
        var state = crypto_auth_hmacsha256_state()
        // Safe: the library reads the key and the message within their bounds, and writes 32 bytes.
        unsafe key.withBytes {
            _ = unsafe crypto_auth_hmacsha256_init(
                &state, $0.baseAddress!.assumingMemoryBound(to: UInt8.self), $0.count)
        }
        _ = unsafe crypto_auth_hmacsha256_update(&state, message, UInt64(message.count))
        _ = unsafe crypto_auth_hmacsha256_final(&state, output.baseAddress!.assumingMemoryBound(to: UInt8.self))
        unsafe sodium_memzero(&state, MemoryLayout<crypto_auth_hmacsha256_state>.size)
    }
}
