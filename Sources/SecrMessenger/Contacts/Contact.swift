internal import SecrCrypto
internal import SecrWire

/// Somebody to talk with: a name that only this vault knows, and the state of the conversation.
public struct Contact: Sendable {
    public enum State: UInt8, Sendable {
        /// An invitation was made, and not answered yet.
        case inviting = 1
        /// An invitation was answered, and the welcome has not come yet.
        case answering
        case active
        /// The other side has left the conversation.
        case left
        /// Nothing is taken from the other side any more.
        case blocked
        /// An invitation was not answered, or its answer not seen, in time.
        case expired
    }

    public let id: ContactID
    public internal(set) var name: String
    public internal(set) var state: State
    /// Seconds since 1970.
    public internal(set) var created: UInt64
    /// Whether the safety code was compared.
    public internal(set) var isVerified = false
    /// Whether the other side is told what has come.
    public internal(set) var sendsReceipts = true
    /// Seconds after which messages disappear; 0 for never.
    public internal(set) var lifetime: UInt32 = 0
    /// The number that the next message in the history gets.
    var nextMessage: UInt64 = 1
    /// Messages of the other side that were not looked at.
    public internal(set) var unread: UInt32 = 0
    /// Which of its conversations with this contact is the present one, from 1: each that is begun anew has the next number.
    package var era: UInt32 = 0
    package var conversation: ConversationState?

    init(name: String, state: State, created: UInt64) {
        id = ContactID(SecureRandom.bytes(ContactID.size))
        self.name = name
        self.state = state
        self.created = created
    }

    /// The digits that both sides see, if nobody is between them: 12 groups of 5. `nil` before there is a conversation.
    public var safetyCode: [String]? { conversation.map { SafetyCode.groups($0.safetyCode) } }

    /// Where this contact's messages are taken in, and where ours go.
    public var relays: (own: String?, theirs: String?) {
        (conversation?.inbox?.origin, conversation?.peerBox?.origin)
    }

    /// The relay's name of the box in which messages are taken in.
    public var inbox: [UInt8]? { conversation?.inbox?.address.name }

    /// Messages that are known to have been sent and never came.
    public var lost: UInt64 { conversation?.missing.reduce(0) { $0 + $1.upperBound - $1.lowerBound + 1 } ?? 0 }
    /// Whether the conversation can't go on.
    public var isBroken: Bool { conversation?.isBroken ?? false }
    /// Cells since the last good one that nothing here opens.
    public var unopened: UInt64 { conversation?.unopened ?? 0 }

    /// Whether a text can be a contact's name: visible, in one line, not too long, and not mistaken for an option.
    static func isName(_ text: String) -> Bool {
        (1...64).contains(text.count) && text.utf8.count <= 256 && !text.hasPrefix("-") && !text.hasPrefix("/")
            && text.first?.isWhitespace == false && text.last?.isWhitespace == false
            && text.unicodeScalars.allSatisfy { $0.properties.generalCategory.isVisible }
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isVisible: Bool {
        switch self {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}

/// The digits of a safety code.
enum SafetyCode {
    /// Bytes that both sides take from the first epoch they share.
    static let size = 60

    /// Five bytes make five digits: a number of 40 bits shows no trace of the remainder.
    static func groups(_ bytes: [UInt8]) -> [String] {
        stride(from: 0, to: size, by: 5).map { start in
            let number = UInt64(bytes: bytes[start..<start + 5]) % 100_000
            let digits = String(number)
            return String(repeating: "0", count: 5 - digits.count) + digits
        }
    }
}

// How it is stored.
extension Contact {
    private enum Tag {
        static let name: UInt8 = 1, state: UInt8 = 2, created: UInt8 = 3, verified: UInt8 = 4, receipts: UInt8 = 5
        static let lifetime: UInt8 = 6, nextMessage: UInt8 = 7, unread: UInt8 = 8, conversation: UInt8 = 9
        static let era: UInt8 = 10
    }

    var stored: [UInt8] {
        var fields = StoredFields()
        fields.set(Tag.name, name)
        fields.set(Tag.state, state.rawValue)
        fields.set(Tag.created, created)
        fields.set(Tag.verified, isVerified)
        fields.set(Tag.receipts, sendsReceipts)
        fields.set(Tag.lifetime, lifetime)
        fields.set(Tag.nextMessage, nextMessage)
        fields.set(Tag.unread, unread)
        fields.set(Tag.era, era)
        fields[Tag.conversation] = conversation?.stored
        return fields.encoded
    }

    init(_ id: ContactID, stored: [UInt8]) throws(MessengerError) {
        let fields = try StoredFields(parsing: stored)
        self.id = id
        name = try fields.text(Tag.name)
        guard let state = State(rawValue: try fields.integer(Tag.state)) else { throw .damaged }
        self.state = state
        created = try fields.integer(Tag.created)
        isVerified = try fields.flag(Tag.verified)
        sendsReceipts = try fields.flag(Tag.receipts)
        lifetime = try fields.integer(Tag.lifetime)
        nextMessage = try fields.integer(Tag.nextMessage)
        unread = try fields.integer(Tag.unread)
        era = try fields.integer(Tag.era)
        if let state = fields[Tag.conversation] { conversation = try ConversationState(stored: state) }
    }
}
