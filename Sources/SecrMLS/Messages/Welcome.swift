/// The state of a group for who joins it (RFC 9420, section 12.4.3).
public struct GroupInfo: Sendable, Hashable {
    public package(set) var context: GroupContext
    public package(set) var extensions: Extensions
    package var confirmationTag: [UInt8]
    public package(set) var signer: LeafIndex
    package var signature: [UInt8] = []

    package init(context: GroupContext, extensions: Extensions, confirmationTag: [UInt8], signer: LeafIndex) {
        self.context = context
        self.extensions = extensions
        self.confirmationTag = confirmationTag
        self.signer = signer
    }

    private var signed: [UInt8] {
        var writer = WireWriter()
        encodeUnsigned(to: &writer)
        return writer.bytes
    }

    package mutating func sign(with key: Secret, _ algorithms: SuiteAlgorithms) throws(MLSError) {
        signature = try algorithms.sign("GroupInfoTBS", signed, with: key)
    }

    package func verifySignature(by key: [UInt8], _ algorithms: SuiteAlgorithms) throws(MLSError) {
        try algorithms.verify(signature, "GroupInfoTBS", signed, by: key, "12.4.3")
    }
}

extension GroupInfo: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        context = try reader.value()
        extensions = try reader.value()
        confirmationTag = try reader.opaque()
        signer = try reader.value()
        signature = try reader.opaque()
    }

    package func encode(to writer: inout WireWriter) {
        encodeUnsigned(to: &writer)
        writer.opaque(signature)
    }

    private func encodeUnsigned(to writer: inout WireWriter) {
        writer.value(context)
        writer.value(extensions)
        writer.opaque(confirmationTag)
        writer.value(signer)
    }
}

/// What a new member has to know and nobody else (RFC 9420, section 12.4.3.1).
package struct GroupSecrets: Sendable {
    package var joinerSecret: Secret
    package var pathSecret: Secret?
    package var psks: [PreSharedKeyID]

    package init(joinerSecret: Secret, pathSecret: Secret?, psks: [PreSharedKeyID]) {
        self.joinerSecret = joinerSecret
        self.pathSecret = pathSecret
        self.psks = psks
    }
}

extension GroupSecrets: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        joinerSecret = try reader.opaqueSecret()
        pathSecret = try reader.isPresent() ? try reader.opaqueSecret() : nil
        psks = try reader.vector()
    }

    package func encode(to writer: inout WireWriter) {
        writer.opaque(joinerSecret)
        writer.uint8(pathSecret == nil ? 0 : 1)
        if let pathSecret { writer.opaque(pathSecret) }
        writer.vector(psks)
    }
}

/// An invitation into a group, for one new member or several (RFC 9420, section 12.4.3.1).
public struct Welcome: Sendable, Hashable {
    package struct EncryptedSecrets: Sendable, Hashable {
        /// `KeyPackageRef` of who can read it.
        package var newMember: [UInt8]
        package var secrets: HPKECiphertext
    }

    public package(set) var suite: CipherSuite
    package var secrets: [EncryptedSecrets]
    package var encryptedGroupInfo: [UInt8]
}

extension Welcome: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        suite = try reader.value()
        secrets = try reader.vector()
        encryptedGroupInfo = try reader.opaque()
    }

    package func encode(to writer: inout WireWriter) {
        writer.value(suite)
        writer.vector(secrets)
        writer.opaque(encryptedGroupInfo)
    }
}

extension Welcome.EncryptedSecrets: WireCodable {
    package init(from reader: inout WireReader) throws(MLSError) {
        newMember = try reader.opaque()
        secrets = try reader.value()
    }

    package func encode(to writer: inout WireWriter) {
        writer.opaque(newMember)
        writer.value(secrets)
    }
}
