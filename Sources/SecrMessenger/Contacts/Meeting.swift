internal import SecrCrypto
internal import SecrMLS
internal import SecrRelayClient
internal import SecrVault
public import SecrWire

/// Meeting people: an invitation is handed over outside of this system, answered, and becomes a conversation.
extension Messenger {
    /// Of a box for greetings: the other side needs two, and nobody else has a business there.
    private static let greetingCells = 16
    /// Of a box for a conversation, as far as the relay has so many.
    private static let conversationDays = 30
    private static let conversationCells = 256
    /// For how many days an invitation can be good.
    public static let invitationDays = 1...30

    /// Makes an invitation, to be handed to one person.
    ///
    /// - Parameters:
    ///   - name: of the contact, for nobody but this vault. One that is there already where the conversation is to begin
    ///     anew.
    ///   - anew: whether such a contact has to be there.
    ///   - days: for how long it is good.
    ///   - relay: where the answer is taken in; by default one of the settings.
    public func invite(_ name: String, anew: Bool = false, days: Int = 7, relay: String? = nil) async throws
        -> Invitation
    {
        precondition(Self.invitationDays.contains(days))
        try await desk.run { [self] in try checkName(name, anew: anew) }
        let box = try await makeBox(at: relay, days: days + 1, cells: Self.greetingCells)
        let invitation = Invitation(
            secret: WireSecret(SecureRandom.bytes(WireSecret.size)), answers: box.capability,
            lastDay: today.adding(days))
        let pending = PendingInvitation(invitation, binding: try binding, box, .made)
        try await desk.run { [self] in try begin(name, .inviting, pending, anew: anew) }
        return invitation
    }

    /// Answers an invitation. The conversation begins once the other side has seen that, see ``synchronize(_:)``.
    ///
    /// - Parameters:
    ///   - link: as it was handed over.
    ///   - name: see ``invite(_:anew:days:relay:)``.
    public func accept(_ link: String, as name: String, anew: Bool = false, relay: String? = nil) async throws {
        let invitation: Invitation
        do { invitation = try Invitation(link: link) } catch { throw MessengerError.badInvitation(error) }
        guard invitation.lastDay >= today else { throw MessengerError.expiredInvitation }
        guard Self.mayUse(invitation.answers.origin, by: try settings) else {
            throw MessengerError.insecureRelay(invitation.answers.origin)
        }
        try await desk.run { [self] in
            try checkName(name, anew: anew)
            try checkIsForeign(invitation)
        }
        let box = try await makeBox(
            at: relay, days: Self.conversationDays, cells: Self.greetingCells, avoiding: invitation.answers.origin)
        let keys: KeyPackageBundle
        do { keys = try GroupOfTwo.makeBundle(now: now()) } catch { throw MessengerError.group(error) }
        let hello = Hello(keyPackage: MLSMessage.keyPackage(keys.keyPackage).bytes, answers: box.capability)
            .encoded(InvitationKeys(invitation.secret))
        let pending = PendingInvitation(
            invitation, binding: try binding, box, .answered(keys, hello: hello, parts: [:]))
        try await desk.run { [self] in try begin(name, .answering, pending, anew: anew) }
    }

    private func checkIsForeign(_ invitation: Invitation) throws {
        for contact in try contacts() {
            guard let known = try vault.readState({ try $0.invitation(contact.id) }),
                known.invitation.secret == invitation.secret
            else { continue }
            guard case .made = known.side else { throw MessengerError.nameTaken(contact.name) }
            throw MessengerError.ownInvitation
        }
    }

    private func checkName(_ name: String, anew: Bool) throws {
        guard Contact.isName(name) else { throw MessengerError.badName(name) }
        let isKnown = try vault.readState { try $0.contact(named: name) != nil }
        if anew && !isKnown { throw MessengerError.unknownContact(name) }
        if !anew && isKnown { throw MessengerError.nameTaken(name) }
    }

    /// A fresh box that the relay has.
    ///
    /// - Parameter other: the relay of the other side's box, which should not see both directions.
    private func makeBox(
        at relay: String?, days: Int, cells: Int, avoiding other: String? = nil
    ) async throws -> OwnBox {
        let settings = try await desk.run { [self] in try self.settings }
        let origin = try relay ?? Self.ownRelay(settings, avoiding: other)
        try Self.check(relay: origin)
        let client = relays.client(origin)
        do throws(RelayClientError) {
            let terms = try await client.terms()
            let box = OwnBox(
                origin: origin, days: min(days, terms.boxDays), cells: min(cells, terms.boxCells), now: now())
            try await client.create(box, admission: settings.codes[origin].map(Admission.invitation(code:)) ?? .none)
            return box
        } catch {
            throw MessengerError.relay(origin: origin, error)
        }
    }

    /// One of the own relays by chance, best not the one that has the other side's box.
    static func ownRelay(_ settings: Settings, avoiding other: String?) throws(MessengerError) -> String {
        let choice = settings.relays.filter { $0 != other }.randomElement() ?? settings.relays.first
        guard let choice else { throw .noRelay }
        return choice
    }

    /// For what the other side will say.
    ///
    /// - Parameter other: the relay of the other side's box.
    func makeConversationBox(avoiding other: String?) async throws -> OwnBox {
        try await makeBox(at: nil, days: Self.conversationDays, cells: Self.conversationCells, avoiding: other)
    }

    private func begin(_ name: String, _ state: Contact.State, _ pending: PendingInvitation, anew: Bool) throws {
        let time = now()
        let receipts = try settings.sendsReceipts
        try vault.changeState { transaction in
            var contact: Contact
            if let known = try transaction.contact(named: name) {
                // Somebody else may have taken the name meanwhile.
                guard anew else { throw MessengerError.nameTaken(name) }
                contact = known
                try transaction.endConversation(&contact, binding: vault.deviceBinding)
                contact.state = state
                contact.isVerified = false
            } else {
                contact = Contact(name: name, state: state, created: time)
                contact.sendsReceipts = receipts
            }
            try transaction.set(pending.stored, of: StateKey.invitation(contact.id))
            if case .answered(_, let hello, _) = pending.side {
                let keys = InvitationKeys(pending.invitation.secret)
                for frame in CellFrame.frames(of: hello, .hello, from: 1) {
                    let cell = frame.wrapped(key: keys.answerWrap)
                    try transaction.enqueue(
                        OutboxCell(sequence: frame.sequence, cell: cell, box: pending.invitation.answers), contact.id)
                }
            }
            try transaction.store(contact)
        }
    }

    // MARK: Greetings that come in

    /// Takes a cell from the box of a contact with whom there is no conversation yet.
    ///
    /// - Parameters:
    ///   - number: the relay's, of the cell.
    ///   - inbox: a fresh box for the conversation, where one may begin.
    /// - Returns: what happened; `nil` where the cell is not for this device.
    func greet(_ id: ContactID, _ cell: [UInt8], number: UInt64, inbox: OwnBox?) throws -> [Happening]? {
        try vault.changeState { state in
            guard var contact = try state.contact(id), var pending = try state.invitation(id),
                number > pending.box.received, pending.binding == vault.deviceBinding
            else {
                if let inbox { try state.drop(inbox) }
                return nil
            }
            pending.box.received = number
            let happenings =
                switch pending.side {
                case .made: try welcome(&contact, pending, cell, inbox, state)
                case .answered: try join(&contact, &pending, cell, inbox, state)
                }
            if contact.conversation == nil {
                try state.set(pending.stored, of: StateKey.invitation(id))
                if let inbox { try state.drop(inbox) }
            }
            return happenings
        }
    }

    /// Makes the group with whoever answered, if that is what the cell says.
    private func welcome(
        _ contact: inout Contact, _ pending: PendingInvitation, _ cell: [UInt8], _ inbox: OwnBox?,
        _ state: StateTransaction
    ) throws -> [Happening] {
        let keys = InvitationKeys(pending.invitation.secret)
        guard let inbox, let (hello, frame) = Self.hello(cell, keys) else {
            // Whoever has the link can put anything there.
            if case .some = try? CellFrame(unwrapping: cell, key: keys.answerWrap) {
                return [.refused(contact, "a malformed answer to the invitation")]
            }
            return []
        }
        guard pending.invitation.lastDay >= today else {
            return [.refused(contact, "an answer after the invitation's last day")]
        }
        guard Self.mayUse(hello.answers.origin, by: try state.settings()) else {
            return [.refused(contact, "an answer by way of \(hello.answers.origin), which is not safe")]
        }
        var founded: GroupOfTwo.Founded
        do throws(MLSError) {
            founded = try GroupOfTwo.create(with: hello.keyPackage, now: now())
        } catch {
            return [.refused(contact, "an answer with keys that can't be used: \(error)")]
        }
        let signatureKey = founded.group.ownSignatureKey
        let answer = SecrWire.Welcome(welcome: founded.welcome, signatureKey: signatureKey).encoded(
            to: frame.payload, keys)
        let frames = CellFrame.frames(of: answer, .welcome, from: 1)
        for frame in frames {
            try state.enqueue(
                OutboxCell(
                    sequence: frame.sequence, cell: frame.wrapped(key: keys.welcomeWrap),
                    box: hello.answers),
                contact.id)
        }
        // Good for one answer: who comes second finds nobody.
        try state.drop(pending.box)
        return try start(
            &contact, &founded.group, inbox, peerBox: hello.answers, nextOut: UInt64(frames.count) + 1, nextIn: 2, state
        )
    }

    /// What is in a cell of whoever has an invitation.
    static func hello(_ cell: [UInt8], _ keys: borrowing InvitationKeys) -> (hello: Hello, frame: CellFrame)? {
        guard let frame = try? CellFrame(unwrapping: cell, key: keys.answerWrap), frame.kind == .hello,
            frame.parts == 1, frame.sequence == 1, let hello = try? Hello(parsing: frame.payload, keys)
        else { return nil }
        return (hello, frame)
    }

    /// Joins the group of whoever invited, once the cell makes the welcome complete.
    private func join(
        _ contact: inout Contact, _ pending: inout PendingInvitation, _ cell: [UInt8], _ inbox: OwnBox?,
        _ state: StateTransaction
    ) throws -> [Happening] {
        guard case .answered(let bundle, let hello, var parts) = pending.side else { return [] }
        let keys = InvitationKeys(pending.invitation.secret)
        guard let frame = try? CellFrame(unwrapping: cell, key: keys.welcomeWrap), frame.kind == .welcome,
            frame.sequence == UInt64(frame.part) + 1
        else {
            // What is said behind the welcome can have come before it.
            let held = StateKey.held(contact.id)
            if try state.entries(withPrefix: held).count < ConversationMachine.mostHeld {
                try state.set(cell, of: held + pending.box.received.bytes)
            }
            return []
        }
        parts[frame.sequence] = frame.payload
        pending.side = .answered(bundle, hello: hello, parts: parts)
        let all = 1...UInt64(frame.parts)
        guard let inbox, all.allSatisfy({ parts[$0] != nil }) else { return [] }
        let answer = all.flatMap { parts[$0] ?? [] }
        guard let welcome = try? SecrWire.Welcome(parsing: answer, to: hello, keys),
            var group = try? GroupOfTwo.join(welcome.welcome, with: bundle, signatureKey: welcome.signatureKey)
        else {
            pending.side = .answered(bundle, hello: hello, parts: [:])
            return [.refused(contact, "a welcome to something else")]
        }
        // The other side has the hello, whether or not its relay said so.
        try state.removeAll(withPrefix: StateKey.outbox(contact.id))
        return try start(
            &contact, &group, inbox, oldInbox: pending.box, peerBox: nil, nextOut: 2, nextIn: UInt64(frame.parts) + 1,
            state)
    }

    /// Of this device and this state.
    var binding: [UInt8] {
        get throws {
            guard let binding = vault.deviceBinding else { throw MessengerError.noDeviceState }
            return binding
        }
    }

    private func start(
        _ contact: inout Contact, _ group: inout Group, _ inbox: OwnBox, oldInbox: OwnBox? = nil,
        peerBox: WriteCapability?, nextOut: UInt64, nextIn: UInt64, _ state: StateTransaction
    ) throws -> [Happening] {
        let time = now()
        var conversation = ConversationState(
            binding: try binding, safetyCode: try group.safetyCode(), nextOut: nextOut, nextIn: nextIn,
            hasTurn: GroupOfTwo.hasTurn(group.ownIndex, inEpoch: group.epoch), now: time)
        conversation.inbox = inbox
        conversation.oldInbox = oldInbox
        conversation.peerBox = peerBox
        try state.remove(StateKey.invitation(contact.id))
        try state.store(group.snapshot(), of: contact.id)
        contact.conversation = conversation
        contact.era += 1
        contact.state = .active
        contact.isVerified = false
        let events = try state.converse(
            with: &contact, receipts: false, receives: true, now: time
        ) { machine in
            try machine.send(.box(inbox.capability))
            return try machine.retryHeld()
        }
        return try [.began(contact)] + events.flatMap { try note($0, &contact, state, now: time) }
    }
}
