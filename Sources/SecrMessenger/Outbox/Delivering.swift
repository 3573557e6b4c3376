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
            let (cells, peerBox, name) = try await desk.run { [self] in
                try vault.readState { state -> ([OutboxCell], WriteCapability?, String) in
                    guard let contact = try state.contact(id), !isFrozen(contact) else { return ([], nil, "") }
                    if let pending = try state.invitation(id), pending.binding != vault.deviceBinding {
                        return ([], nil, contact.name)
                    }
                    return (try state.outbox(id, limit: Self.cellsAtOnce), contact.conversation?.peerBox, contact.name)
                }
            }
            var done: [OutboxCell] = []
            var failure: MessengerError?
            for cell in cells {
                // The other side has not said yet where it takes in messages.
                guard let box = cell.box ?? peerBox else { break }
                let writer = box.writer
                do throws(RelayClientError) {
                    _ = try await relays.client(box.origin).put(
                        cell.cell, into: box.address(writeKey: writer.publicKey), writer, nonce: cell.nonce)
                } catch {
                    // The box for an answer goes with the first one.
                    failure =
                        error == .refused && cell.box != nil && peerBox == nil
                        ? .usedInvitation(name) : .relay(origin: box.origin, error)
                    break
                }
                done.append(cell)
            }
            if !done.isEmpty {
                count += done.count
                let delivered = done
                try await desk.run { [self] in
                    try vault.changeState { state in
                        // If begun anew meanwhile, another cell can have the same number.
                        for cell in try state.outbox(id, limit: delivered.count)
                        where delivered.contains(where: { $0.nonce == cell.nonce }) {
                            try state.remove(StateKey.outbox(id) + cell.sequence.bytes)
                        }
                    }
                }
            }
            if let failure { throw failure }
            if done.count < Self.cellsAtOnce { return count }
        }
    }

    /// Sends of its own accord what is due: receipts, and fresh keys where a day has passed. Gives up invitations that were
    /// not answered in time.
    func tend(_ id: ContactID) async throws {
        let time = now()
        try await desk.run { [self] in
            let (isDue, isOver) = try vault.readState { state in
                guard let contact = try state.contact(id), !isFrozen(contact) else { return (false, false) }
                let isOver = try state.invitation(id).map { $0.box.end <= time } ?? false
                return (contact.state == .active && contact.conversation?.isDue(at: time) == true, isOver)
            }
            if isOver {
                try change(id) { contact, state in
                    try state.endConversation(&contact, binding: vault.deviceBinding)
                    contact.state = .expired
                }
            }
            if !isDue { return }
            try vault.changeState { state in
                guard var contact = try state.contact(id), contact.state == .active, !isFrozen(contact) else { return }
                try state.converse(with: &contact, receipts: contact.sendsReceipts, now: time) { try $0.tend() }
            }
        }
    }

    /// Lets relays forget boxes that are of no more use. Those that can't be asked forget them by themselves in time.
    func dropBoxes() async {
        let found = try? await desk.run { [self] in
            try vault.readState { state in
                try state.entries(withPrefix: StateKey.drops).map { ($0.key, try OwnBox(stored: $0.value)) }
            }
        }
        for (key, box) in found ?? [] {
            do throws(RelayClientError) {
                try await relays.client(box.origin).drop(box.address, box.reader)
            } catch {
                if box.end > now() { continue }
            }
            try? await desk.run { [self] in try vault.changeState { try $0.remove(key) } }
        }
    }
}
