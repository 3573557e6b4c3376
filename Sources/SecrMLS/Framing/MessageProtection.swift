/// Signing and checking what is said (RFC 9420, section 6.1).
extension SuiteAlgorithms {
    /// `FramedContentTBS`.
    ///
    /// - Parameter context: encoded; part of it for members and who becomes one.
    package static func signedBytes(_ wireFormat: WireFormat, _ content: FramedContent, context: [UInt8]) -> [UInt8] {
        var writer = WireWriter()
        writer.value(ProtocolVersion.mls10)
        writer.uint16(wireFormat.rawValue)
        writer.value(content)
        switch content.sender {
        case .member, .newMemberCommit: writer.raw(context)
        case .external, .newMemberProposal: break
        }
        return writer.bytes
    }

    /// A signed message; the confirmation tag of a commit comes later.
    package func sign(
        _ content: FramedContent, as wireFormat: WireFormat, context: [UInt8], key: Secret
    ) throws(MLSError) -> AuthenticatedContent {
        let signed = Self.signedBytes(wireFormat, content, context: context)
        return AuthenticatedContent(
            wireFormat: wireFormat, content: content,
            authentication: ContentAuthentication(
                signature: try sign("FramedContentTBS", signed, with: key), confirmationTag: nil))
    }

    package func verify(
        _ message: AuthenticatedContent, context: [UInt8], by publicKey: [UInt8]
    ) throws(MLSError) {
        let signed = Self.signedBytes(message.wireFormat, message.content, context: context)
        try verify(message.authentication.signature, "FramedContentTBS", signed, by: publicKey, "6.1")
    }
}

/// Messages that everybody can read (RFC 9420, section 6.2).
extension SuiteAlgorithms {
    package func protectPublicly(
        _ message: AuthenticatedContent, context: [UInt8], membershipKey: Secret
    ) throws(MLSError) -> PublicMessage {
        if case .application = message.content.body {
            throw MLSError(.invalid, "6", "an application message that is not encrypted")
        }
        let tag =
            message.content.sender.member == nil
            ? nil : hash.code(for: Self.membershipBytes(message, context: context), key: membershipKey)
        return PublicMessage(content: message.content, authentication: message.authentication, membershipTag: tag)
    }

    /// Everything but the signature.
    ///
    /// - Parameter membershipKey: `nil` where nobody can check it who is no member.
    package func unprotect(
        _ message: PublicMessage, context: [UInt8], membershipKey: Secret?
    ) throws(MLSError) -> AuthenticatedContent {
        let content = AuthenticatedContent(
            wireFormat: .publicMessage, content: message.content, authentication: message.authentication)
        if case .application = message.content.body {
            throw MLSError(.invalid, "6", "an application message that is not encrypted")
        }
        if let tag = message.membershipTag, let membershipKey {
            try require(
                hash.isValid(tag, for: Self.membershipBytes(content, context: context), key: membershipKey),
                .notAuthentic, "6.2", "a membership tag that is not valid")
        }
        return content
    }

    /// `AuthenticatedContentTBM`.
    private static func membershipBytes(_ message: AuthenticatedContent, context: [UInt8]) -> [UInt8] {
        var writer = WireWriter()
        writer.raw(signedBytes(message.wireFormat, message.content, context: context))
        message.authentication.encode(to: &writer)
        return writer.bytes
    }
}

/// Messages that only members can read (RFC 9420, section 6.3).
extension SuiteAlgorithms {
    /// - Parameters:
    ///   - generation: which key of the sender it is.
    ///   - paddingBlock: zeros follow the content until its length is a multiple of this.
    package func protectPrivately(
        _ message: AuthenticatedContent, generation: UInt32, key: MessageKey, senderDataSecret: Secret,
        paddingBlock: Int
    ) throws(MLSError) -> PrivateMessage {
        guard case .member(let index) = message.content.sender else {
            throw MLSError(.invalid, "6.3.2", "a private message of somebody who is no member")
        }
        let content = message.content
        let type = content.body.type
        let plainText = WireWriter.secret { writer in
            content.body.encode(to: &writer)
            message.authentication.encode(to: &writer)
            let padding = (paddingBlock - writer.bytes.count % paddingBlock) % paddingBlock
            writer.raw([UInt8](repeating: 0, count: padding))
        }
        let guardBytes = Secret(random: 4)
        let senderData = SenderData(leaf: index, generation: generation, reuseGuard: guardBytes.withBytes { $0 })
        let aad = Self.contentAAD(content.groupID, content.epoch, type, content.authenticatedData)
        let ciphertext = try plainText.withBytes { (text) throws(MLSError) in
            try aead.seal(text, key: key.key, nonce: senderData.guarded(key.nonce), additionalData: aad)
        }
        let (dataKey, dataNonce) = senderDataKey(senderDataSecret, ciphertext)
        let encrypted = try aead.seal(
            senderData.encoded, key: dataKey, nonce: dataNonce.withBytes { $0 },
            additionalData: Self.senderDataAAD(content.groupID, content.epoch, type))
        return PrivateMessage(
            groupID: content.groupID, epoch: content.epoch, contentType: type,
            authenticatedData: content.authenticatedData, encryptedSenderData: encrypted, ciphertext: ciphertext)
    }

    /// Who sent a message, and with which key.
    package func senderData(
        of message: PrivateMessage, senderDataSecret: Secret
    ) throws(MLSError) -> SenderData {
        let (key, nonce) = senderDataKey(senderDataSecret, message.ciphertext)
        return try SenderData(
            decoding: try aead.open(
                message.encryptedSenderData, key: key, nonce: nonce.withBytes { $0 },
                additionalData: Self.senderDataAAD(message.groupID, message.epoch, message.contentType)))
    }

    /// Everything but the signature.
    package func unprotect(
        _ message: PrivateMessage, _ senderData: SenderData, key: MessageKey
    ) throws(MLSError) -> AuthenticatedContent {
        let aad = Self.contentAAD(message.groupID, message.epoch, message.contentType, message.authenticatedData)
        let plainText = try aead.open(
            message.ciphertext, key: key.key, nonce: senderData.guarded(key.nonce), additionalData: aad)
        var reader = WireReader(plainText)
        let body = try FramedContent.Body(message.contentType, from: &reader)
        let authentication = try ContentAuthentication(of: message.contentType, from: &reader)
        try require(reader.rest.allSatisfy { $0 == 0 }, .malformed, "6.3.1", "padding that is not zero")
        return AuthenticatedContent(
            wireFormat: .privateMessage,
            content: FramedContent(
                groupID: message.groupID, epoch: message.epoch, sender: .member(senderData.leaf),
                authenticatedData: message.authenticatedData, body: body),
            authentication: authentication)
    }

    /// `sender_data_key` and `sender_data_nonce` (section 6.3.2).
    package func senderDataKey(_ secret: Secret, _ ciphertext: [UInt8]) -> (key: Secret, nonce: Secret) {
        let sample = Array(ciphertext.prefix(hash.size))
        return (
            expand(secret, label: "key", context: sample, count: aead.keySize),
            expand(secret, label: "nonce", context: sample, count: aead.nonceSize)
        )
    }

    private static func contentAAD(
        _ groupID: [UInt8], _ epoch: UInt64, _ type: ContentType, _ authenticatedData: [UInt8]
    ) -> [UInt8] {
        var writer = WireWriter()
        writer.opaque(groupID)
        writer.uint64(epoch)
        writer.uint8(type.rawValue)
        writer.opaque(authenticatedData)
        return writer.bytes
    }

    private static func senderDataAAD(_ groupID: [UInt8], _ epoch: UInt64, _ type: ContentType) -> [UInt8] {
        var writer = WireWriter()
        writer.opaque(groupID)
        writer.uint64(epoch)
        writer.uint8(type.rawValue)
        return writer.bytes
    }
}

/// Which key a private message needs (RFC 9420, section 6.3.2).
package struct SenderData: Sendable {
    package var leaf: LeafIndex
    package var generation: UInt32
    /// Random, so that a key that was used twice by mistake was used with two nonces.
    package var reuseGuard: [UInt8]

    package init(leaf: LeafIndex, generation: UInt32, reuseGuard: [UInt8]) {
        self.leaf = leaf
        self.generation = generation
        self.reuseGuard = reuseGuard
    }

    /// The nonce that was used (section 6.3.1).
    func guarded(_ nonce: Secret) -> [UInt8] {
        var guarded = nonce.withBytes { Array($0) }
        for (index, byte) in reuseGuard.enumerated() { guarded[index] ^= byte }
        return guarded
    }
}

extension SenderData: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        leaf = try reader.value()
        generation = try reader.uint32()
        reuseGuard = try reader.raw(4)
    }

    package func encode(to writer: inout WireWriter) {
        writer.value(leaf)
        writer.uint32(generation)
        writer.raw(reuseGuard)
    }
}
