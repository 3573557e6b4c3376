import SecrCLI
import SecrVaultCLI

extension Option {
    static let vault = Option(
        "vault", value: .folder("VAULT"),
        help:
            "The vault that everything is kept in. (default: $SECR_CHAT_VAULT, or secr/chat in the user's data folder)")
    static let json = Option("json", help: "Print results as JSON, one object a line.")
    static let quiet = Option("quiet", short: "q", help: "Print errors only.")
    static let anew = Option("anew", help: "Begin anew with a contact that is there; the history stays.")
    static let relay = Option(
        "relay", value: .text("ORIGIN"), help: "Take in messages with this relay. (default: one of those of init)")

    /// How the vault is found and opened.
    static let access: [Option] = [.vault, .quiet] + Option.credential
}

extension Console {
    convenience init(_ arguments: Arguments) {
        self.init(tool: "secr-chat", isQuiet: arguments.has(.quiet))
    }
}
