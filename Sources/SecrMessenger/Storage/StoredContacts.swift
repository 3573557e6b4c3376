package import SecrMLS
internal import SecrVault
internal import SecrWire

// What the messenger finds in the vault.
extension StateReading {
    func settings() throws -> Settings {
        guard let stored = try value(of: StateKey.settings) else { throw MessengerError.notSetUp }
        return try Settings(stored: stored)
    }

    package func contact(_ id: ContactID) throws -> Contact? {
        try value(of: StateKey.contact(id)).map { try Contact(id, stored: $0) }
    }

    /// In the order of their names.
    func contacts() throws -> [Contact] {
        try entries(withPrefix: StateKey.contacts)
            .map { try Contact(ContactID(Array($0.key.suffix(ContactID.size))), stored: $0.value) }
            .sorted { ($0.name, $0.id.bytes.description) < ($1.name, $1.id.bytes.description) }
    }

    func contact(named name: String) throws -> Contact? { try contacts().first { $0.name == name } }

    package func invitation(_ id: ContactID) throws -> PendingInvitation? {
        try value(of: StateKey.invitation(id)).map { try PendingInvitation(stored: $0) }
    }

    package func group(_ id: ContactID) throws -> Group {
        let prefix = StateKey.group(id)
        var records: [[UInt8]: Secret] = [:]
        for (key, value) in try entries(withPrefix: prefix) {
            records[Array(key.dropFirst(prefix.count))] = Secret(copying: value)
        }
        return try Group.restore(records, GroupOfTwo.configuration)
    }

    /// What is to be put, in order.
    package func outbox(_ id: ContactID, limit: Int) throws -> [OutboxCell] {
        try entries(withPrefix: StateKey.outbox(id), limit: limit).map {
            try OutboxCell(sequence: UInt64(bytes: $0.key.suffix(8)), stored: $0.value)
        }
    }

    // MARK: History

    func message(_ number: UInt64, of id: ContactID) throws -> Message? {
        try value(of: StateKey.messages(id) + number.bytes).map { try Message(number: number, stored: $0) }
    }

    /// The latest messages before a number, the latest last.
    func messages(of contact: Contact, before number: UInt64? = nil, limit: Int) throws -> [Message] {
        let prefix = StateKey.messages(contact.id)
        let isWaiting = try !outbox(contact.id, limit: 1).isEmpty
        return try entries(
            withPrefix: prefix, before: number.map { prefix + $0.bytes }, backwards: true, limit: limit
        ).reversed().map { key, value in
            var message = try Message(number: UInt64(bytes: key.suffix(8)), stored: value)
            message.delivery = try delivery(of: message, contact, isWaiting: isWaiting)
            message.isWanted = try isWanted(message, contact.id)
            return message
        }
    }

    /// - Parameter isWaiting: whether there is anything in the outbox.
    private func delivery(of message: Message, _ contact: Contact, isWaiting: Bool) throws -> Message.Delivery {
        guard message.era == contact.era, let conversation = contact.conversation else { return .unknown }
        if message.direction == .outgoing, message.content == 0 {
            let isOnItsWay = try value(of: StateKey.uploads(contact.id) + message.number.bytes) != nil
            return isOnItsWay ? .waiting : .failed
        }
        if isWaiting, try value(of: StateKey.outbox(contact.id) + message.lastCell.bytes) != nil { return .waiting }
        return message.content <= conversation.acknowledged ? .arrived : .sent
    }
}

extension StateReading {
    /// Whether the file of a message is going to be fetched.
    func isWanted(_ message: Message, _ id: ContactID) throws -> Bool {
        guard message.attachment != nil else { return false }
        return try value(of: StateKey.downloads(id) + message.number.bytes) != nil
    }
}

// What the messenger changes there.
extension StateTransaction {
    package func store(_ contact: Contact) throws { try set(contact.stored, of: StateKey.contact(contact.id)) }

    package func store(_ delta: StateDelta, of id: ContactID) throws {
        for record in delta.records {
            let key = StateKey.group(id) + record.key
            if let value = record.value {
                try set(value.withBytes { Array($0) }, of: key)
            } else {
                try remove(key)
            }
        }
    }

    func enqueue(_ cell: OutboxCell, _ id: ContactID) throws {
        try set(cell.stored, of: StateKey.outbox(id) + cell.sequence.bytes)
    }

    /// Lets a relay forget a box, sooner or later.
    func drop(_ box: OwnBox) throws { try set(box.stored, of: StateKey.drops + box.address.name) }

    /// Ends what there is of a conversation, but for the contact and the history.
    ///
    /// - Parameter binding: of the device; boxes of another one's conversation are not ours to drop.
    func endConversation(_ contact: inout Contact, binding: [UInt8]?) throws {
        if let pending = try invitation(contact.id), pending.binding == binding { try drop(pending.box) }
        if let conversation = contact.conversation, conversation.binding == binding {
            for box in [conversation.inbox, conversation.oldInbox].compactMap(\.self) { try drop(box) }
        }
        for prefix in StateKey.conversation(contact.id) { try removeAll(withPrefix: prefix) }
        try remove(StateKey.invitation(contact.id))
        contact.conversation = nil
        try store(contact)
    }

    // MARK: History

    /// Adds a message to the history of a contact, which has to be stored afterwards.
    func add(
        _ body: Message.Body, _ direction: Message.Direction, _ content: Content, to contact: inout Contact,
        lastCell: UInt64 = 0, file: VaultPath? = nil, now: UInt64
    ) throws -> Message {
        let message = Message(
            number: contact.nextMessage, direction, time: content.time,
            disappears: content.lifetime == 0 ? nil : now + UInt64(content.lifetime), body: body, era: contact.era,
            content: content.number, lastCell: lastCell, file: file)
        contact.nextMessage += 1
        try store(message, of: contact.id)
        if let time = message.disappears {
            try set([], of: StateKey.expiry(time, contact.id, message: message.number))
        }
        return message
    }

    func store(_ message: Message, of id: ContactID) throws {
        try set(message.stored, of: StateKey.messages(id) + message.number.bytes)
    }

    /// Deletes a message, and with it the file that came or went with it.
    ///
    /// - Parameter now: seconds since 1970.
    func delete(_ message: Message, of id: ContactID, now: UInt64) throws {
        try remove(StateKey.messages(id) + message.number.bytes)
        if message.attachment != nil {
            try remove(StateKey.uploads(id) + message.number.bytes)
            try remove(StateKey.downloads(id) + message.number.bytes)
            for path in [message.file, try AttachmentPath.partial(message.number, of: id)].compactMap(\.self)
            where try isFile(path) {
                try removeFile(path, now: Int64(now) * 1_000_000_000)
            }
        }
        if let time = message.disappears { try remove(StateKey.expiry(time, id, message: message.number)) }
    }

    /// Notes a message that was taken back and is not there: it may have been overtaken.
    func deleteLater(_ number: UInt64, of contact: Contact) throws {
        let prefix = StateKey.deletions(contact.id)
        // Whoever takes back what never comes has to stop at some time.
        guard try entries(withPrefix: prefix, limit: ConversationState.mostBeyond).count < ConversationState.mostBeyond
        else { return }
        try set([], of: prefix + number.bytes)
    }

    /// Forgets those that can't come any more.
    func forgetDeletions(upTo number: UInt64, of id: ContactID) throws {
        let prefix = StateKey.deletions(id)
        for (key, _) in try entries(withPrefix: prefix, before: prefix + (number + 1).bytes) { try remove(key) }
    }

    /// Deletes what is to disappear by now.
    ///
    /// - Returns: how many messages that were.
    func deleteExpired(now: UInt64) throws -> Int {
        var count = 0
        for (key, _) in try entries(withPrefix: StateKey.expiries, before: StateKey.expiries + (now + 1).bytes) {
            let rest = key.dropFirst(StateKey.expiries.count + 8)
            try remove(key)
            guard rest.count == ContactID.size + 8 else { continue }
            let id = ContactID(Array(rest.prefix(ContactID.size)))
            guard let message = try message(UInt64(bytes: rest.suffix(8)), of: id) else { continue }
            try delete(message, of: id, now: now)
            count += 1
        }
        return count
    }

    // MARK: Conversations

    /// Lets a conversation do something, and stores what that changed.
    ///
    /// - Parameters:
    ///   - receives: whether cells come in.
    func converse<Result>(
        with contact: inout Contact, receipts: Bool, receives: Bool = false, now: UInt64,
        _ body: (inout ConversationMachine) throws -> Result
    ) throws -> Result {
        guard let state = contact.conversation else { throw MessengerError.notActive(contact.name) }
        let (partKeys, heldKeys) = (StateKey.parts(contact.id), StateKey.held(contact.id))
        var (parts, held) = ([UInt64: [UInt8]](), [[UInt8]]())
        if receives {
            for (key, value) in try entries(withPrefix: partKeys) { parts[UInt64(bytes: key.suffix(8))] = value }
            held = try entries(withPrefix: heldKeys).map(\.value)
        }
        let commitKey = StateKey.commit(contact.id)
        let sentCommit = try value(of: commitKey).map { try SentCommit(stored: $0) }
        var machine = ConversationMachine(
            try group(contact.id), state,
            ConversationMachine.Settings(sendsReceipts: receipts, lifetime: contact.lifetime), parts: parts,
            held: held, sentCommit: sentCommit, now: now,
            mayPut: { [settings = try settings()] in Messenger.mayUse($0.origin, by: settings) })
        let result: Result
        do { result = try body(&machine) } catch let error as MLSError { throw MessengerError.group(error) }
        for delta in machine.deltas { try store(delta, of: contact.id) }
        for cell in machine.cells { try enqueue(OutboxCell(sequence: cell.sequence, cell: cell.bytes), contact.id) }
        for number in parts.keys where machine.parts[number] == nil { try remove(partKeys + number.bytes) }
        for (number, part) in machine.parts where parts[number] == nil { try set(part, of: partKeys + number.bytes) }
        if machine.held != held {
            try removeAll(withPrefix: heldKeys)
            for (number, cell) in machine.held.enumerated() { try set(cell, of: heldKeys + UInt64(number).bytes) }
        }
        if let commit = machine.sentCommit {
            if commit.sequence != sentCommit?.sequence || commit.repetitions != sentCommit?.repetitions {
                try set(commit.stored, of: commitKey)
            }
        } else if sentCommit != nil {
            try remove(commitKey)
        }
        contact.conversation = machine.state
        try store(contact)
        return result
    }
}
