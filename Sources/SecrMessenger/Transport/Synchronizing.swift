internal import SecrRelayClient
internal import SecrVault
internal import SecrWire

/// What comes in, and when everything happens.
extension Messenger {
    private static let cellsAtOnce = 32
    /// Seconds between two looks at what is due.
    private static let pulse = 2.0

    /// Sends what waits and takes what has come, once.
    ///
    /// - Parameters:
    ///   - contacts: by default all.
    ///   - wait: for how many seconds to wait for something where nothing is there yet.
    public func synchronize(_ contacts: [Contact]? = nil, wait: Int = 0) async throws -> [Happening] {
        try await desk.run { [self] in _ = try deleteExpired() }
        let all = try await desk.run { [self] in try self.contacts() }
        let ids = contacts.map { Set($0.map(\.id)) }
        let happenings = try await withThrowingTaskGroup(of: [Happening].self) { group in
            for contact in all where ids?.contains(contact.id) ?? true {
                group.addTask { try await self.synchronize(contact, wait: wait) }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        try await dropBoxes()
        return happenings
    }

    /// - Throws: errors of the vault; those of relays are among what is returned.
    private func synchronize(_ contact: Contact, wait: Int) async throws -> [Happening] {
        var happenings: [Happening] = []
        func attempt(_ work: () async throws -> [Happening]) async throws {
            do {
                happenings += try await work()
            } catch let error as MessengerError {
                guard case .relay = error else { throw error }
                happenings.append(.relay(contact, error))
            }
        }
        func deliver() async throws -> [Happening] {
            try await self.deliver(to: contact.id)
            return []
        }
        try await attempt(deliver)
        try await attempt { try await receive(contact.id, wait: wait) }
        try await tend(contact.id)
        try await attempt(deliver)
        return happenings
    }

    /// Takes what has come from a contact.
    func receive(_ id: ContactID, wait: Int) async throws -> [Happening] {
        var happenings: [Happening] = []
        while true {
            let (contact, pending) = try await desk.run { [self] in
                try vault.readState { (try $0.contact(id), try $0.invitation(id)) }
            }
            guard let contact else { return happenings }
            if let pending {
                guard pending.binding == (try binding) else { return happenings }
                guard let more = try await greetings(contact, pending, wait: happenings.isEmpty ? wait : 0) else {
                    return happenings
                }
                happenings += more
            } else {
                guard let conversation = contact.conversation else { return happenings }
                if let box = conversation.oldInbox { happenings += try await cells(of: box, id, wait: 0) ?? [] }
                guard let box = conversation.inbox,
                    let more = try await cells(of: box, id, wait: happenings.isEmpty ? wait : 0)
                else { return happenings }
                happenings += more
                if wait > 0 { return happenings }
            }
        }
    }

    /// - Returns: `nil` where nothing was there.
    private func cells(of box: OwnBox, _ id: ContactID, wait: Int) async throws -> [Happening]? {
        let (client, reader, address) = (relays.client(box.origin), box.reader, box.address)
        var cells: [(number: UInt64, bytes: [UInt8])] = []
        do throws(RelayClientError) {
            while cells.count < Self.cellsAtOnce {
                let after = cells.last?.number ?? box.received
                let cell = try await client.get(from: address, reader, after: after, wait: cells.isEmpty ? wait : 0)
                guard let cell else { break }
                cells.append((cell.number, cell.content))
                if !cell.hasMore { break }
            }
        } catch {
            // What has come is taken nevertheless.
            if cells.isEmpty { throw MessengerError.relay(origin: box.origin, error) }
        }
        guard let last = cells.last else { return nil }
        let taken = cells
        let happenings = try await desk.run { [self] in try take(taken, from: address.name, id) }
        do throws(RelayClientError) {
            try await client.acknowledge(address, reader, upTo: last.number)
        } catch {
            throw MessengerError.relay(origin: box.origin, error)
        }
        return happenings
    }

    /// Looks for the other side's greeting.
    ///
    /// - Returns: `nil` where nothing was there.
    private func greetings(_ contact: Contact, _ pending: PendingInvitation, wait: Int) async throws -> [Happening]? {
        let box = pending.box
        let (client, reader, address) = (relays.client(box.origin), box.reader, box.address)
        do {
            guard let cell = try await client.get(from: address, reader, after: box.received, wait: wait) else {
                return nil
            }
            let inbox = pending.expects(cell.content) ? try await makeConversationBox() : nil
            let number = cell.number
            let hasBegun = try await desk.run { [self] in
                let hasBegun = try greet(contact.id, cell.content, number: number, inbox: inbox)
                if !hasBegun, let inbox { try vault.changeState { try $0.drop(inbox) } }
                return hasBegun
            }
            try await client.acknowledge(address, reader, upTo: number)
            guard hasBegun, let begun = try vault.readState({ try $0.contact(contact.id) }) else { return [] }
            return [.began(begun)]
        } catch let error as RelayClientError {
            throw MessengerError.relay(origin: box.origin, error)
        }
    }

    // MARK: For as long as somebody is there

    /// Sends and receives until the task is cancelled.
    ///
    /// - Parameters:
    ///   - ids: of whom; contacts that come later are not among them.
    ///   - report: told what happens, by any task.
    public func follow(
        _ ids: [ContactID], wait: Int = 60, report: @escaping @Sendable ([Happening]) -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in ids {
                group.addTask { try await self.listen(to: id, wait: wait, report) }
            }
            group.addTask { try await self.pulse(ids, report) }
            try await group.waitForAll()
        }
    }

    private func listen(
        to id: ContactID, wait: Int, _ report: @escaping @Sendable ([Happening]) -> Void
    ) async throws {
        var failures = 0
        while !Task.isCancelled {
            do {
                let happenings = try await receive(id, wait: wait)
                failures = 0
                if !happenings.isEmpty { report(happenings) }
                guard let contact = try vault.readState({ try $0.contact(id) }),
                    contact.state != .blocked
                else { return }
            } catch let error as MessengerError {
                guard case .relay(_, let cause) = error else { throw error }
                if cause == .cancelled { return }
                failures += 1
                if failures == 1, let contact = try vault.readState({ try $0.contact(id) }) {
                    report([.relay(contact, error)])
                }
                try await Task.sleep(for: .seconds(Double.random(in: 0...Double(min(60, 1 << min(failures, 6))))))
            }
        }
    }

    private func pulse(_ ids: [ContactID], _ report: @Sendable ([Happening]) -> Void) async throws {
        while !Task.isCancelled {
            _ = try await desk.run { [self] in try deleteExpired() }
            for id in ids {
                try await tend(id)
                do {
                    try await deliver(to: id)
                } catch let error as MessengerError {
                    // The one who listens tells of relays.
                    guard case .relay = error else { throw error }
                }
            }
            try await dropBoxes()
            try await Task.sleep(for: .seconds(Self.pulse))
        }
    }
}

extension PendingInvitation {
    /// Whether a cell is from whoever has the invitation.
    func expects(_ cell: [UInt8]) -> Bool {
        let keys = InvitationKeys(invitation.secret)
        switch side {
        case .made: return (try? CellFrame(unwrapping: cell, key: keys.answerWrap)) != nil
        case .answered: return (try? CellFrame(unwrapping: cell, key: keys.welcomeWrap)) != nil
        }
    }
}
