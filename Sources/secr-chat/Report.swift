import SecrCLI
import SecrMessenger
import SecrSystem
import SecrVault
import SecrWire
import Synchronization
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
        case .failed: "  [failed]"
        }
    }

    static func text(of message: Message) -> String {
        switch message.body {
        case .text(let text): text
        case .attachment(let attachment): text(of: attachment, in: message)
        }
    }

    /// What a file is, as far as that can be said in words, and what was said with it.
    private static func text(of attachment: Attachment, in message: Message) -> String {
        let kind =
            switch attachment.mediaType.split(separator: "/").first {
            case "image": "picture"
            case "video": "video"
            default: "file"
            }
        // A name of several lines would look like several messages.
        let name = attachment.name.split(whereSeparator: \.isNewline).joined(separator: " ")
        var text = "[\(kind) \(name), \(ByteCount.text(Int(clamping: attachment.size)))"
        if attachment.width > 0 { text += ", \(attachment.width) × \(attachment.height)" }
        if message.direction == .incoming && message.file == nil && !message.isWanted { text += ", not fetched" }
        return text + "]" + (attachment.caption.isEmpty ? "" : " " + attachment.caption)
    }

    static func json(_ message: Message, of contact: Contact) -> JSON {
        .object([
            ("type", "message"), ("contact", .string(contact.name)), ("number", .integer(Int(message.number))),
            ("direction", .string("\(message.direction)")), ("time", .integer(Int(clamping: message.time))),
            ("delivery", message.direction == .outgoing ? .string("\(message.delivery)") : .null),
            ("text", .string(text(of: message))), ("file", message.attachment.map { json($0, in: message) } ?? .null),
        ])
    }

    /// That it has come.
    private static func json(ofFile message: Message, _ contact: Contact) -> JSON {
        .object([
            ("type", "file"), ("contact", .string(contact.name)), ("number", .integer(Int(message.number))),
            ("path", path(of: message)),
        ])
    }

    private static func path(of message: Message) -> JSON {
        message.file.map { .string(SafeText.escape(FilePath(rawBytes: $0.bytes))) } ?? .null
    }

    private static func json(_ attachment: Attachment, in message: Message) -> JSON {
        .object([
            ("name", .string(attachment.name)), ("size", .integer(Int(clamping: attachment.size))),
            ("mediaType", .string(attachment.mediaType)), ("width", .integer(Int(attachment.width))),
            ("height", .integer(Int(attachment.height))), ("caption", .string(attachment.caption)),
            ("path", path(of: message)),
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
            switch happening {
            case .relay, .fileFailed: hasFailed = true
            case .transfer(_, let message, let done):
                if let text = Self.progress(of: message, done) { console.status(text) }
            default: break
            }
            if case .message(let contact, let message) = happening {
                show(message, of: contact)
            } else if isJSON, case .file(let contact, let message) = happening {
                console.line(Self.json(ofFile: message, contact).text)
            } else if let words = Self.words(happening) {
                switch happening {
                case .skipped, .refused, .broken, .relay, .fileFailed:
                    if warnings.insert(words).inserted { console.warning(words) }
                default: console.note([.text(words)])
                }
            }
        }
        return hasFailed
    }

    /// How much of a file has gone or come; `nil` for those that go at once.
    static func progress(of message: Message, _ done: UInt64) -> String? {
        guard let attachment = message.attachment, attachment.blobs > 1 else { return nil }
        let verb = message.direction == .outgoing ? "sending" : "fetching"
        let (part, whole) = (ByteCount.text(Int(clamping: done)), ByteCount.text(Int(clamping: attachment.size)))
        return "\(verb) \(SafeText.escape(attachment.name)): \(part) of \(whole)"
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
        case .message, .acknowledged, .unopened, .transfer: nil
        case .file(let contact, let message):
            "\(name(contact)): the file of message \(message.number) has come"
        case .fileFailed(let contact, let message, let reason):
            "\(name(contact)): the file of message \(message.number): \(SafeText.escape(reason))"
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

/// Whether something failed while other things went on.
final class Failures: Sendable {
    private let state = Mutex(false)

    var isAny: Bool { state.withLock(\.self) }
    func note() { state.withLock { $0 = true } }
}
