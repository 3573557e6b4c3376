import SecrCrypto
import SecrMLS
import SecrMessenger
import SecrTestSupport
import SecrVault
import SecrWire
import Testing

/// What vaults know of the keys of conversations, collected while there are some, for those who look at cells
/// afterwards.
struct KnownKeys {
    /// One epoch of one group, as its members know it.
    struct Epoch: Hashable {
        let groupID: [UInt8]
        let number: UInt64
    }

    /// Under which cells are wrapped.
    private(set) var wraps: Set<WireSecret> = []
    /// Of greetings.
    private(set) var invitations: Set<WireSecret> = []
    /// With which it can be seen who sent a message, and with which of its keys.
    private(set) var senderData: [Epoch: Secret] = [:]
    /// Everything else that follows from an epoch and that only its members know, and what is known of the group.
    private(set) var epochs: [Epoch: [(name: String, bytes: [UInt8])]] = [:]

    /// All that is in a vault now.
    mutating func learn(_ messenger: Messenger) throws {
        for contact in try messenger.contacts() {
            try messenger.vault.readState { state in
                if let pending = try state.invitation(contact.id) { invitations.insert(pending.invitation.secret) }
                guard let conversation = contact.conversation else { return }
                let group = try state.group(contact.id)
                wraps.formUnion(conversation.pastWraps)
                for member in group.members { wraps.insert(try group.wrapKey(of: member.index)) }
                try learnEpochs(of: group)
            }
        }
    }

    private mutating func learnEpochs(of group: borrowing Group) throws {
        let records = group.records()
        let core = try #require(records[[0]], "the present epoch")
        var reader = WireReader(core.withBytes { $0 })
        let context: GroupContext = try reader.value()
        _ = try reader.opaque()
        let secrets: EpochSecrets = try reader.value()
        let epoch = Epoch(groupID: group.groupID, number: group.epoch)
        #expect(context.groupID == group.groupID && context.epoch == group.epoch)
        senderData[epoch] = secrets.senderData
        var known: [(String, [UInt8])] = [
            ("the group's id", context.groupID), ("the tree's hash", context.treeHash),
            ("the transcript's hash", context.confirmedTranscriptHash),
        ]
        known += [
            ("the secret of sender data", secrets.senderData), ("the exporter", secrets.exporter),
            ("the external secret", secrets.external), ("the confirmation key", secrets.confirmation),
            ("the membership key", secrets.membership), ("the resumption key", secrets.resumption),
            ("the authenticator", secrets.authenticator), ("the secret of the next epoch", secrets.initial),
        ].map { ($0, $1.withBytes { $0 }) }
        known += group.members.map { ("a signature key", $0.signatureKey) }
        epochs[epoch] = known
        // Of epochs that are over, who sent what is all that can be seen.
        for (key, record) in records where key.first == 5 && key.count == 9 {
            var reader = WireReader(record.withBytes { $0 })
            _ = try reader.opaque()
            var number = WireReader(Array(key.dropFirst()))
            senderData[Epoch(groupID: group.groupID, number: try number.uint64())] = try reader.opaqueSecret()
        }
    }

    /// Opens a cell under any of the keys.
    func frame(of cell: [UInt8]) throws -> CellFrame? {
        for invitation in invitations {
            let keys = InvitationKeys(invitation)
            if let frame = try CellFrame(unwrapping: cell, key: keys.answerWrap) { return frame }
            if let frame = try CellFrame(unwrapping: cell, key: keys.welcomeWrap) { return frame }
        }
        for wrap in wraps {
            if let frame = try CellFrame(unwrapping: cell, key: SecretBytes(copying: wrap.bytes)) { return frame }
        }
        return nil
    }
}
