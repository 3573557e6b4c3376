internal import SecrMLS
internal import SecrRelayClient
internal import SecrVault
internal import SecrWire
internal import Synchronization

/// What comes in, and when everything happens.
extension Messenger {
    /// Told what happens, by any task, once it is in the vault for good.
    public typealias Reporter = @Sendable ([Happening]) -> Void

    private static let cellsAtOnce = 32
    /// Looks at a relay that has always more, before others have their turn.
    private static let mostLooks = 64
    /// Seconds for which a relay can be asked to wait.
    private static let waits = 0...600

    /// Sends what waits and takes what has come, once.
    ///
    /// - Parameters:
    ///   - contacts: by default all.
    ///   - wait: for how many seconds, 0 to 600, to wait for something where nothing is there yet.
    ///   - fetchesFiles: whether files that are announced come as well, which can take long.
    /// - Returns: what happened, also where some of it could not be done.
    public func synchronize(
        _ contacts: [Contact]? = nil, wait: Int = 0, fetchesFiles: Bool = true
    ) async throws -> [Happening] {
        try await desk.run { [self] in
            _ = try deleteExpired()
            try sweepDrafts()
        }
        let all = try await desk.run { [self] in try self.contacts() }
        let ids = contacts.map { Set($0.map(\.id)) }
        let happenings = Happenings()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for contact in all where ids?.contains(contact.id) ?? true {
                group.addTask {
                    try await self.synchronize(contact, wait: wait, fetchesFiles: fetchesFiles, happenings.add)
                }
            }
            try await group.waitForAll()
        }
        await dropBoxes()
        return happenings.all
    }

    /// - Throws: errors of the vault; those of relays are reported.
    private func synchronize(
        _ contact: Contact, wait: Int, fetchesFiles: Bool, _ report: @escaping Reporter
    ) async throws {
        try await attempt(contact, report) {
            try await self.deliver(to: contact.id)
            if try await self.upload(to: contact.id, report) { try await self.deliver(to: contact.id) }
        }
        _ = try await receive(contact.id, wait: wait, report)
        try await tend(contact.id)
        try await attempt(contact, report) { try await self.deliver(to: contact.id) }
        try await attempt(contact, report) {
            if try await self.renewBox(of: contact.id) { try await self.deliver(to: contact.id) }
        }
        if fetchesFiles { try await self.fetchFiles(of: contact, report) }
    }

    /// Fetches files that were announced.
    ///
    /// - Throws: errors of the vault; those of relays are reported.
    public func fetchFiles(of contact: Contact, _ report: @escaping Reporter) async throws {
        try await attempt(contact, report) { try await self.download(from: contact.id, report) }
    }

    /// Does something for which relays are needed. Where one can't do its part, that is reported.
    ///
    /// - Returns: whether all went well.
    @discardableResult
    private func attempt(
        _ contact: Contact, _ report: Reporter, _ work: () async throws -> Void
    ) async throws -> Bool {
        do {
            try await work()
            return true
        } catch let error as MessengerError {
            switch error {
            case .relay(_, .cancelled): throw CancellationError()
            case .relay, .usedInvitation: report([.relay(contact, error)])
            // One conversation that can't go on is no reason to give up the others.
            case .group(let error): report([.broken(contact, error.description)])
            default: throw error
            }
            return false
        }
    }

    // MARK: Receiving

    /// Takes what has come from a contact.
    ///
    /// - Returns: whether the relays did their part.
    func receive(_ id: ContactID, wait: Int, _ report: @escaping Reporter) async throws -> Bool {
        var wait = min(max(wait, Self.waits.lowerBound), Self.waits.upperBound)
        var isFine = true
        for _ in 0..<Self.mostLooks {
            let (found, pending) = try await desk.run { [self] in
                try vault.readState { (try $0.contact(id), try $0.invitation(id)) }
            }
            guard let contact = found else { return isFine }
            var hasCome = false
            if let pending {
                guard pending.binding == (try binding) else { return isFine }
                isFine =
                    try await attempt(contact, report) {
                        hasCome = try await greetings(contact, pending, wait: wait, report)
                    } && isFine
            } else if let conversation = contact.conversation {
                if let old = conversation.oldInbox {
                    isFine =
                        try await attempt(contact, report) {
                            hasCome = try await cells(of: old, contact, wait: 0, report)
                        } && isFine
                    // Empty after the new one was in use, so nothing more comes.
                    let isOver = conversation.isInboxInUse || old.end <= now()
                    if !hasCome && isFine && isOver || old.isLongOver(at: now()) {
                        try await desk.run { [self] in try dropOldInbox(of: id) }
                    }
                    // What comes there should not have to wait for what comes here.
                    wait = min(wait, 1)
                }
                if let box = conversation.inbox {
                    isFine =
                        try await attempt(contact, report) {
                            let more = try await cells(of: box, contact, wait: hasCome ? 0 : wait, report)
                            hasCome = hasCome || more
                        } && isFine
                }
            }
            if !hasCome { return isFine }
            wait = 0
        }
        return isFine
    }

    /// - Returns: whether something was there.
    private func cells(of box: OwnBox, _ contact: Contact, wait: Int, _ report: Reporter) async throws -> Bool {
        let (client, reader, address) = (relays.client(box.origin), box.reader, box.address)
        var cells: [(number: UInt64, bytes: [UInt8])] = []
        do throws(RelayClientError) {
            while cells.count < Self.cellsAtOnce {
                let after = cells.last?.number ?? box.received
                let cell = try await client.get(from: address, reader, after: after, wait: cells.isEmpty ? wait : 0)
                guard let cell else { break }
                // No box gets so far; the next number would be none.
                guard cell.number <= .max >> 1 else { throw .malformedAnswer(nil, status: 200) }
                cells.append((cell.number, cell.content))
                if !cell.hasMore { break }
            }
        } catch {
            // What has come is taken nevertheless.
            if cells.isEmpty { throw MessengerError.relay(origin: box.origin, error) }
        }
        guard let last = cells.last else { return false }
        let taken = cells
        report(try await desk.run { [self] in try take(taken, from: address.name, contact.id) })
        // Somebody else may still need them.
        if !isFrozen(contact) { try? await client.acknowledge(address, reader, upTo: last.number) }
        return true
    }

    /// Looks for the other side's greeting.
    ///
    /// - Returns: whether something was there.
    private func greetings(
        _ contact: Contact, _ pending: PendingInvitation, wait: Int, _ report: Reporter
    ) async throws -> Bool {
        let box = pending.box
        let (client, reader, address) = (relays.client(box.origin), box.reader, box.address)
        do {
            guard let cell = try await client.get(from: address, reader, after: box.received, wait: wait) else {
                return false
            }
            guard cell.number <= .max >> 1 else { throw RelayClientError.malformedAnswer(nil, status: 200) }
            let inbox =
                pending.expects(cell.content)
                ? try await makeConversationBox(avoiding: pending.otherOrigin(cell.content)) : nil
            let happenings = try await desk.run { [self] in
                try greet(contact.id, cell.content, number: cell.number, inbox: inbox)
            }
            guard let happenings else { return false }
            report(happenings)
            try? await client.acknowledge(address, reader, upTo: cell.number)
            return true
        } catch let error as RelayClientError {
            throw MessengerError.relay(origin: box.origin, error)
        }
    }
}

/// What happened, collected by several tasks.
private final class Happenings: Sendable {
    private let list = Mutex<[Happening]>([])

    var all: [Happening] { list.withLock(\.self) }

    var add: Messenger.Reporter {
        { [self] happenings in list.withLock { $0 += happenings } }
    }
}

extension PendingInvitation {
    /// Whether a cell is from whoever has the invitation.
    func expects(_ cell: [UInt8]) -> Bool {
        let keys = InvitationKeys(invitation.secret)
        switch side {
        case .made: return Messenger.hello(cell, keys) != nil
        case .answered: return (try? CellFrame(unwrapping: cell, key: keys.welcomeWrap))?.kind == .welcome
        }
    }

    /// The relay where the other side takes in messages, as far as that is known.
    func otherOrigin(_ cell: [UInt8]) -> String? {
        switch side {
        case .made: Messenger.hello(cell, InvitationKeys(invitation.secret))?.hello.answers.origin
        case .answered: invitation.answers.origin
        }
    }
}
