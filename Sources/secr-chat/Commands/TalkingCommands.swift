import SecrCLI
import SecrMessenger
import SecrSystem
import SecrVaultCLI
import SystemPackage

/// `send`
enum SendCommand {
    static let command = Command(
        "send", abstract: "Send a message.", operands: "CONTACT [TEXT]", arity: 1...2,
        discussion: """
            Without TEXT, or with -, the message is read from standard input. Other users of this machine can see a TEXT \
            on the command line while it is sent.
            """,
        options: [.json] + Option.access
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try ChatAccess(arguments, console)
        let name = try arguments.text(0)
        let given = arguments.operands.count > 1 && arguments.operands[1] != "-" ? try arguments.text(1) : nil
        let report = Report(console, isJSON: arguments.has(.json))
        return console.attempt(access) {
            let messenger = try access.open()
            let contact = try messenger.contact(name)
            let message = try messenger.send(try given ?? standardInput(), to: contact)
            var hasFailed = false
            do {
                try await messenger.deliver(to: contact.id)
            } catch let error as MessengerError {
                guard case .relay = error else { throw error }
                hasFailed = true
                let reason = CommandFailure(error, access.vault.path).reason
                console.warning("\(reason); the message leaves with the next 'send' or 'receive'")
            }
            if report.isJSON,
                let sent = try messenger.history(of: contact).first(where: { $0.number == message.number })
            {
                report.show(sent, of: contact)
            }
            return hasFailed ? .remains : .success
        }
    }

    private static func standardInput() throws -> String {
        let bytes = try OwnedDescriptor.duplicate(0).readToEnd(limit: 1 << 20)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure(.failure, "a message has to be text in UTF-8")
        }
        // The line's end belongs to the line, not to the message.
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}

/// `receive`
enum ReceiveCommand {
    static let wait = Option(
        "wait", value: .text("SECONDS"), help: "Wait for so long where nothing has come yet. (default: 0)")
    static let follow = Option("follow", help: "Go on until a signal ends it, and print what comes.")
    static let files = Option("files", help: "Fetch files of any size, also those that were announced before.")

    static let command = Command(
        "receive", abstract: "Send what waits, and print what has come.", operands: "[CONTACT...]", arity: 0...Int.max,
        options: [wait, follow, files, Notifications.option, .json] + Option.access
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try ChatAccess(arguments, console)
        let wait = try arguments.number(wait, from: 0) ?? 0
        var names: [String] = []
        for place in arguments.operands.indices { names.append(try arguments.text(place)) }
        let wanted = names
        let goesOn = arguments.has(follow)
        if arguments.has(Notifications.option) && !goesOn { throw UsageError("--notify goes with --follow") }
        let wantsFiles = arguments.has(files)
        let notifications = arguments.has(Notifications.option) ? Notifications { console.warning($0) } : nil
        let report = Report(console, isJSON: arguments.has(.json))
        return console.attempt(access) {
            let messenger = try access.open(fetchesAll: wantsFiles)
            let contacts = wanted.isEmpty ? try messenger.contacts() : try wanted.map { try messenger.contact($0) }
            if wantsFiles { for contact in contacts { try messenger.wantFiles(of: contact) } }
            if goesOn {
                try await messenger.follow(contacts.map(\.id)) { happenings in
                    report.show(happenings)
                    console.flush()
                    notifications?.take(happenings)
                    for case .message(let contact, _) in happenings { try? messenger.markSeen(contact, 1) }
                }
                return .success
            }
            let happenings = try await happenings(messenger, contacts, within: min(wait, 600))
            var hasFailed = report.show(happenings)
            console.flush()
            for case .message(let contact, _) in happenings { try messenger.markSeen(contact, 1) }
            // What was said does not wait for files.
            let failures = Failures()
            for contact in contacts {
                try await messenger.fetchFiles(of: contact) { if report.show($0) { failures.note() } }
            }
            hasFailed = hasFailed || failures.isAny
            return hasFailed ? .remains : .success
        }
    }

    /// What happens up to the first thing that somebody wants to know, or for so many seconds.
    ///
    /// Relays can answer earlier, and with what is between the devices only.
    private static func happenings(
        _ messenger: Messenger, _ contacts: [Contact], within seconds: Int
    ) async throws -> [Happening] {
        let end = ContinuousClock.now + .seconds(seconds)
        var happenings: [Happening] = []
        while true {
            let left = max(.zero, end - .now)
            happenings += try await messenger.synchronize(
                contacts, wait: Int(left.components.seconds), fetchesFiles: false)
            if left == .zero || happenings.contains(where: Report.isShown) { return happenings }
            try await Task.sleep(for: min(left, .milliseconds(200)))
        }
    }
}

/// `history`
enum HistoryCommand {
    static let last = Option("last", short: "n", value: .text("NUMBER"), help: "Only so many messages, the latest.")

    static let command = Command(
        "history", abstract: "Print what was said.", operands: "CONTACT", arity: 1...1,
        options: [last, .json] + Option.access
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try ChatAccess(arguments, console)
        let name = try arguments.text(0)
        let limit = try arguments.number(last, from: 1) ?? .max
        let report = Report(console, isJSON: arguments.has(.json))
        return console.attempt(access) {
            let messenger = try access.open()
            try messenger.deleteExpired()
            let contact = try messenger.contact(name)
            for message in try messenger.history(of: contact, limit: limit) { report.show(message, of: contact) }
            try messenger.markSeen(contact)
            return .success
        }
    }
}

/// `search`
enum SearchCommand {
    static let command = Command(
        "search", abstract: "Print messages in which a text occurs.", operands: "TEXT [CONTACT...]", arity: 1...Int.max,
        options: [.json] + Option.access
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try ChatAccess(arguments, console)
        let text = try arguments.text(0)
        var names: [String] = []
        for place in arguments.operands.indices.dropFirst() { names.append(try arguments.text(place)) }
        let wanted = names
        let report = Report(console, isJSON: arguments.has(.json))
        return console.attempt(access) {
            let messenger = try access.open()
            try messenger.deleteExpired()
            let contacts = wanted.isEmpty ? try messenger.contacts() : try wanted.map { try messenger.contact($0) }
            var count = 0
            for (contact, messages) in try messenger.search(text, in: contacts) {
                if !messages.isEmpty && !report.isJSON && contacts.count > 1 {
                    console.line(SafeText.escape(contact.name) + ":")
                }
                for message in messages { report.show(message, of: contact) }
                count += messages.count
            }
            return count == 0 ? .notFound : .success
        }
    }
}
