internal import CSodium

/// Hashing (RFC 7693), piece by piece or at once.
@safe public struct BLAKE2b: ~Copyable {
    /// Bytes of a hash that nobody can find two inputs for.
    public static let size = 32

    /// The library wants its state aligned, and where it is.
    private let memory: UnsafeMutableRawPointer
    private var state: OpaquePointer { unsafe OpaquePointer(memory) }
    private let count: Int

    /// - Parameter count: bytes of the hash, 16...64.
    public init(count: Int = size) {
        Sodium.start()
        precondition((16...64).contains(count))
        self.count = count
        // Safe: as large and as aligned as the library asks for.
        unsafe memory = .allocate(byteCount: crypto_generichash_statebytes(), alignment: 64)
        _ = unsafe crypto_generichash_init(state, nil, 0, count)
    }

    deinit {
        unsafe sodium_memzero(memory, crypto_generichash_statebytes())
        unsafe memory.deallocate()
    }

    public mutating func add(_ bytes: RawSpan) {
        // Safe: the library reads as many bytes as there are.
        unsafe bytes.withUnsafeBytes {
            _ = unsafe crypto_generichash_update(
                state, $0.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64($0.count))
        }
    }

    public consuming func finish() -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: count)
        // Safe: the library writes `count` bytes.
        _ = unsafe crypto_generichash_final(state, &hash, count)
        return hash
    }

    /// The hash as a secret, for inputs that are one.
    public consuming func finishSecret() -> SecretBytes {
        // Safe: the library writes `count` bytes.
        unsafe SecretBytes(count: count) {
            _ = unsafe crypto_generichash_final(
                state, $0.baseAddress!.assumingMemoryBound(to: UInt8.self), $0.count)
        }
    }

    public static func hash(_ bytes: [UInt8], count: Int = size) -> [UInt8] {
        var hasher = BLAKE2b(count: count)
        // Safe: bytes mean the same in any form.
        unsafe hasher.add(bytes.span.bytes)
        return hasher.finish()
    }
}
