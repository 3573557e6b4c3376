import SecrCLI
import SecrMessenger
import SecrVaultCLI

/// `set`
enum SetCommand {
    static let receipts = Option(
        "receipts", value: .choice("WHICH", of: ["on", "off"]), help: "Whether the other side is told what has come.")
    static let disappear = Option(
        "disappear", value: .text("TIME"),
        help: "Let messages of both sides disappear after 90s, 30m, 12h, 7d or 4w; off keeps them.")
    static let name = Option("name", value: .text("NAME"), help: "Give the contact another name.")

    static let command = Command(
        "set", abstract: "Change what holds for a contact.", operands: "CONTACT", arity: 1...1,
        options: [receipts, disappear, name] + Option.access
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try ChatAccess(arguments, console)
        let contactName = try arguments.text(0)
        let newName = try arguments.optionalText(name)
        let sendsReceipts = try arguments.optionalText(receipts).map { (word) throws(UsageError) in
            guard ["on", "off"].contains(word) else { throw UsageError("--receipts takes on or off") }
            return word == "on"
        }
        let lifetime = try arguments.optionalText(disappear).map { (text) throws(UsageError) in
            guard let seconds = DurationText.seconds(text) else {
                throw UsageError("--disappear takes a time such as 90s, 30m, 12h, 7d or 4w, or off")
            }
            return seconds
        }
        if newName == nil && sendsReceipts == nil && lifetime == nil { throw UsageError("nothing to set") }
        return console.attempt(access) {
            let messenger = try access.open()
            let contact = try messenger.contact(contactName)
            if let sendsReceipts { try messenger.setReceipts(contact, sendsReceipts) }
            if let newName { try messenger.rename(contact, to: newName) }
            guard let lifetime else { return .success }
            try messenger.setLifetime(lifetime, with: contact)
            return Report(console, isJSON: false).show(try await messenger.synchronize([contact])) ? .remains : .success
        }
    }
}

/// `delete`
enum DeleteCommand {
    static let forBoth = Option("for-both", help: "Ask the other side to delete it, too.")
    static let force = Option("force", short: "f", help: "Delete the contact with everything that was said.")

    static let command = Command(
        "delete", abstract: "Delete a message, or a contact with everything that was said.",
        operands: "CONTACT [NUMBER]", arity: 1...2, options: [forBoth, force] + Option.access
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try ChatAccess(arguments, console)
        let name = try arguments.text(0)
        let isForBoth = arguments.has(forBoth)
        var number: UInt64?
        if arguments.operands.count > 1 {
            guard let value = UInt64(try arguments.text(1)), value > 0 else {
                throw UsageError("a message is named by its number", hint: "'history' prints it in front")
            }
            number = value
        } else if !arguments.has(force) {
            throw UsageError("a contact is deleted with everything that was said", hint: "--force does that")
        } else if isForBoth {
            throw UsageError("--for-both is for single messages")
        }
        let message = number
        return console.attempt(access) {
            let messenger = try access.open()
            let contact = try messenger.contact(name)
            if let message {
                guard try messenger.delete(message, of: contact, forBoth: isForBoth) else {
                    if isForBoth { console.warning("the other side can't be asked to delete this one") }
                    return isForBoth ? .remains : .success
                }
                return Report(console, isJSON: false).show(try await messenger.synchronize([contact]))
                    ? .remains : .success
            }
            // The other side should know that nobody reads any more what is sent; where that fails, it is no reason to stay.
            if contact.state == .active, !messenger.isFrozen(contact) {
                try? messenger.sayFarewell(to: contact)
                _ = try? await messenger.deliver(to: contact.id)
            }
            try messenger.delete(contact)
            _ = try? await messenger.synchronize([])
            try messenger.forgetDeleted()
            return .success
        }
    }
}

/// `block`
enum BlockCommand {
    static let command = Command(
        "block", abstract: "Take nothing from a contact any more. The history stays.", operands: "CONTACT",
        arity: 1...1,
        discussion: "The other side is not told. 'invite --anew' or 'accept --anew' begins anew.",
        options: Option.access
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try ChatAccess(arguments, console)
        let name = try arguments.text(0)
        return console.attempt(access) {
            let messenger = try access.open()
            try messenger.block(try messenger.contact(name))
            _ = try? await messenger.synchronize([])
            return .success
        }
    }
}
