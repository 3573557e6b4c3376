import SecrCLI
import SecrMessenger
import SecrSystem
import SecrVault
import SecrVaultCLI
import SecrWire
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
        options: [last, Notifications.option] + Option.access
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try ChatAccess(arguments, console)
        let name = try arguments.text(0)
        let limit = try arguments.number(last, from: 0) ?? 20
        let notifies = arguments.has(Notifications.option)
        return console.attempt(access) {
            let vault = try access.vault.open()
            let messenger = try access.messenger(vault)
            try messenger.deleteExpired()
            let contact = try messenger.contact(name)
            let dialogue = Dialogue(messenger, vault, contact, console, notifies: notifies)
            dialogue.begin(limit)
            defer { dialogue.end() }
            return try await dialogue.run()
        }
    }
}

/// One conversation on the terminal.
private struct Dialogue: Sendable {
    private let messenger: Messenger
    private let vault: Vault
    private let contact: Contact
    private let screen: ConversationScreen
    private let notifications: Notifications?

    init(
        _ messenger: Messenger, _ vault: Vault, _ contact: Contact, _ console: Console, notifies: Bool
    ) {
        self.messenger = messenger
        self.vault = vault
        self.contact = contact
        let screen = ConversationScreen(console: console, prompt: "> ")
        self.screen = screen
        notifications = notifies ? Notifications { screen.show(.init(author: .notice, text: $0)) } : nil
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
            // These can take long, and one goes on talking.
            case .command("attach", let argument): Task { await attempt { try attach(argument) } }
            case .command("export", let argument): Task { await attempt { try await export(argument) } }
            case .command(let name, let argument): await attempt { try obey(name, argument) }
            }
        }
        return .success
    }

    /// Does something; what goes wrong is said, and the conversation goes on.
    private func attempt(_ work: () async throws -> Void) async {
        do { try await work() } catch { notice(CommandFailure(error, in: "").reason) }
        updateStatus()
    }

    private func send(_ text: String) async {
        await attempt {
            show(try messenger.send(text, to: contact))
            try await messenger.deliver(to: contact.id)
        }
    }

    /// It leaves while one goes on talking.
    private func attach(_ name: String) throws {
        guard !name.isEmpty else { return notice("/attach takes the name of a file") }
        notice("scrubbing \(SafeText.escape(name))")
        show(try messenger.attach(LocalFile.onDisk(LocalFile.path(typed: name)), to: contact))
    }

    private func export(_ argument: String) async throws {
        let words = argument.split(separator: " ", maxSplits: 1)
        guard let number = words.first.flatMap({ UInt64($0) }) else {
            return notice("/export takes the number of a message, and the name of a file if it should have another one")
        }
        let (message, path) = try await messenger.file(of: number, contact) { _ in }
        let target =
            words.count > 1
            ? LocalFile.path(typed: String(words[1])) : LocalFile.name(for: message.attachment?.name ?? "")
        let old = try FileExport.check(target, overwrites: false)
        try FileExport.write(path, of: vault, to: target, replacing: old)
        notice("written to \(SafeText.escape(target))")
    }

    private func obey(_ name: String, _ argument: String) throws {
        switch name {
        case "help":
            notice("/quit ends this; /verify shows the safety code; /search TEXT looks for a text")
            notice("/attach FILE scrubs a file and sends it; /export NUMBER [FILE] writes one to this machine")
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
    }

    // MARK: What is shown

    private func take(_ happenings: [Happening]) {
        notifications?.take(happenings)
        for happening in happenings {
            if case .message(_, let message) = happening {
                show(message)
            } else if case .transfer(_, let message, let done) = happening {
                screen.setStatus(Report.progress(of: message, done) ?? "")
            } else if let words = Report.words(happening) {
                notice(words)
            }
        }
        if happenings.allSatisfy({ if case .transfer = $0 { true } else { false } }) { return }
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
            case .failed: "could not be sent"
            }
        screen.setStatus(words.isEmpty ? "" : "message \(latest.number): \(words)")
    }
}
