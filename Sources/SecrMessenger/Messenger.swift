internal import SecrRelayClient
public import SecrVault
public import SecrWire

/// Conversations that live in a vault: meeting people, sending and receiving, and what was said.
///
/// Any number of processes may use one vault at once; each step is one transaction of its index.
public final class Messenger: Sendable {
    package let vault: Vault
    let relays: Relays
    /// Seconds since 1970.
    let now: @Sendable () -> UInt64
    let desk = Desk()
    private let fetchesAll: Bool

    /// - Parameters:
    ///   - fetchesAll: whether files of any size are fetched as soon as they are announced.
    ///   - now: seconds since 1970.
    /// - Throws: ``MessengerError/notSetUp``, ``MessengerError/noDeviceState``.
    public init(
        _ vault: Vault, _ relays: Relays, fetchesAll: Bool = false, now: @escaping @Sendable () -> UInt64
    ) throws {
        self.vault = vault
        self.relays = relays
        self.fetchesAll = fetchesAll
        self.now = now
        guard vault.deviceBinding != nil else { throw MessengerError.noDeviceState }
        relays.use(proxy: try Self.settings(of: vault).proxy.flatMap(Self.endpoint))
    }

    /// Begins to keep conversations in a vault. Where there are some, only the settings change.
    public static func setUp(_ vault: Vault, _ settings: Settings) throws {
        try check(settings)
        try vault.changeState { try $0.set(settings.stored, of: StateKey.settings) }
    }

    /// Whether settings can be used at all.
    ///
    /// - Throws: ``MessengerError/insecureRelay(_:)``, ``MessengerError/badProxy(_:)``.
    public static func check(_ settings: Settings) throws(MessengerError) {
        for relay in settings.relays { try check(relay: relay) }
        if let proxy = settings.proxy, endpoint(proxy) == nil { throw .badProxy(proxy) }
    }

    private static func settings(of vault: Vault) throws -> Settings { try vault.readState { try $0.settings() } }

    public var settings: Settings { get throws { try Self.settings(of: vault) } }

    /// Bytes of files of one contact that are fetched before somebody looks, as a multiple of the largest one.
    private static let mostUnseenFiles: UInt64 = 10
    private static let unseenMessages = 256

    /// Whether the file of a message that has just come is fetched without that somebody asks for it.
    func fetches(_ attachment: Attachment, from contact: Contact, _ state: some StateReading) throws -> Bool {
        if fetchesAll { return true }
        let largest = try state.settings().largestFetch
        guard attachment.size <= largest else { return false }
        // Nobody should be able to fill a disk by saying a word or two.
        let unseen = try state.messages(of: contact, limit: min(Int(contact.unread), Self.unseenMessages))
        let sizes = unseen.filter { $0.direction == .incoming }.compactMap(\.attachment?.size).filter { $0 <= largest }
        return sizes.reduce(0, +) <= Self.mostUnseenFiles * largest
    }

    /// A relay's origin as it has to be, or an error.
    static func check(relay: String) throws(MessengerError) {
        guard WriteCapability.isOrigin(relay), Relays.isSafe(relay) else { throw .insecureRelay(relay) }
    }

    /// Whether others may send this device to a relay: not to this machine, where they have no business, unless that is
    /// where its own relays are.
    static func mayUse(_ origin: String, by settings: Settings) -> Bool {
        guard Relays.isSafe(origin) else { return false }
        return !Relays.isOnThisMachine(origin) || settings.relays.contains(where: Relays.isOnThisMachine)
    }

    private static func endpoint(_ proxy: String) -> RelayEndpoint.Proxy? {
        guard let colon = proxy.lastIndex(of: ":"), colon > proxy.startIndex,
            let port = UInt16(proxy[proxy.index(after: colon)...]), port > 0
        else { return nil }
        return RelayEndpoint.Proxy(host: String(proxy[..<colon]), port: port)
    }

    // MARK: Contacts

    /// In the order of their names.
    public func contacts() throws -> [Contact] { try vault.readState { try $0.contacts() } }

    /// - Throws: ``MessengerError/unknownContact(_:)``.
    public func contact(_ name: String) throws -> Contact {
        guard let contact = try vault.readState({ try $0.contact(named: name) }) else {
            throw MessengerError.unknownContact(name)
        }
        return contact
    }

    /// Whether a conversation can be read but not gone on with, because the vault is not what this device has seen.
    public func isFrozen(_ contact: Contact) -> Bool {
        contact.conversation.map { $0.binding != vault.deviceBinding } ?? false
    }

    /// Changes what is known of a contact.
    @discardableResult
    func change(_ id: ContactID, _ body: (inout Contact, StateTransaction) throws -> Void) throws -> Contact {
        try vault.changeState { state in
            guard var contact = try state.contact(id) else { throw MessengerError.unknownContact("") }
            try body(&contact, state)
            try state.store(contact)
            return contact
        }
    }

    public func rename(_ contact: Contact, to name: String) throws {
        guard Contact.isName(name) else { throw MessengerError.badName(name) }
        try change(contact.id) { contact, state in
            if let other = try state.contact(named: name), other.id != contact.id {
                throw MessengerError.nameTaken(name)
            }
            contact.name = name
        }
    }

    /// Notes that the safety code was compared, or that it turned out to be another one.
    @discardableResult
    public func setVerified(_ contact: Contact, _ isVerified: Bool) throws -> Contact {
        guard let code = contact.safetyCode else { throw MessengerError.notActive(contact.name) }
        return try change(contact.id) { contact, _ in
            // Somebody may have begun anew meanwhile, and then it was another code that was compared.
            guard contact.safetyCode == code else { throw MessengerError.notActive(contact.name) }
            contact.isVerified = isVerified
        }
    }

    public func setReceipts(_ contact: Contact, _ sendsReceipts: Bool) throws {
        try change(contact.id) { contact, _ in contact.sendsReceipts = sendsReceipts }
    }

    /// Notes that messages were looked at.
    ///
    /// - Parameter count: how many; by default all that were new when `contact` was looked up.
    public func markSeen(_ contact: Contact, _ count: UInt32? = nil) throws {
        let seen = count ?? contact.unread
        if seen == 0 { return }
        try change(contact.id) { contact, _ in contact.unread -= min(seen, contact.unread) }
    }

    /// Writes the index anew, so that nothing of what was deleted is left in the vault.
    public func forgetDeleted() throws { try vault.forgetDeleted() }

    /// What a relay offers.
    public func terms(of relay: String) async throws -> Terms {
        do throws(RelayClientError) {
            return try await relays.client(relay).terms()
        } catch {
            throw MessengerError.relay(origin: relay, error)
        }
    }

    /// Takes nothing from a contact any more, and lets the relay forget the box. The history stays.
    public func block(_ contact: Contact) throws {
        try change(contact.id) { contact, state in
            try state.endConversation(&contact, binding: vault.deviceBinding)
            contact.state = .blocked
        }
    }

    /// In one transaction.
    private static let deletionsAtOnce = 1_000

    /// Deletes a contact with everything that was said.
    public func delete(_ contact: Contact) throws {
        try block(contact)
        let time = now()
        var isDone = false
        while !isDone {
            isDone = try vault.changeState { state in
                let messages = try state.entries(
                    withPrefix: StateKey.messages(contact.id), limit: Self.deletionsAtOnce)
                for (key, value) in messages {
                    let message = try Message(number: UInt64(bytes: key.suffix(8)), stored: value)
                    try state.delete(message, of: contact.id, now: time)
                }
                guard messages.count < Self.deletionsAtOnce else { return false }
                try state.remove(StateKey.contact(contact.id))
                return true
            }
        }
        removeFolder(of: contact)
    }
}
