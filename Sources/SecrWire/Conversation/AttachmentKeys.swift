public import SecrCrypto

/// The keys of the blobs of a file, which follow from its secret.
public struct AttachmentKeys: ~Copyable, Sendable {
    private let root: SecretBytes

    public init(_ secret: WireSecret) {
        root = HKDF.extract(salt: Domain.file, key: SecretBytes(copying: secret.bytes))
    }

    /// The private key (RFC 8032) of whoever fetches the blob with this number.
    public func readSeed(ofBlob number: UInt32) -> SecretBytes { key("blob read ", number) }

    /// The same of whoever stores it.
    public func writeSeed(ofBlob number: UInt32) -> SecretBytes { key("blob write ", number) }

    /// Of the stream that the blob is.
    public func key(ofBlob number: UInt32) -> SecretBytes { key("blob key ", number) }

    private func key(_ use: StaticString, _ number: UInt32) -> SecretBytes {
        var writer = FieldWriter()
        writer.raw(Array(use.description.utf8))
        writer.integer(number)
        return HKDF.expand(root, info: writer.bytes, count: WireSecret.size)
    }
}
