/// By which a repeated command is known, 16 random bytes.
public struct Nonce: Hashable, Sendable {
    public static let size = 16

    public let bytes: [UInt8]

    public init(_ bytes: [UInt8]) {
        precondition(bytes.count == Self.size)
        self.bytes = bytes
    }
}
