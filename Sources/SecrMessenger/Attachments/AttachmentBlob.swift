internal import SecrCrypto
internal import SecrRelayClient
internal import SecrStream
internal import SecrWire

/// One blob of a file: where it lies on a relay, and how it is sealed.
struct AttachmentBlob: ~Copyable {
    let size: BlobSize
    /// Bytes of the file that are in it.
    let part: Range<Int>
    let reader, writer: SigningCapability
    private let key: SecretBytes

    /// - Parameter number: less than there are.
    init(_ number: UInt32, of attachment: Attachment) {
        let keys = AttachmentKeys(attachment.secret)
        let part = attachment.part(number)
        size = attachment.blobSize
        self.part = Int(part.lowerBound)..<Int(part.upperBound)
        reader = SigningCapability(seed: keys.readSeed(ofBlob: number))
        writer = SigningCapability(seed: keys.writeSeed(ofBlob: number))
        key = keys.key(ofBlob: number)
    }

    var address: Address { Address(.blob, readKey: reader.publicKey, writeKey: writer.publicKey) }

    /// - Parameter bytes: those of ``part``.
    func sealed(_ bytes: [UInt8]) -> [UInt8] {
        precondition(bytes.count == part.count)
        let padding = [UInt8](repeating: 0, count: size.capacity - bytes.count)
        return ShortStream.seal(bytes + padding, .blob, key: key)
    }

    /// The bytes of ``part``; `nil` where it is not what was stored.
    func opened(_ sealed: [UInt8]) -> [UInt8]? {
        guard sealed.count == size.count, let bytes = try? ShortStream.open(sealed, .blob, key: key) else { return nil }
        return Array(bytes.prefix(part.count))
    }
}
