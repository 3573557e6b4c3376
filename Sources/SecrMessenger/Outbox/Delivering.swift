internal import SecrRelayClient
internal import SecrVault
internal import SecrWire

/// What leaves: cells of the outbox, in order, each once.
extension Messenger {
    /// Cells that are put before what is done is noted.
    private static let cellsAtOnce = 16

    /// Puts what waits for a contact. Whatever goes wrong, it stays in the outbox, and is put under the same nonce again.
    ///
    /// - Returns: how many cells were put.
    /// - Throws: ``MessengerError``, above all ``MessengerError/relay(origin:_:)``.
    @discardableResult
    public func deliver(to id: ContactID) async throws -> Int {
        var count = 0
        while true {
            let (cells, peerBox) = try await desk.run { [self] in
                try vault.readState { state -> ([OutboxCell], WriteCapability?) in
                    guard let contact = try state.contact(id), !isFrozen(contact) else { return ([], nil) }
                    return (try state.outbox(id, limit: Self.cellsAtOnce), contact.conversation?.peerBox)
                }
            }
            var done: [UInt64] = []
            var failure: MessengerError?
            for cell in cells {
                // The other side has not said yet where it takes in messages.
                guard let box = cell.box ?? peerBox else { break }
                let writer = box.writer
                do throws(RelayClientError) {
                    _ = try await relays.client(box.origin).put(
                        cell.cell, into: box.address(writeKey: writer.publicKey), writer, nonce: cell.nonce)
                } catch {
                    failure = .relay(origin: box.origin, error)
                    break
                }
                done.append(cell.sequence)
            }
            if !done.isEmpty {
                count += done.count
                let delivered = done
                try await desk.run { [self] in
                    try vault.changeState { state in
                        for sequence in delivered { try state.remove(StateKey.outbox(id) + sequence.bytes) }
                    }
                }
            }
            if let failure { throw failure }
            if done.count < Self.cellsAtOnce { return count }
        }
    }

    /// Sends of its own accord what is due: receipts, and fresh keys where a day has passed.
    func tend(_ id: ContactID) async throws {
        let time = now()
        try await desk.run { [self] in
            let isDue = try vault.readState { state in
                guard let contact = try state.contact(id), contact.state == .active, !isFrozen(contact),
                    let conversation = contact.conversation
                else { return false }
                return conversation.isDue(at: time)
            }
            if !isDue { return }
            try vault.changeState { state in
                guard var contact = try state.contact(id), contact.state == .active, !isFrozen(contact) else { return }
                try state.converse(with: &contact, receipts: contact.sendsReceipts, now: time) { machine in
                    try machine.sendDueReceipt()
                    try machine.commitIfDue()
                }
            }
        }
    }

    /// Lets relays forget boxes that are of no more use.
    func dropBoxes() async throws {
        let boxes = try await desk.run { [self] in
            try vault.readState { state in
                try state.entries(withPrefix: StateKey.drops, limit: 64).map { ($0.key, try OwnBox(stored: $0.value)) }
            }
        }
        for (key, box) in boxes {
            do throws(RelayClientError) {
                try await relays.client(box.origin).drop(box.address, box.reader)
            } catch {
                // It is forgotten by itself when its time has come.
                continue
            }
            try await desk.run { [self] in try vault.changeState { try $0.remove(key) } }
        }
    }
}

extension ConversationState {
    /// Whether there is something to be sent that nobody asks for.
    func isDue(at time: UInt64) -> Bool {
        receiptDue.map { $0 <= time } ?? false
            || hasTurn && exchanged > 0 && time >= lastCommit + ConversationMachine.secondsOfEpoch
    }
}
