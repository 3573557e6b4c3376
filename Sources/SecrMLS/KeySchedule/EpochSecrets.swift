/// What follows from an epoch's secret (RFC 9420, section 8). The secrets from which it follows are gone by then.
package struct EpochSecrets: Sendable, Equatable {
    package let senderData: Secret
    /// The root of the secret tree, until that takes it over.
    package private(set) var encryption: Secret?
    package let exporter: Secret
    package let external: Secret
    package let confirmation: Secret
    package let membership: Secret
    package let resumption: Secret
    package let authenticator: Secret
    /// Of the next epoch.
    package let initial: Secret

    package init(epochSecret: Secret, _ algorithms: SuiteAlgorithms) {
        senderData = algorithms.derive(epochSecret, "sender data")
        encryption = algorithms.derive(epochSecret, "encryption")
        exporter = algorithms.derive(epochSecret, "exporter")
        external = algorithms.derive(epochSecret, "external")
        confirmation = algorithms.derive(epochSecret, "confirm")
        membership = algorithms.derive(epochSecret, "membership")
        resumption = algorithms.derive(epochSecret, "resumption")
        authenticator = algorithms.derive(epochSecret, "authentication")
        initial = algorithms.derive(epochSecret, "init")
    }

    /// Of who has none any more.
    static let gone = EpochSecrets()

    private init() {
        let nothing = Secret(copying: [])
        (senderData, exporter, external, confirmation) = (nothing, nothing, nothing, nothing)
        (membership, resumption, authenticator, initial) = (nothing, nothing, nothing, nothing)
    }

    /// The secret tree takes over the secret that it grows from.
    package mutating func takeSecretTree(width: Int) -> SecretTree {
        guard let root = encryption else { preconditionFailure("a second secret tree of one epoch") }
        encryption = nil
        return SecretTree(width: width, encryptionSecret: root)
    }

    package func confirmationTag(_ confirmedTranscriptHash: [UInt8], _ algorithms: SuiteAlgorithms) -> [UInt8] {
        algorithms.hash.code(for: confirmedTranscriptHash, key: confirmation)
    }

    /// `MLS-Exporter` (section 8.5).
    package func export(
        label: String, context: [UInt8], count: Int, _ algorithms: SuiteAlgorithms
    ) -> Secret {
        algorithms.expand(
            algorithms.derive(exporter, label), label: "exported", context: algorithms.hash.hash(context),
            count: count)
    }
}

extension EpochSecrets: WireCodable {
    /// As they are stored, without the root of the secret tree.
    package init(from reader: inout WireReader) throws(MLSError) {
        senderData = try reader.opaqueSecret()
        exporter = try reader.opaqueSecret()
        external = try reader.opaqueSecret()
        confirmation = try reader.opaqueSecret()
        membership = try reader.opaqueSecret()
        resumption = try reader.opaqueSecret()
        authenticator = try reader.opaqueSecret()
        initial = try reader.opaqueSecret()
    }

    package func encode(to writer: inout WireWriter) {
        for secret in [
            senderData, exporter, external, confirmation, membership, resumption, authenticator, initial,
        ] { writer.opaque(secret) }
    }
}

/// The way to an epoch's secret, for members and for who joins.
package struct JoinerSecrets: Sendable {
    /// Told to new members.
    package let joiner: Secret
    /// What new members have to be told is encrypted with it.
    package let welcome: Secret
    /// Before the group context is mixed in.
    private let member: Secret

    package init(
        initial: Secret, commit: Secret, psk: Secret, context: [UInt8], _ algorithms: SuiteAlgorithms
    ) {
        let extracted = algorithms.hash.extract(salt: initial, commit)
        self.init(
            joiner: algorithms.expand(extracted, label: "joiner", context: context, count: algorithms.hash.size),
            psk: psk, algorithms)
    }

    package init(joiner: Secret, psk: Secret, _ algorithms: SuiteAlgorithms) {
        self.joiner = joiner
        member = algorithms.hash.extract(salt: joiner, psk)
        welcome = algorithms.derive(member, "welcome")
    }

    package func epochSecrets(context: [UInt8], _ algorithms: SuiteAlgorithms) -> EpochSecrets {
        EpochSecrets(
            epochSecret: algorithms.expand(member, label: "epoch", context: context, count: algorithms.hash.size),
            algorithms)
    }

    /// Key and nonce of an encrypted group info (section 12.4.3.1).
    package func welcomeKey(_ algorithms: SuiteAlgorithms) -> (key: Secret, nonce: [UInt8]) {
        (
            algorithms.expand(welcome, label: "key", count: algorithms.aead.keySize),
            algorithms.expand(welcome, label: "nonce", count: algorithms.aead.nonceSize).withBytes { $0 }
        )
    }
}

extension SuiteAlgorithms {
    /// All pre-shared keys of a commit in one secret (section 8.4).
    package func pskSecret(_ psks: [(id: PreSharedKeyID, secret: Secret)]) -> Secret {
        var secret = zero
        for (index, psk) in psks.enumerated() {
            var label = WireWriter()
            label.value(psk.id)
            label.uint16(UInt16(index))
            label.uint16(UInt16(psks.count))
            let input = expand(
                hash.extract(salt: zero, psk.secret), label: "derived psk", context: label.bytes, count: hash.size)
            secret = hash.extract(salt: input, secret)
        }
        return secret
    }

    /// `confirmed_transcript_hash` after a commit (section 8.2).
    package func confirmedTranscriptHash(after interim: [UInt8], _ commit: AuthenticatedContent) -> [UInt8] {
        var input = WireWriter()
        input.raw(interim)
        input.uint16(commit.wireFormat.rawValue)
        input.value(commit.content)
        input.opaque(commit.authentication.signature)
        return hash.hash(input.bytes)
    }

    /// `interim_transcript_hash` (section 8.2).
    package func interimTranscriptHash(after confirmed: [UInt8], confirmationTag: [UInt8]) -> [UInt8] {
        var input = WireWriter()
        input.raw(confirmed)
        input.opaque(confirmationTag)
        return hash.hash(input.bytes)
    }
}
