import SecrBytes
import SecrCLI
import SecrMessenger

/// How things stand with a contact, in words.
enum ContactText {
    static func words(_ contact: Contact, _ messenger: Messenger) -> [String] {
        var words: [String] = []
        switch contact.state {
        case .inviting: words.append("invited")
        case .answering: words.append("answered, waiting for the other side")
        case .active: words.append(contact.isVerified ? "verified" : "not verified")
        case .left: words.append("has left the conversation, or you have")
        case .blocked: words.append("blocked")
        case .expired: words.append("the invitation was not answered in time")
        }
        if contact.isBroken { words.append("can't go on, begin anew") }
        if messenger.isFrozen(contact) { words.append("frozen, begin anew to go on") }
        if contact.unread > 0 { words.append("\(contact.unread) new") }
        if contact.lifetime > 0 { words.append("messages disappear after \(DurationText.text(contact.lifetime))") }
        if contact.lost > 0 { words.append("\(contact.lost) missing") }
        if contact.unopened > 0 { words.append("\(contact.unopened) that could not be opened") }
        return words
    }

    /// By which an operator can look up what a relay has.
    static func box(_ contact: Contact) -> String? { contact.inbox.map(Hexadecimal.text) }

    static func json(_ contact: Contact, _ messenger: Messenger) -> JSON {
        .object([
            ("type", "contact"), ("name", .string(contact.name)), ("state", .string("\(contact.state)")),
            ("verified", .boolean(contact.isVerified)), ("frozen", .boolean(messenger.isFrozen(contact))),
            ("unread", .integer(Int(contact.unread))), ("receipts", .boolean(contact.sendsReceipts)),
            ("disappears", .integer(Int(contact.lifetime))), ("missing", .integer(Int(clamping: contact.lost))),
            ("relay", contact.relays.own.map { .string($0) } ?? .null),
            ("box", box(contact).map { .string($0) } ?? .null),
        ])
    }
}

/// Durations as people write them: `90s`, `30m`, `12h`, `7d`, `4w`, `off`.
enum DurationText {
    private static let units: [(letter: Character, seconds: UInt32)] = [
        ("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1),
    ]

    static func text(_ seconds: UInt32) -> String {
        guard seconds > 0, let unit = units.first(where: { seconds.isMultiple(of: $0.seconds) }) else { return "off" }
        return "\(seconds / unit.seconds)\(unit.letter)"
    }

    /// `nil` for anything else. Nothing lasts longer than a year.
    static func seconds(_ text: String) -> UInt32? {
        if text == "off" { return 0 }
        guard let letter = text.last, let unit = units.first(where: { $0.letter == letter }),
            let count = UInt32(text.dropLast()), count > 0, count <= 366 * 86_400 / unit.seconds
        else { return nil }
        return count * unit.seconds
    }
}
