internal import SecrCrypto
package import SecrMLS
package import SecrWire

/// The MLS group of a conversation of two: its parameters, how it comes to be, and what else follows from its secrets.
package enum GroupOfTwo {
    package static let suite = CipherSuite.mlkem768X25519AES256GCM
    /// Most bytes of a message, all its parts together.
    static let largestMessage = CellFrame.mostParts * CellFrame.capacity

    package static var configuration: GroupConfiguration {
        var configuration = GroupConfiguration(rules: Rules())
        configuration.limits.messageBytes = largestMessage
        configuration.limits.leaves = 2
        return configuration
    }

    /// Nobody has a name, and nothing changes but keys once the second member is there.
    private struct Rules: GroupRules {
        func accepts(_ credential: SecrMLS.Credential, signatureKey: [UInt8]) -> Bool {
            credential == GroupOfTwo.credential
        }

        func mayPropose(_ proposal: Proposal, _ sender: Sender, in group: GroupView) -> Bool {
            sender.member != nil && group.members.count == 1
        }

        func mayCommit(_ changes: [Change], _ committer: Sender, in group: GroupView) -> Bool {
            guard let member = committer.member else { return false }
            if group.members.count == 1 { return changes.count == 1 }
            return changes.isEmpty && GroupOfTwo.hasTurn(member, inEpoch: group.context.epoch)
        }
    }

    private static let credential = SecrMLS.Credential.basic(identity: [])

    /// Whether a member makes the commit that ends an epoch. The two take turns, so that no commit can cross another.
    static func hasTurn(_ member: LeafIndex, inEpoch epoch: UInt64) -> Bool { UInt64(member.rawValue) == epoch % 2 }

    /// Fresh keys for one conversation.
    package static func makeBundle(now: UInt64) throws(MLSError) -> KeyPackageBundle {
        let day: UInt64 = 86_400
        return try KeyPackageBundle(
            suite: suite, credential: credential, keys: try SignatureKeyPair(for: suite),
            lifetime: Lifetime(notBefore: now - min(now, day), notAfter: now + 90 * day))
    }

    /// A group, and the MLSMessage by which the other one joins.
    package struct Founded: ~Copyable {
        package var group: Group
        package let welcome: [UInt8]
    }

    /// Makes a group with the one who answered an invitation, in its first epoch.
    package static func create(with keyPackage: [UInt8], now: UInt64) throws(MLSError) -> Founded {
        guard case .keyPackage(let keyPackage) = try MLSMessage(keyPackage) else {
            throw MLSError(.malformed, "10", "something else where a key package has to be")
        }
        guard keyPackage.suite == suite else { throw MLSError(.unsupported, "5.1", "keys of another cipher suite") }
        var group = try Group.create(founder: try makeBundle(now: now), configuration)
        _ = try group.commit(CommitContent([.add(keyPackage)]), at: now)
        let (merged, _) = try group.mergePendingCommit()
        guard let welcome = merged.welcome else { throw MLSError(.badState, "12.4.3", "nobody was added") }
        return Founded(group: group, welcome: welcome.bytes)
    }

    /// - Parameter signatureKey: of the only other member there has to be.
    package static func join(
        _ welcome: [UInt8], with bundle: KeyPackageBundle, signatureKey: [UInt8]
    ) throws(MLSError) -> Group {
        guard case .welcome(let welcome) = try MLSMessage(welcome) else {
            throw MLSError(.malformed, "12.4.3", "something else where a welcome has to be")
        }
        let group = try Group.join(welcome, with: bundle, configuration)
        let others = group.members.filter { $0.index != group.ownIndex }
        guard group.epoch == 1, others.count == 1, others[0].signatureKey == signatureKey else {
            throw MLSError(.notAuthentic, "12.4.3.1", "another member than the one who invited")
        }
        return group
    }
}

extension Group {
    /// The other member's place.
    package var peerIndex: LeafIndex? { members.first { $0.index != ownIndex }?.index }

    var ownSignatureKey: [UInt8] { members.first { $0.index == ownIndex }?.signatureKey ?? [] }

    /// Under which key a member's cells of this epoch are wrapped.
    package func wrapKey(of sender: LeafIndex) throws(MLSError) -> WireSecret {
        let secret = try exportSecret(label: "secr cell", context: sender.rawValue.bytes, count: WireSecret.size)
        return WireSecret(secret.withBytes { Array($0) })
    }

    func safetyCode() throws(MLSError) -> [UInt8] {
        try exportSecret(label: "secr safety code", count: SafetyCode.size).withBytes { Array($0) }
    }
}

extension CellFrame {
    /// Under a nonce that nobody else has.
    func wrapped(key: borrowing SecretBytes) -> [UInt8] {
        wrapped(nonce: SecureRandom.bytes(XChaCha20Poly1305.nonceSize), key: key)
    }
}

extension WireSecret {
    /// For as long as it is used.
    var secretBytes: SecretBytes { SecretBytes(copying: bytes) }
}
