internal import SecrMLS
internal import SecrVault
internal import SecrWire

/// What is said, and what was.
extension Messenger {
    /// Puts a text into the outbox. It leaves with the next ``synchronize(_:)``.
    ///
    /// - Parameter text: 1 to 65,536 bytes of UTF-8.
    /// - Throws: ``MessengerError/frozen(_:)``, ``MessengerError/notActive(_:)``, ``MessengerError/badText``.
    @discardableResult
    public func send(_ text: String, to contact: Contact) throws -> Message {
        guard (1...Content.longestText).contains(text.utf8.count), !text.utf8.contains(0) else {
            throw MessengerError.badText
        }
        return try say(.text(text), .text(text), to: contact)
    }

    /// Says something that stands in the history.
    func say(_ body: Content.Body, _ shown: Message.Body, to contact: Contact) throws -> Message {
        let time = now()
        return try vault.changeState { state in
            var contact = try writable(contact, state)
            let (content, last) = try state.converse(
                with: &contact, receipts: sendsReceipts(contact), now: time
            ) { try $0.send(body) }
            let said = Content(number: content, time: time, lifetime: contact.lifetime, body: body)
            let message = try state.add(shown, .outgoing, said, to: &contact, lastCell: last, now: time)
            try state.store(contact)
            return message
        }
    }

    /// Says something that does not stand in the history.
    func tell(_ body: Content.Body, to contact: Contact, _ change: (inout Contact) -> Void = { _ in }) throws {
        let time = now()
        try vault.changeState { state in
            var contact = try writable(contact, state)
            change(&contact)
            try state.converse(with: &contact, receipts: sendsReceipts(contact), now: time) { _ = try $0.send(body) }
        }
    }

    /// A contact with whom the conversation can go on.
    func writable(_ contact: Contact, _ state: some StateReading) throws -> Contact {
        guard let contact = try state.contact(contact.id) else { throw MessengerError.unknownContact(contact.name) }
        guard contact.state == .active else { throw MessengerError.notActive(contact.name) }
        if isFrozen(contact) { throw MessengerError.frozen(contact.name) }
        if contact.isBroken { throw MessengerError.broken(contact.name) }
        return contact
    }

    func sendsReceipts(_ contact: Contact) -> Bool { contact.sendsReceipts && !isFrozen(contact) }

    /// Lets messages of both sides disappear some time after they were said.
    ///
    /// - Parameter seconds: 0 for never.
    public func setLifetime(_ seconds: UInt32, with contact: Contact) throws {
        try tell(.lifetime(seconds), to: contact) { $0.lifetime = seconds }
    }

    /// Tells the other side that nothing more is read here.
    public func sayFarewell(to contact: Contact) throws { try tell(.farewell, to: contact) { $0.state = .left } }

    // MARK: History

    /// The latest messages, the latest last.
    ///
    /// - Parameter number: only those before this one.
    public func history(of contact: Contact, before number: UInt64? = nil, limit: Int = .max) throws -> [Message] {
        try vault.readState { state in
            guard let contact = try state.contact(contact.id) else { return [] }
            return try state.messages(of: contact, before: number, limit: limit)
        }
    }

    /// - Throws: ``MessengerError/unknownMessage(_:)``.
    public func message(_ number: UInt64, of contact: Contact) throws -> Message {
        guard let message = try vault.readState({ try $0.message(number, of: contact.id) }) else {
            throw MessengerError.unknownMessage(number)
        }
        return message
    }

    /// Messages in which a text occurs, whatever the case of its letters, by contact.
    public func search(_ text: String, in contacts: [Contact]) throws -> [(contact: Contact, messages: [Message])] {
        let wanted = text.lowercased()
        return try vault.readState { state in
            try contacts.map { contact in
                let all = try state.messages(of: contact, limit: .max)
                return (contact, all.filter { $0.searchable.lowercased().contains(wanted) })
            }
        }
    }

    /// Deletes a message here and, if it was sent from here and can still be reached, on the other side.
    ///
    /// - Returns: whether the other side is asked to.
    @discardableResult
    public func delete(_ number: UInt64, of contact: Contact, forBoth: Bool) throws -> Bool {
        let time = now()
        return try vault.changeState { state in
            guard var contact = try state.contact(contact.id) else {
                throw MessengerError.unknownContact(contact.name)
            }
            guard let message = try state.message(number, of: contact.id) else {
                throw MessengerError.unknownMessage(number)
            }
            try state.delete(message, of: contact.id, now: time)
            guard forBoth, message.direction == .outgoing, message.era == contact.era, message.content > 0 else {
                return false
            }
            contact = try writable(contact, state)
            try state.converse(with: &contact, receipts: sendsReceipts(contact), now: time) {
                _ = try $0.send(.deletion(message.content))
            }
            return true
        }
    }

    /// Deletes what is to disappear by now.
    ///
    /// - Returns: how many messages that were.
    @discardableResult
    public func deleteExpired() throws -> Int {
        let time = now()
        let isAny = try vault.readState { state in
            let end = StateKey.expiries + (time + 1).bytes
            return try !state.entries(withPrefix: StateKey.expiries, before: end, limit: 1).isEmpty
        }
        return isAny ? try vault.changeState { try $0.deleteExpired(now: time) } : 0
    }

    // MARK: What comes in

    /// Among how many of the latest messages those are looked for that the other side takes back.
    private static let deletionReach = 2_000

    /// Takes cells from the box of a conversation.
    ///
    /// - Parameters:
    ///   - cells: with the relay's numbers, in order.
    ///   - box: the relay's name of the box.
    /// - Returns: what happened, for people to see.
    func take(_ cells: [(number: UInt64, bytes: [UInt8])], from box: [UInt8], _ id: ContactID) throws -> [Happening] {
        let time = now()
        return try vault.changeState { state in
            guard var contact = try state.contact(id), var conversation = contact.conversation else { return [] }
            let isNew = conversation.inbox?.address.name == box
            guard isNew || conversation.oldInbox?.address.name == box else { return [] }
            let received = (isNew ? conversation.inbox : conversation.oldInbox)?.received ?? 0
            let cells = cells.filter { $0.number > received }
            guard let last = cells.last else { return [] }
            if isNew {
                conversation.inbox?.received = last.number
            } else {
                conversation.oldInbox?.received = last.number
            }
            conversation.isInboxInUse = conversation.isInboxInUse || isNew
            try state.forgetDeletions(upTo: conversation.arrived, of: id)
            contact.conversation = conversation
            let events = try state.converse(
                with: &contact, receipts: sendsReceipts(contact), receives: true, now: time
            ) { machine in try cells.flatMap { try machine.receive($0.bytes) } }
            // Whoever can be heard has got the greetings, whether or not the relay said so.
            if contact.conversation?.unopened == 0 {
                for cell in try state.outbox(id, limit: 8) where cell.box != nil {
                    try state.remove(StateKey.outbox(id) + cell.sequence.bytes)
                }
            }
            let happenings = try events.flatMap { try note($0, &contact, state, now: time) }
            try state.store(contact)
            return happenings
        }
    }

    /// Lets the relay forget the box in which nothing more can be.
    func dropOldInbox(of id: ContactID) throws {
        try change(id) { contact, state in
            guard let old = contact.conversation?.oldInbox, !isFrozen(contact) else { return }
            contact.conversation?.oldInbox = nil
            try state.drop(old)
        }
    }

    func note(
        _ event: ConversationMachine.Event, _ contact: inout Contact, _ state: StateTransaction, now: UInt64
    ) throws -> [Happening] {
        switch event {
        case .skipped(let count): return [.skipped(contact, count)]
        case .unopened: return [.unopened(contact)]
        case .refused(let reason): return [.refused(contact, reason)]
        case .broken(let reason): return [.broken(contact, reason)]
        case .content(let content):
            switch content.body {
            case .text(let text): return try add(.text(text), content, &contact, state, now).map { [$0] } ?? []
            case .attachment(let attachment):
                return try add(.attachment(attachment), content, &contact, state, now).map { [$0] } ?? []
            case .receipt, .box: return [.acknowledged(contact)]
            case .lifetime(let seconds):
                contact.lifetime = seconds
                return [.lifetime(contact, seconds)]
            case .deletion(let number):
                let messages = try state.messages(of: contact, limit: Self.deletionReach)
                guard
                    let message = messages.last(where: {
                        $0.direction == .incoming && $0.era == contact.era && $0.content == number
                    })
                else {
                    try state.deleteLater(number, of: contact)
                    return []
                }
                try state.delete(message, of: contact.id, now: now)
                return [.deleted(contact, message.number)]
            case .farewell:
                try state.endConversation(&contact, binding: vault.deviceBinding)
                contact.state = .left
                return [.left(contact)]
            }
        }
    }

    private func add(
        _ body: Message.Body, _ content: Content, _ contact: inout Contact, _ state: StateTransaction, _ now: UInt64
    ) throws -> Happening? {
        let deletion = StateKey.deletions(contact.id) + content.number.bytes
        if try state.value(of: deletion) != nil {
            try state.remove(deletion)
            return nil
        }
        contact.unread += 1
        var message = try state.add(body, .incoming, content, to: &contact, now: now)
        if let attachment = message.attachment, try fetches(attachment, from: contact, state) {
            try state.set([], of: StateKey.downloads(contact.id) + message.number.bytes)
            message.isWanted = true
        }
        return .message(contact, message)
    }
}

extension Message {
    /// What a search looks at.
    var searchable: String {
        switch body {
        case .text(let text): text
        case .attachment(let attachment): attachment.name + "\n" + attachment.caption
        }
    }
}
