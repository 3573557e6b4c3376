import SecrCLI
import SecrMessenger
import SecrQR
import SecrRelayClient
import SecrSystem
import SecrWire
import SystemPackage

/// `invite`
enum InviteCommand {
    static let days = Option(
        "days", value: .text("NUMBER"), help: "For how many days it is good, 1 to 30. (default: 7)")

    static let command = Command(
        "invite", abstract: "Make an invitation for one person.", operands: "NAME", arity: 1...1,
        discussion: """
            The link is for that person only, and good for one answer: hand it over on a way that you trust. The name is \
            yours; nobody else learns it.
            """,
        options: [days, .relay, .anew, .json] + Option.access
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try ChatAccess(arguments, console)
        let name = try arguments.text(0)
        let days = try arguments.number(days, from: 1) ?? 7
        guard Messenger.invitationDays.contains(days) else { throw UsageError("--days takes a number from 1 to 30") }
        let (anew, isJSON) = (arguments.has(.anew), arguments.has(.json))
        let relay = try arguments.optionalText(.relay)
        return console.attempt(access) {
            let invitation = try await access.open().invite(name, anew: anew, days: days, relay: relay)
            if isJSON {
                console.line(
                    JSON.object([
                        ("type", "invitation"), ("name", .string(name)), ("link", .string(invitation.link)),
                        ("days", .integer(days)),
                    ]).text)
            } else {
                console.line(invitation.link)
                // For a camera, where somebody looks at it; never in what is piped on.
                if Console.outputIsTerminal, let code = try? QRCode(invitation.link) {
                    for row in code.rows(colors: console.hasColors) { console.line(row) }
                }
                console.note([
                    .text("for one person, and for \(days) day\(days == 1 ? "" : "s"); 'receive' sees the answer")
                ])
            }
            return .success
        }
    }

}

/// `accept`
enum AcceptCommand {
    static let linkFile = Option(
        "link-file", value: .file(), help: "Read the invitation from this file; - is standard input.")

    static let command = Command(
        "accept", abstract: "Answer an invitation that somebody gave you.", operands: "NAME", arity: 1...1,
        discussion: """
            The invitation is asked for on the terminal, or read from a file: on a command line other users of this \
            machine could see it. The name is yours; nobody else learns it.
            """,
        options: [linkFile, .relay, .anew] + Option.access
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try ChatAccess(arguments, console)
        let name = try arguments.text(0)
        let anew = arguments.has(.anew)
        let relay = try arguments.optionalText(.relay)
        let file = try arguments.path(linkFile)
        return console.attempt(access) {
            let messenger = try access.open()
            let source: SecretSource =
                switch file {
                case nil: .terminal(prompt: "Invitation (it does not show): ")
                case "-"?: .descriptor(0)
                case let file?: .file(file)
                }
            try await messenger.accept(try LineInput.read(source), as: name, anew: anew, relay: relay)
            let contact = try messenger.contact(name)
            let happenings = try await messenger.synchronize([contact])
            if happenings.contains(where: isRefusal) {
                // Nobody will ever answer.
                if !anew {
                    try messenger.delete(contact)
                    _ = try? await messenger.synchronize([])
                }
                throw MessengerError.usedInvitation(name)
            }
            Report(console, isJSON: false).show(happenings)
            console.note([.text("answered; the conversation begins once the other side has seen that")])
            return .success
        }
    }

    /// Whether the relay has no box for the answer.
    private static func isRefusal(_ happening: Happening) -> Bool {
        if case .relay(_, .usedInvitation) = happening { return true }
        return false
    }
}

/// `contacts`
enum ContactsCommand {
    static let command = Command(
        "contacts", abstract: "List contacts and how things stand with them.", operands: "", arity: 0...0,
        options: [.json] + Option.access
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try ChatAccess(arguments, console)
        let isJSON = arguments.has(.json)
        return console.attempt(access) {
            let messenger = try access.open()
            for contact in try messenger.contacts() {
                if isJSON {
                    console.line(ContactText.json(contact, messenger).text)
                } else {
                    console.line(
                        SafeText.escape(contact.name) + ": "
                            + ContactText.words(contact, messenger).joined(separator: ", "))
                }
            }
            return .success
        }
    }
}

/// `verify`
enum VerifyCommand {
    static let matches = Option("matches", help: "The other side sees the same code: remember that.")
    static let differs = Option("differs", help: "The other side sees another code: forget that it was compared.")

    static let command = Command(
        "verify", abstract: "Show the safety code of a conversation, to be compared with what the other side sees.",
        operands: "CONTACT", arity: 1...1,
        discussion: """
            Compare it when you meet, or by phone. Where the codes differ, somebody is between you: delete the contact, \
            and meet anew.
            """,
        options: [matches, differs, .json] + Option.access
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try ChatAccess(arguments, console)
        let name = try arguments.text(0)
        let (isSame, isOther, isJSON) = (arguments.has(matches), arguments.has(differs), arguments.has(.json))
        if isSame && isOther { throw UsageError("--matches and --differs exclude each other") }
        return console.attempt(access) {
            let messenger = try access.open()
            var contact = try messenger.contact(name)
            guard let code = contact.safetyCode else { throw MessengerError.notActive(name) }
            if isSame || isOther { contact = try messenger.setVerified(contact, isSame) }
            if isJSON {
                console.line(
                    JSON.object([
                        ("type", "code"), ("contact", .string(contact.name)),
                        ("code", .string(code.joined(separator: " "))),
                        ("verified", .boolean(contact.isVerified)),
                    ]).text)
            } else {
                for row in stride(from: 0, to: code.count, by: 4) {
                    console.line(code[row..<min(row + 4, code.count)].joined(separator: " "))
                }
                let words =
                    isSame
                    ? "remembered as compared"
                    : contact.isVerified ? "compared before" : "not compared yet; --matches remembers that it was"
                console.note([.text(words)])
            }
            return isOther ? .remains : .success
        }
    }
}
