import SecrCLI
import SecrVaultCLI

enum InitCommand {
    static let command = Command(
        "init", abstract: "Make a vault in a new or empty folder.", operands: "VAULT", arity: 1...1,
        discussion: """
            Asks twice for the passphrase that will open it, unless an option says where that comes from. Without the \
            passphrase nobody can ever open the vault: 'slot add --recovery' makes words to be written down.
            """,
        options: Option.credential + [.askPassphrase, .quiet]
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        return console.attempt(vault: access.path) {
            try access.make()
            return .success
        }
    }
}
