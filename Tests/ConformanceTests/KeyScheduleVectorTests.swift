import SecrMLS
import Testing

/// From one epoch's secrets to the next one's, and to the keys of messages (RFC 9420, sections 8 and 9).
@Suite(.enabled(if: VectorFile.areThere, "SECR_VECTORS is not set")) struct KeyScheduleVectorTests {
    struct Schedule: SuiteCase {
        struct Exporter: Decodable {
            /// As it is: the digits in it are not read.
            var label: String
            var context, secret: Hexadecimal
            var length: Int
        }

        struct Epoch: Decodable {
            var treeHash, commitSecret, confirmedTranscriptHash, groupContext: Hexadecimal
            var pskSecret: Hexadecimal?
            var joinerSecret, welcomeSecret, initSecret, senderDataSecret, encryptionSecret: Hexadecimal
            var exporterSecret, epochAuthenticator, externalSecret, confirmationKey: Hexadecimal
            var membershipKey, resumptionPsk, externalPub: Hexadecimal
            var exporter: Exporter
        }

        var cipherSuite: UInt16
        var groupId, initialInitSecret: Hexadecimal
        var epochs: [Epoch]
    }

    @Test(.needs(.keySchedule)) func keySchedule() throws {
        try VectorFile.keySchedule.check { (schedule: Schedule, algorithms) in
            try #require(!schedule.epochs.isEmpty)
            var initial = schedule.initialInitSecret.secret
            for (number, epoch) in schedule.epochs.enumerated() {
                let context = GroupContext(
                    suite: algorithms.suite, groupID: schedule.groupId.bytes, epoch: UInt64(number),
                    treeHash: epoch.treeHash.bytes, confirmedTranscriptHash: epoch.confirmedTranscriptHash.bytes,
                    extensions: .none
                ).encoded
                try #require(context == epoch.groupContext.bytes)
                let psk = epoch.pskSecret?.secret ?? algorithms.zero
                let joiner = JoinerSecrets(
                    initial: initial, commit: epoch.commitSecret.secret, psk: psk, context: context, algorithms)
                try #require(joiner.joiner == epoch.joinerSecret.secret)
                try #require(joiner.welcome == epoch.welcomeSecret.secret)
                let secrets = joiner.epochSecrets(context: context, algorithms)
                try require(secrets, are: epoch, algorithms)
                // Who joins begins with the joiner secret.
                let invited = JoinerSecrets(joiner: epoch.joinerSecret.secret, psk: psk, algorithms)
                try #require(invited.epochSecrets(context: context, algorithms) == secrets)
                initial = secrets.initial
            }
        }
    }

    private func require(
        _ secrets: EpochSecrets, are epoch: Schedule.Epoch, _ algorithms: SuiteAlgorithms
    ) throws {
        try #require(secrets.initial == epoch.initSecret.secret)
        try #require(secrets.senderData == epoch.senderDataSecret.secret)
        try #require(secrets.encryption == epoch.encryptionSecret.secret)
        try #require(secrets.exporter == epoch.exporterSecret.secret)
        try #require(secrets.authenticator == epoch.epochAuthenticator.secret)
        try #require(secrets.external == epoch.externalSecret.secret)
        try #require(secrets.confirmation == epoch.confirmationKey.secret)
        try #require(secrets.membership == epoch.membershipKey.secret)
        try #require(secrets.resumption == epoch.resumptionPsk.secret)
        let external = try algorithms.kem.deriveKeyPair(secrets.external)
        try #require(external.publicKey == epoch.externalPub.bytes)
        let exporter = epoch.exporter
        let exported = secrets.export(
            label: exporter.label, context: exporter.context.bytes, count: exporter.length, algorithms)
        try #require(exported == exporter.secret.secret)
    }

    struct PSKs: SuiteCase {
        struct PSK: Decodable {
            var pskId, psk, pskNonce: Hexadecimal
        }

        var cipherSuite: UInt16
        var psks: [PSK]
        var pskSecret: Hexadecimal
    }

    @Test(.needs(.pskSecret)) func pskSecret() throws {
        try VectorFile.pskSecret.check { (one: PSKs, algorithms) in
            let psks = one.psks.map { psk in
                let id = PreSharedKeyID(kind: .external(id: psk.pskId.bytes), nonce: psk.pskNonce.bytes)
                return (id: id, secret: psk.psk.secret)
            }
            try #require(algorithms.pskSecret(psks) == one.pskSecret.secret)
        }
    }

    struct Transcript: SuiteCase {
        var cipherSuite: UInt16
        var confirmationKey, authenticatedContent, interimTranscriptHashBefore: Hexadecimal
        var confirmedTranscriptHashAfter, interimTranscriptHashAfter: Hexadecimal
    }

    @Test(.needs(.transcriptHashes)) func transcriptHashes() throws {
        try VectorFile.transcriptHashes.check { (transcript: Transcript, algorithms) in
            let message = try AuthenticatedContent(decoding: transcript.authenticatedContent.bytes)
            try #require(message.encoded == transcript.authenticatedContent.bytes)
            try #require(message.content.body.type == .commit)
            let tag = try #require(message.authentication.confirmationTag)
            let confirmed = algorithms.confirmedTranscriptHash(
                after: transcript.interimTranscriptHashBefore.bytes, message)
            try #require(confirmed == transcript.confirmedTranscriptHashAfter.bytes)
            try #require(algorithms.hash.isValid(tag, for: confirmed, key: transcript.confirmationKey.secret))
            let interim = algorithms.interimTranscriptHash(after: confirmed, confirmationTag: tag)
            try #require(interim == transcript.interimTranscriptHashAfter.bytes)
        }
    }

    struct Secrets: SuiteCase {
        struct SenderData: Decodable {
            var senderDataSecret, ciphertext, key, nonce: Hexadecimal
        }

        struct Generation: Decodable {
            var generation: UInt32
            var handshakeKey, handshakeNonce, applicationKey, applicationNonce: Hexadecimal
        }

        var cipherSuite: UInt16
        var senderData: SenderData
        var encryptionSecret: Hexadecimal
        var leaves: [[Generation]]
    }

    /// Once from left to right and forwards, once the other way round, so that keys are passed over and found later.
    @Test(.needs(.secretTree), arguments: [false, true]) func secretTree(isBackwards: Bool) throws {
        try VectorFile.secretTree.check(isBackwards ? ", backwards" : "") { (one: Secrets, algorithms) in
            let data = one.senderData
            let (key, nonce) = algorithms.senderDataKey(data.senderDataSecret.secret, data.ciphertext.bytes)
            try #require(key == data.key.secret && nonce == data.nonce.secret)

            var tree = SecretTree(width: one.leaves.count, encryptionSecret: one.encryptionSecret.secret)
            let leaves = one.leaves.enumerated().map { (LeafIndex($0.offset), $0.element) }
            try #require(!leaves.isEmpty)
            for (index, generations) in isBackwards ? leaves.reversed() : leaves {
                for wanted in isBackwards ? generations.reversed() : generations {
                    for isHandshake in [true, false] {
                        let (found, change) = try tree.key(
                            SecretTree.Place(leaf: index, isHandshake: isHandshake), generation: wanted.generation,
                            Limits(), algorithms)
                        tree.apply(change)
                        let key = isHandshake ? wanted.handshakeKey : wanted.applicationKey
                        let nonce = isHandshake ? wanted.handshakeNonce : wanted.applicationNonce
                        try #require(found.key == key.secret && found.nonce == nonce.secret)
                    }
                }
            }
        }
    }
}
