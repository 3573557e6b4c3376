internal import SecrVault
internal import SecrWire

/// Boxes that have become old.
extension Messenger {
    /// Takes in messages with a fresh box where the present one was made long ago.
    ///
    /// Relays forget what nobody asks for, and tell nobody whether they have: whoever was away for long would wait for ever. And
    /// what was seen of one box tells less about the next.
    ///
    /// - Returns: whether there is a fresh one, which the other side has to be told of.
    func renewBox(of id: ContactID) async throws -> Bool {
        let found = try await desk.run { [self] in try oldBox(of: id) }
        guard let found else { return false }
        let fresh = try await makeConversationBox(avoiding: found.peerOrigin)
        return try await desk.run { [self] in try use(fresh, inPlaceOf: found.name, id) }
    }

    private func oldBox(of id: ContactID) throws -> (name: [UInt8], peerOrigin: String?)? {
        try vault.readState { state in
            guard let contact = try state.contact(id), contact.state == .active, !isFrozen(contact), !contact.isBroken,
                let conversation = contact.conversation, let inbox = conversation.inbox, inbox.end <= now()
            else { return nil }
            return (inbox.address.name, conversation.peerBox?.origin)
        }
    }

    /// What the other side puts before it knows of the fresh box comes out of the old one.
    ///
    /// - Returns: whether nobody else has done that.
    private func use(_ fresh: OwnBox, inPlaceOf name: [UInt8], _ id: ContactID) throws -> Bool {
        let time = now()
        return try vault.changeState { state in
            guard let contact = try state.contact(id), var contact = try? writable(contact, state),
                var old = contact.conversation?.inbox, old.address.name == name
            else {
                try state.drop(fresh)
                return false
            }
            if let older = contact.conversation?.oldInbox { try state.drop(older) }
            old.goOn(from: time)
            contact.conversation?.oldInbox = old
            contact.conversation?.inbox = fresh
            contact.conversation?.isInboxInUse = false
            try state.converse(with: &contact, receipts: sendsReceipts(contact), now: time) {
                _ = try $0.send(.box(fresh.capability))
            }
            try state.store(contact)
            return true
        }
    }
}
