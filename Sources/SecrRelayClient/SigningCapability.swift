public import SecrCrypto

/// The secret half of a box's or a blob's read or write key, which several tasks may hold.
public final class SigningCapability: Sendable {
    package let key: Ed25519.SigningKey

    public var publicKey: [UInt8] { key.publicKey }

    /// - Parameter seed: 32 random bytes.
    public init(seed: borrowing SecretBytes) { key = Ed25519.SigningKey(seed: seed) }

    /// A fresh one.
    public convenience init() { self.init(seed: SecretBytes(random: Ed25519.seedSize)) }
}
