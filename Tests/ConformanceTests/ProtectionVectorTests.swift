import SecrMLS
import Testing

/// Messages to a group and what protects them (RFC 9420, section 6): those that others made, and our own.
@Suite(.enabled(if: VectorFile.areThere, "SECR_VECTORS is not set")) struct ProtectionVectorTests {
    struct Case: SuiteCase {
        var cipherSuite: UInt16
        var groupId, treeHash, confirmedTranscriptHash, signaturePriv, signaturePub: Hexadecimal
        var epoch: UInt64
        var encryptionSecret, senderDataSecret, membershipKey: Hexadecimal
        var proposal, proposalPub, proposalPriv, commit, commitPub, commitPriv: Hexadecimal
        var application, applicationPriv: Hexadecimal

        /// Of all messages.
        static let sender = LeafIndex(1)

        /// Encoded.
        var context: [UInt8] {
            GroupContext(
                suite: CipherSuite(rawValue: cipherSuite), groupID: groupId.bytes, epoch: epoch,
                treeHash: treeHash.bytes, confirmedTranscriptHash: confirmedTranscriptHash.bytes, extensions: .none
            ).encoded
        }

        var secretTree: SecretTree { SecretTree(width: 2, encryptionSecret: encryptionSecret.secret) }
    }

    @Test(.needs(.messageProtection)) func messageProtection() throws {
        try VectorFile.messageProtection.check { (one: Case, algorithms) in
            let signatureKey = try algorithms.signature.publicKey(of: one.signaturePriv.privateKey(algorithms))
            try #require(signatureKey == one.signaturePub.bytes)
            let proposal = try Proposal(decoding: one.proposal.bytes)
            let commit = try Commit(decoding: one.commit.bytes)
            try #require(proposal.encoded == one.proposal.bytes && commit.encoded == one.commit.bytes)
            let bodies: [(FramedContent.Body, public: Hexadecimal?, private: Hexadecimal)] = [
                (.proposal(proposal), one.proposalPub, one.proposalPriv),
                (.commit(commit), one.commitPub, one.commitPriv),
                (.application(one.application.bytes), nil, one.applicationPriv),
            ]
            for (body, published, privately) in bodies {
                if let published {
                    try requireReadable(publicly: published.bytes, body, one, algorithms)
                    try requireReadable(publicly: publicMessage(body, one, algorithms), body, one, algorithms)
                }
                try requireReadable(privately: privately.bytes, body, one, algorithms)
                for paddingBlock in [1, 100] {
                    let made = try privateMessage(body, paddingBlock: paddingBlock, one, algorithms)
                    try requireReadable(privately: made, body, one, algorithms)
                }
            }
            try requireThatApplicationsAreEncrypted(one, algorithms)
        }
    }

    /// A signed message, with a confirmation tag where it needs one.
    private func signed(
        _ body: FramedContent.Body, as format: WireFormat, _ one: Case, _ algorithms: SuiteAlgorithms
    ) throws -> AuthenticatedContent {
        let content = FramedContent(
            groupID: one.groupId.bytes, epoch: one.epoch, sender: .member(Case.sender),
            authenticatedData: Array("beside it".utf8), body: body)
        var message = try algorithms.sign(
            content, as: format, context: one.context, key: one.signaturePriv.privateKey(algorithms))
        if body.type == .commit {
            message.authentication.confirmationTag = algorithms.hash.hash(one.confirmedTranscriptHash.bytes)
        }
        return message
    }

    private func publicMessage(
        _ body: FramedContent.Body, _ one: Case, _ algorithms: SuiteAlgorithms
    ) throws -> [UInt8] {
        let message = try algorithms.protectPublicly(
            signed(body, as: .publicMessage, one, algorithms), context: one.context,
            membershipKey: one.membershipKey.secret)
        return MLSMessage.publicMessage(message).bytes
    }

    private func privateMessage(
        _ body: FramedContent.Body, paddingBlock: Int, _ one: Case, _ algorithms: SuiteAlgorithms
    ) throws -> [UInt8] {
        let place = SecretTree.Place(leaf: Case.sender, isHandshake: body.type != .application)
        let (generation, key, _) = try one.secretTree.nextKey(place, algorithms)
        let message = try algorithms.protectPrivately(
            signed(body, as: .privateMessage, one, algorithms), generation: generation, key: key,
            senderDataSecret: one.senderDataSecret.secret, paddingBlock: paddingBlock)
        return MLSMessage.privateMessage(message).bytes
    }

    private func requireReadable(
        publicly bytes: [UInt8], _ body: FramedContent.Body, _ one: Case, _ algorithms: SuiteAlgorithms
    ) throws {
        guard case .publicMessage(var message) = try MLSMessage(bytes) else {
            throw Unexpected(what: "a message that is not public")
        }
        let key = one.membershipKey.secret
        let content = try algorithms.unprotect(message, context: one.context, membershipKey: key)
        try require(content, says: body, one, algorithms)
        let tag = try #require(message.membershipTag)
        message.membershipTag = tag.dropLast() + [tag[tag.count - 1] ^ 1]
        try #require(throws: MLSError.self) {
            try algorithms.unprotect(message, context: one.context, membershipKey: key)
        }
    }

    private func requireReadable(
        privately bytes: [UInt8], _ body: FramedContent.Body, _ one: Case, _ algorithms: SuiteAlgorithms
    ) throws {
        guard case .privateMessage(var message) = try MLSMessage(bytes) else {
            throw Unexpected(what: "a message that is not private")
        }
        let data = try algorithms.senderData(of: message, senderDataSecret: one.senderDataSecret.secret)
        try #require(data.leaf == Case.sender && message.contentType == body.type)
        let place = SecretTree.Place(leaf: data.leaf, isHandshake: body.type != .application)
        let (key, _) = try one.secretTree.key(place, generation: data.generation, Limits(), algorithms)
        try require(algorithms.unprotect(message, data, key: key), says: body, one, algorithms)
        message.ciphertext[0] ^= 1
        try #require(throws: MLSError.self) { try algorithms.unprotect(message, data, key: key) }
    }

    /// The group, the epoch, the sender, the content and the signature are as they should be.
    private func require(
        _ message: AuthenticatedContent, says body: FramedContent.Body, _ one: Case, _ algorithms: SuiteAlgorithms
    ) throws {
        try #require(message.content.groupID == one.groupId.bytes && message.content.epoch == one.epoch)
        try #require(message.content.sender == .member(Case.sender))
        try #require(message.content.body == body)
        try algorithms.verify(message, context: one.context, by: one.signaturePub.bytes)
        var other = message
        other.content.authenticatedData.append(0)
        try #require(throws: MLSError.self) {
            try algorithms.verify(other, context: one.context, by: one.signaturePub.bytes)
        }
    }

    /// An application message in the open is neither made nor read.
    private func requireThatApplicationsAreEncrypted(_ one: Case, _ algorithms: SuiteAlgorithms) throws {
        let body = FramedContent.Body.application(one.application.bytes)
        try #require(throws: MLSError.self) { try publicMessage(body, one, algorithms) }
        let content = try signed(body, as: .publicMessage, one, algorithms)
        let message = PublicMessage(
            content: content.content, authentication: content.authentication,
            membershipTag: [UInt8](repeating: 0, count: algorithms.hash.size))
        try #require(throws: MLSError(.invalid, "6", "an application message that is not encrypted")) {
            try algorithms.unprotect(message, context: one.context, membershipKey: one.membershipKey.secret)
        }
    }
}
