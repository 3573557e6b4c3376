import SecrCrypto
import SecrMessenger
import SecrRelayClient
import SecrStream
import SecrTestSupport
import SecrVault
import SecrWire
import Testing

/// What a relay, or somebody with a file's secret, can do with its blobs; by the page, not by the code of the messenger.
extension Couple {
    private func keys(
        _ number: UInt32, of attachment: SecrWire.Attachment
    ) -> (reader: SigningCapability, writer: SigningCapability, address: Address) {
        let keys = AttachmentKeys(attachment.secret)
        let reader = SigningCapability(seed: keys.readSeed(ofBlob: number))
        let writer = SigningCapability(seed: keys.writeSeed(ofBlob: number))
        return (reader, writer, Address(.blob, readKey: reader.publicKey, writeKey: writer.publicKey))
    }

    /// What the relay has, in order.
    func blobs(of attachment: SecrWire.Attachment) async throws -> [[UInt8]] {
        var blobs: [[UInt8]] = []
        for number in 0..<UInt32(attachment.blobs) {
            let (reader, _, address) = keys(number, of: attachment)
            let day = attachment.lastDay(ofBlob: number)
            if let blob = try await client.fetch(attachment.blobSize, at: address, reader, expires: day) {
                blobs.append(blob)
            }
        }
        return blobs
    }

    func remove(_ number: UInt32, of attachment: SecrWire.Attachment) async throws {
        let (reader, _, address) = keys(number, of: attachment)
        try await client.remove(
            attachment.blobSize, at: address, reader, expires: attachment.lastDay(ofBlob: number))
    }

    func remove(_ attachment: SecrWire.Attachment) async throws {
        for number in 0..<UInt32(attachment.blobs) { try await remove(number, of: attachment) }
    }

    func replace(_ number: UInt32, of attachment: SecrWire.Attachment, with blob: [UInt8]) async throws {
        try await remove(number, of: attachment)
        let (_, writer, address) = keys(number, of: attachment)
        let today = Day(seconds: Int64(clock.now))
        let days = today.distance(to: attachment.lastDay(ofBlob: number))
        _ = try await client.store(blob, attachment.blobSize, at: address, writer, days: days)
    }

    /// Seals a part of a file as the page says, and stores it.
    func store(_ part: [UInt8], _ number: UInt32, of attachment: SecrWire.Attachment) async throws -> Day {
        let (_, writer, address) = keys(number, of: attachment)
        let padding = [UInt8](repeating: 0, count: attachment.blobSize.capacity - part.count)
        let key = AttachmentKeys(attachment.secret).key(ofBlob: number)
        let sealed = ShortStream.seal(part + padding, .blob, key: key)
        return try await client.store(sealed, attachment.blobSize, at: address, writer, days: 7)
    }
}

extension Messenger {
    /// The file of a message, as it lies in the vault.
    func bytes(of message: Message) throws -> [UInt8] {
        let path = try #require(message.file)
        return try vault.bytes(of: path, 0..<vault.stat(path).size)
    }

    /// Paths of all files, in order.
    func filesInVault() throws -> [String] {
        var found: [String] = []
        func look(_ folder: VaultPath) throws {
            for entry in try vault.list(folder) {
                let path = try folder.appending(entry.name)
                if entry.node.kind == .folder {
                    try look(path)
                } else {
                    found.append(String(decoding: path.bytes, as: UTF8.self))
                }
            }
        }
        try look(.top)
        return found
    }
}

extension [Happening] {
    /// Names of files that have come.
    var files: [String] {
        compactMap { if case .file(_, let message) = $0 { message.attachment?.name } else { nil } }
    }

    var fileFailures: [String] {
        compactMap { if case .fileFailed(_, _, let reason) = $0 { reason } else { nil } }
    }
}
