import SecrCLI
import SecrMessenger
import SecrSystem
import SystemPackage

/// `open`
enum OpenCommand {
    static let last = Option(
        "last", short: "n", value: .text("NUMBER"), help: "Begin with so many messages of before. (default: 20)")

    static let command = Command(
        "open", abstract: "Talk with a contact: what comes is shown while you type.", operands: "CONTACT", arity: 1...1,
        discussion: """
            Enter sends; Alt-Enter begins a new line. /help lists what else can be said, such as /quit.
            """,
        options: [last] + Option.access
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try ChatAccess(arguments, console)
        let name = try arguments.text(0)
        let limit = try arguments.number(last, from: 0) ?? 20
        return console.attempt(access) {
            let messenger = try access.open()
            try messenger.deleteExpired()
            let contact = try messenger.contact(name)
            let dialogue = Dialogue(messenger, contact, console)
            dialogue.begin(limit)
            defer { dialogue.end() }
            return try await dialogue.run()
        }
    }
}

/// One conversation on the terminal.
private struct Dialogue: Sendable {
    private let messenger: Messenger
    private let contact: Contact
    private let screen: ConversationScreen

    init(_ messenger: Messenger, _ contact: Contact, _ console: Console) {
        self.messenger = messenger
        self.contact = contact
        screen = ConversationScreen(console: console, prompt: "> ")
    }

    func begin(_ limit: Int) {
        do {
            for message in try messenger.history(of: contact, limit: limit) { show(message) }
            try messenger.markSeen(contact)
            updateStatus()
        } catch {
            notice(CommandFailure(error, in: "").reason)
        }
    }

    func end() { screen.close() }

    /// Until whoever types wants no more.
    func run() async throws -> ExitStatus {
        try await withThrowingTaskGroup(of: ExitStatus?.self) { group in
            group.addTask {
                try await messenger.follow([contact.id]) { take($0) }
                return nil
            }
            group.addTask { await read() }
            // Nothing more may come because the conversation is over; one can still look at it.
            while let result = try await group.next() {
                guard let status = result else { continue }
                group.cancelAll()
                return status
            }
            return .success
        }
    }

    private func read() async -> ExitStatus {
        for await input in screen.input {
            switch input {
            case .message(let text): await send(text)
            case .command("quit", _), .end: return .success
            case .interrupted: return .interrupted
            case .command(let name, let argument): obey(name, argument)
            }
        }
        return .success
    }

    private func send(_ text: String) async {
        do {
            show(try messenger.send(text, to: contact))
            try await messenger.deliver(to: contact.id)
        } catch {
            notice(CommandFailure(error, in: "").reason)
        }
        updateStatus()
    }

    private func obey(_ name: String, _ argument: String) {
        do {
            switch name {
            case "help":
                notice("/quit ends this; /verify shows the safety code; /search TEXT looks for a text")
                notice("/delete NUMBER deletes a message; /disappear TIME lets messages disappear, off keeps them")
            case "verify":
                let code = try messenger.contact(contact.name).safetyCode ?? []
                notice(code.isEmpty ? "there is no conversation yet" : code.joined(separator: " "))
            case "search":
                for (_, messages) in try messenger.search(argument, in: [contact]) { messages.forEach(show) }
            case "delete":
                guard let number = UInt64(argument) else { return notice("/delete takes the number of a message") }
                try messenger.delete(number, of: contact, forBoth: false)
                notice("message \(number) is deleted here")
            case "disappear":
                guard let seconds = DurationText.seconds(argument) else {
                    return notice("/disappear takes a time such as 30m, 12h or 7d, or off")
                }
                try messenger.setLifetime(seconds, with: contact)
                notice(seconds == 0 ? "messages stay from now on" : "messages disappear after \(argument) from now on")
            default: notice("there is no /\(name); /help lists what there is, and // begins a message with /")
            }
        } catch {
            notice(CommandFailure(error, in: "").reason)
        }
    }

    // MARK: What is shown

    private func take(_ happenings: [Happening]) {
        for happening in happenings {
            if case .message(_, let message) = happening {
                show(message)
            } else if let words = Report.words(happening) {
                notice(words)
            }
        }
        if let now = try? messenger.contact(contact.name) { try? messenger.markSeen(now) }
        updateStatus()
    }

    private func show(_ message: Message) {
        let time = WallClock.text(Int64(clamping: message.time) &* 1_000_000_000)
        screen.show(
            ConversationScreen.Line(
                time: "\(message.number)  \(time)",
                author: message.direction == .outgoing ? .me : .other(contact.name), text: Report.text(of: message)))
    }

    private func notice(_ text: String) { screen.show(ConversationScreen.Line(author: .notice, text: text)) }

    /// How the latest messages of this side stand.
    private func updateStatus() {
        guard let latest = try? messenger.history(of: contact, limit: 50).last(where: { $0.direction == .outgoing })
        else { return screen.setStatus("") }
        let words =
            switch latest.delivery {
            case .waiting: "waiting for the relay"
            case .sent: "sent"
            case .arrived: "arrived"
            case .unknown: ""
            }
        screen.setStatus(words.isEmpty ? "" : "message \(latest.number): \(words)")
    }
}
