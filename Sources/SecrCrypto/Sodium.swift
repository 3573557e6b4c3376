internal import CSodium

/// The library, ready to be used.
enum Sodium {
    private static let status = sodium_init()

    /// To be called before any other function of the library.
    static func start() {
        precondition(status >= 0, "libsodium can't be used")
    }
}

/// Why something could not be done. Never more than that.
public enum CryptoError: Error, Equatable, Sendable {
    /// Not what somebody with this key has made, or a key that can't be one.
    case notAuthentic
    /// Parameters outside of what is allowed.
    case badParameters
    /// The system gives less memory than the parameters demand.
    case outOfMemory
}

/// Randomness of the operating system, for keys, salts and nonces.
public enum SecureRandom {
    public static func bytes(_ count: Int) -> [UInt8] {
        Sodium.start()
        var bytes = [UInt8](repeating: 0, count: count)
        // Safe: the library writes as many bytes as there are.
        unsafe randombytes_buf(&bytes, count)
        return bytes
    }
}

/// Comparison that takes the same time wherever bytes differ. Lengths are no secret.
public enum ConstantTime {
    public static func areEqual(_ first: some Collection<UInt8>, _ second: some Collection<UInt8>) -> Bool {
        guard first.count == second.count else { return false }
        // Safe: the library reads as many bytes as both have.
        return unsafe sodium_memcmp(Array(first), Array(second), first.count) == 0
    }
}
