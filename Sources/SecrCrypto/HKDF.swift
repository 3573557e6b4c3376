/// Key derivation with HMAC-SHA-512 (RFC 5869).
public enum HKDF {
    /// Most bytes that one expansion gives.
    public static let longestOutput = 255 * HMAC.size

    /// Concentrates what is random in `key`: 64 bytes.
    ///
    /// - Parameter salt: public, best random; an empty one counts as 64 zeros.
    public static func extract(salt: [UInt8], key: borrowing SecretBytes) -> SecretBytes {
        let salt = SecretBytes(copying: salt.isEmpty ? [UInt8](repeating: 0, count: HMAC.size) : salt)
        // Safe: 64 bytes are written; the pointers do not leave the closures.
        return unsafe SecretBytes(count: HMAC.size) { output in
            var state = HMACState(key: salt)
            unsafe key.withBytes { unsafe state.add($0) }
            unsafe state.finish(output)
        }
    }

    /// As many bytes as are needed, bound to `info`.
    ///
    /// - Parameters:
    ///   - key: of ``extract(salt:key:)``.
    ///   - count: at most ``longestOutput``.
    public static func expand(_ key: borrowing SecretBytes, info: [UInt8], count: Int) -> SecretBytes {
        precondition(count <= longestOutput, "more than an expansion gives")
        let whole = (count + HMAC.size - 1) / HMAC.size * HMAC.size
        // Safe: whole blocks are written, and each is read for the next one.
        let blocks = unsafe SecretBytes(count: whole) { output in
            for start in stride(from: 0, to: whole, by: HMAC.size) {
                var state = HMACState(key: key)
                if start > 0 {
                    unsafe state.add(UnsafeRawBufferPointer(rebasing: output[start - HMAC.size..<start]))
                }
                state.add(info)
                state.add([UInt8(start / HMAC.size + 1)])
                unsafe state.finish(UnsafeMutableRawBufferPointer(rebasing: output[start..<start + HMAC.size]))
            }
        }
        return blocks.part(0..<count)
    }
}
