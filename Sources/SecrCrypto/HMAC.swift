internal import CSodium

/// HMAC with SHA-512 (RFC 2104, RFC 4231).
public enum HMAC {
    public static let size = 64

    /// The authentication code of `message`, 64 bytes.
    public static func code(for message: [UInt8], key: borrowing SecretBytes) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: size)
        var state = HMACState(key: key)
        // Safe: the pointers do not leave the closures.
        unsafe message.withUnsafeBytes { unsafe state.add($0) }
        unsafe code.withUnsafeMutableBytes { unsafe state.finish($0) }
        return code
    }

    /// Whether `code`, the whole of it, is that of `message`; in constant time.
    public static func isValid(_ code: [UInt8], for message: [UInt8], key: borrowing SecretBytes) -> Bool {
        ConstantTime.areEqual(code, self.code(for: message, key: key))
    }
}

/// A code that is being made, from secret or public parts.
struct HMACState: ~Copyable {
    private var state = crypto_auth_hmacsha512_state()

    init(key: borrowing SecretBytes) {
        Sodium.start()
        // Safe: the library reads the secret within its bounds.
        unsafe key.withBytes {
            _ = unsafe crypto_auth_hmacsha512_init(
                &state, $0.baseAddress!.assumingMemoryBound(to: UInt8.self), $0.count)
        }
    }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        // Safe: the library reads as many bytes as there are.
        _ = unsafe crypto_auth_hmacsha512_update(
            &state, base.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
    }

    mutating func add(_ bytes: [UInt8]) {
        // Safe: the pointer does not leave the closure.
        unsafe bytes.withUnsafeBytes { unsafe add($0) }
    }

    /// Writes the code to `output`, which has 64 bytes, and forgets the key.
    mutating func finish(_ output: UnsafeMutableRawBufferPointer) {
        precondition(output.count == HMAC.size)
        // Safe: as many bytes as the library writes.
        _ = unsafe crypto_auth_hmacsha512_final(&state, output.baseAddress!.assumingMemoryBound(to: UInt8.self))
        unsafe sodium_memzero(&state, MemoryLayout<crypto_auth_hmacsha512_state>.size)
    }
}
