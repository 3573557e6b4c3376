internal import SecrBytes

/// Bytes by which something is looked up. An array is hashed and compared one byte after the other, and this as a whole.
struct ByteKey: Hashable, Sendable {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func == (left: ByteKey, right: ByteKey) -> Bool { left.bytes.holdsSameBytes(as: right.bytes) }

    func hash(into hasher: inout Hasher) {
        hasher.combine(bytes.count)
        // Safe: the pointer does not leave the closure.
        unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }
}
