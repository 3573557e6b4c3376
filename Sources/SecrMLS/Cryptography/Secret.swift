internal import Crypto
internal import Glibc

/// A secret of the protocol: immutable, shared between the values that hold it, and cleared when the last of them goes.
///
/// It can't be printed or hashed, and compares in constant time. Its memory is of swift-crypto, which clears it, but does not
/// lock it; a program that holds secrets keeps them out of swap and core dumps as a whole (`ProcessSecrecy` of SecrSystem).
public struct Secret: Sendable, Equatable {
    let key: SymmetricKey

    init(_ key: SymmetricKey) { self.key = key }

    /// Fresh randomness of the operating system.
    public init(random count: Int) { key = SymmetricKey(size: SymmetricKeySize(bitCount: count * 8)) }

    /// A copy; whoever holds the bytes has to clear them.
    public init(copying bytes: some Collection<UInt8>) {
        // Contiguous: what is copied from has to be cleared as well, where it was made here.
        if let array = bytes as? [UInt8] {
            key = SymmetricKey(data: array)
        } else {
            var array = Array(bytes)
            key = SymmetricKey(data: array)
            Self.clear(&array)
        }
    }

    /// The value `0` of RFC 9420, section 8.
    static func zeros(_ count: Int) -> Secret { Secret(SymmetricKey(data: [UInt8](repeating: 0, count: count))) }

    /// In bytes.
    public var count: Int { key.bitCount / 8 }

    /// In constant time; lengths are no secret.
    public static func == (one: Secret, other: Secret) -> Bool { one.key == other.key }

    /// Lends the bytes for the length of a call, and clears them after it. They must not be kept.
    public func withBytes<Result, Failure: Error>(
        _ body: ([UInt8]) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        append(to: &bytes)
        defer { Self.clear(&bytes) }
        return try body(bytes)
    }

    func append(to bytes: inout [UInt8]) {
        // Safe: the buffer does not leave the closure.
        unsafe key.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    /// Overwrites bytes that were secret. Where others hold them too, theirs stay.
    static func clear(_ bytes: inout [UInt8]) {
        // Safe: the buffer does not leave the closure.
        unsafe bytes.withUnsafeMutableBytes { buffer in
            guard let base = buffer.baseAddress else { return }
            // Safe: as many bytes as there are.
            unsafe explicit_bzero(base, buffer.count)
        }
        bytes = []
    }
}

extension Secret: CustomStringConvertible, CustomReflectable {
    public var description: String { "a secret" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
