import SecrCLI
import SecrMessenger
import SecrSystem
import SecrVaultCLI
import SystemPackage

/// `init`
enum InitCommand {
    static let proxy = Option(
        "proxy", value: .text("HOST:PORT"),
        help: "Reach relays by this SOCKS proxy, such as Tor, with another identity for each box.")
    static let codeFile = Option(
        "code-file", value: .file(), help: "The relays ask for an invitation of theirs: its code is in this file.")
    static let noReceipts = Option("no-receipts", help: "Don't tell others what has come, unless 'set' says so.")

    static let fetch = Option(
        "fetch-up-to", value: .text("MIB"),
        help: "Fetch files of up to so many MiB as soon as they are announced. (default: 100)")

    static let command = Command(
        "init", abstract: "Make a vault for conversations, or change how an existing one reaches relays.",
        operands: "RELAY...",
        discussion: """
            A relay is written https://HOST, or http://HOST for an onion service or this machine. For each contact, one of \
            them is chosen to take in messages. A vault that is there already is used as it is.
            """,
        options: [proxy, codeFile, noReceipts, fetch] + Option.access
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try ChatAccess(arguments, console)
        var relays: [String] = []
        for place in arguments.operands.indices { relays.append(try arguments.text(place)) }
        if relays.isEmpty { throw UsageError("init needs a relay", hint: "'secr-relay serve' is one") }
        let proxy = try arguments.optionalText(proxy)
        let codeFile = try arguments.path(codeFile)
        let sendsReceipts = !arguments.has(noReceipts)
        let fetched = try arguments.number(fetch, from: 0)
        let origins = relays
        return console.attempt(access) {
            var settings = Settings(relays: origins)
            settings.proxy = proxy
            settings.sendsReceipts = sendsReceipts
            if let fetched { settings.largestFetch = UInt64(min(fetched, 1 << 30)) << 20 }
            if let codeFile {
                let code = try LineInput.read(.file(codeFile))
                for relay in origins { settings.codes[relay] = code }
            }
            try Messenger.check(settings)
            if let folder = access.vault.path.removingLastComponent().nilIfEmpty {
                try FileCreation.makeFolders(folder, mode: 0o700)
            }
            let vault = try access.vault.openOrMake()
            try Messenger.setUp(vault, settings)
            _ = try access.messenger(vault)
            console.note([.name(access.vault.path), .text(": ready to meet people")])
            return .success
        }
    }
}

extension FilePath {
    fileprivate var nilIfEmpty: FilePath? { isEmpty ? nil : self }
}
