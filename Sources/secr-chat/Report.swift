import SecrCLI
import SecrMessenger
import SecrSystem
import SecrWire
import SystemPackage

/// Tells what happened and what was said.
struct Report: Sendable {
    let console: Console
    let isJSON: Bool

    init(_ console: Console, isJSON: Bool) {
        self.console = console
        self.isJSON = isJSON
    }

    // MARK: Messages

    func show(_ message: Message, of contact: Contact) {
        if isJSON {
            console.line(Self.json(message, of: contact).text)
            return
        }
        let who = message.direction == .outgoing ? "me" : SafeText.escape(contact.name)
        let head = "\(message.number)  \(WallClock.text(Int64(clamping: message.time) &* 1_000_000_000))  \(who): "
        let lines = Self.text(of: message).split(separator: "\n", omittingEmptySubsequences: false)
        for (place, line) in lines.enumerated() {
            let start = place == 0 ? head : String(repeating: " ", count: head.count)
            let mark = place == lines.count - 1 ? Self.mark(of: message) : ""
            console.line(start + SafeText.escape(String(line)) + mark)
        }
    }

    /// Behind an outgoing message that has not arrived.
    private static func mark(of message: Message) -> String {
        guard message.direction == .outgoing else { return "" }
        return switch message.delivery {
        case .waiting: "  [waiting]"
        case .sent: "  [sent]"
        case .arrived: "  [arrived]"
        case .unknown: "  [unknown]"
        }
    }

    static func text(of message: Message) -> String {
        switch message.body {
        case .text(let text): text
        case .attachment(let attachment): "[file \(attachment.name), \(ByteCount.text(Int(attachment.size)))]"
        }
    }

    static func json(_ message: Message, of contact: Contact) -> JSON {
        .object([
            ("type", "message"), ("contact", .string(contact.name)), ("number", .integer(Int(message.number))),
            ("direction", .string("\(message.direction)")), ("time", .integer(Int(clamping: message.time))),
            ("delivery", message.direction == .outgoing ? .string("\(message.delivery)") : .null),
            ("text", .string(text(of: message))),
        ])
    }

    // MARK: Happenings

    /// - Returns: whether something could not be done.
    @discardableResult
    func show(_ happenings: [Happening]) -> Bool {
        var hasFailed = false
        // A relay that is away is away for all that is asked of it.
        var warnings: Set<String> = []
        for happening in happenings {
            if case .relay = happening { hasFailed = true }
            if case .message(let contact, let message) = happening {
                show(message, of: contact)
            } else if let words = Self.words(happening) {
                switch happening {
                case .skipped, .refused, .broken, .relay:
                    if warnings.insert(words).inserted { console.warning(words) }
                default: console.note([.text(words)])
                }
            }
        }
        return hasFailed
    }

    /// Whether somebody wants to know of it.
    static func isShown(_ happening: Happening) -> Bool {
        if case .message = happening { return true }
        return words(happening) != nil
    }

    /// `nil` for what nobody has to be told.
    static func words(_ happening: Happening) -> String? {
        func name(_ contact: Contact) -> String { SafeText.escape(contact.name) }
        return switch happening {
        case .began(let contact):
            "\(name(contact)): the conversation has begun; 'verify' shows the code to compare"
        case .message, .acknowledged, .unopened: nil
        case .lifetime(let contact, let seconds):
            seconds == 0
                ? "\(name(contact)): messages stay from now on"
                : "\(name(contact)): messages disappear after \(DurationText.text(seconds)) from now on"
        case .deleted(let contact, let number): "\(name(contact)): has taken back message \(number)"
        case .left(let contact): "\(name(contact)): has left the conversation"
        case .skipped(let contact, let count):
            "\(name(contact)): \(count) message\(count == 1 ? " is" : "s are") missing: late, lost, or kept back by the relay"
        case .refused(let contact, let reason): "\(name(contact)): something came that can't be taken: \(reason)"
        case .broken(let contact, let reason):
            "\(name(contact)): the conversation can't go on (\(reason)); 'invite --anew' begins anew"
        case .relay(let contact, let error):
            "\(name(contact)): \(CommandFailure(error, "").reason); it is tried again next time"
        }
    }
}
