import SecrMLS
import Testing

/// What is on the wire: every structure is read, and written again to the same bytes.
@Suite(.enabled(if: VectorFile.areThere, "SECR_VECTORS is not set")) struct MessageVectorTests {
    struct Header: Decodable {
        var vlbytesHeader: Hexadecimal
        var length: Int
    }

    @Test(.needs(.deserialization)) func deserialization() throws {
        try VectorFile.deserialization.check { (header: Header) in
            var reader = WireReader(header.vlbytesHeader.bytes)
            try #require(try reader.length() == header.length)
            try reader.finish()
            // Of the longest, a gigabyte would have to be written.
            guard header.length < 1 << 20 else { return }
            var writer = WireWriter()
            writer.opaque([UInt8](repeating: 0, count: header.length))
            try #require(writer.bytes.starts(with: header.vlbytesHeader.bytes))
            try #require(writer.bytes.count == header.vlbytesHeader.bytes.count + header.length)
        }
    }

    struct Messages: Decodable {
        var mlsWelcome, mlsGroupInfo, mlsKeyPackage, ratchetTree, groupSecrets: Hexadecimal
        var addProposal, updateProposal, removeProposal, preSharedKeyProposal, reInitProposal: Hexadecimal
        var externalInitProposal, groupContextExtensionsProposal, commit: Hexadecimal
        var publicMessageApplication, publicMessageProposal, publicMessageCommit, privateMessage: Hexadecimal

        /// The proposals are there without their type.
        var proposals: [(ProposalType, Hexadecimal)] {
            [
                (.add, addProposal), (.update, updateProposal), (.remove, removeProposal),
                (.psk, preSharedKeyProposal), (.reInit, reInitProposal), (.externalInit, externalInitProposal),
                (.groupContextExtensions, groupContextExtensionsProposal),
            ]
        }
    }

    @Test(.needs(.messages)) func messages() throws {
        try VectorFile.messages.check { (one: Messages) in
            guard case .welcome = try message(one.mlsWelcome), case .groupInfo = try message(one.mlsGroupInfo),
                case .keyPackage = try message(one.mlsKeyPackage),
                case .privateMessage = try message(one.privateMessage)
            else { throw Unexpected(what: "a message of another kind") }
            try requirePublic(one.publicMessageApplication, .application)
            try requirePublic(one.publicMessageProposal, .proposal)
            try requirePublic(one.publicMessageCommit, .commit)
            try requireSame(RatchetTree.self, one.ratchetTree)
            try requireSame(GroupSecrets.self, one.groupSecrets)
            try requireSame(Commit.self, one.commit)
            for (type, hexadecimal) in one.proposals {
                let bytes = [UInt8(type.rawValue >> 8), UInt8(type.rawValue & 0xFF)] + hexadecimal.bytes
                let proposal = try Proposal(decoding: bytes)
                try #require(proposal.type == type && proposal.encoded == bytes)
            }
            try requireSame(KeyPackage.self, one.addProposal)
            try requireSame(LeafNode.self, one.updateProposal)
            try requireSame(LeafIndex.self, one.removeProposal)
            try requireSame(PreSharedKeyID.self, one.preSharedKeyProposal)
            try requireSame(ReInit.self, one.reInitProposal)
            try requireSame(Extensions.self, one.groupContextExtensionsProposal)
        }
    }

    private func message(_ hexadecimal: Hexadecimal) throws -> MLSMessage {
        let message = try MLSMessage(hexadecimal.bytes)
        try #require(message.bytes == hexadecimal.bytes)
        return message
    }

    private func requirePublic(_ hexadecimal: Hexadecimal, _ type: ContentType) throws {
        guard case .publicMessage(let message) = try message(hexadecimal) else {
            throw Unexpected(what: "a message that is not public")
        }
        try #require(message.content.body.type == type)
    }

    private func requireSame<Value: WireCodable>(_: Value.Type, _ hexadecimal: Hexadecimal) throws {
        try #require(try Value(decoding: hexadecimal.bytes).encoded == hexadecimal.bytes)
    }

    struct Invitation: SuiteCase {
        var cipherSuite: UInt16
        var initPriv, signerPub, keyPackage, welcome: Hexadecimal
    }

    @Test(.needs(.welcome)) func welcome() throws {
        try VectorFile.welcome.check { (one: Invitation, algorithms) in
            guard case .keyPackage(let keyPackage) = try message(one.keyPackage),
                case .welcome(let welcome) = try message(one.welcome)
            else { throw Unexpected(what: "a message of another kind") }
            try #require(welcome.suite == algorithms.suite && keyPackage.suite == algorithms.suite)
            try #require(try algorithms.kem.publicKey(of: one.initPriv.privateKey(algorithms)) == keyPackage.initKey)
            try keyPackage.verifySignature(algorithms)

            let reference = keyPackage.reference(algorithms)
            let entry = try #require(welcome.secrets.first { $0.newMember == reference })
            let opened = try algorithms.decrypt(
                entry.secrets, with: one.initPriv.privateKey(algorithms), label: "Welcome",
                context: welcome.encryptedGroupInfo)
            let secrets = try opened.withBytes { bytes throws(MLSError) in try GroupSecrets(decoding: bytes) }
            try #require(secrets.psks.isEmpty)
            let joiner = JoinerSecrets(joiner: secrets.joinerSecret, psk: algorithms.zero, algorithms)
            let (key, nonce) = joiner.welcomeKey(algorithms)
            let groupInfo = try GroupInfo(
                decoding: algorithms.aead.open(
                    welcome.encryptedGroupInfo, key: key, nonce: nonce, additionalData: []))

            try groupInfo.verifySignature(by: one.signerPub.bytes, algorithms)
            let epoch = joiner.epochSecrets(context: groupInfo.context.encoded, algorithms)
            let tag = epoch.confirmationTag(groupInfo.context.confirmedTranscriptHash, algorithms)
            try #require(tag == groupInfo.confirmationTag)
        }
    }
}
