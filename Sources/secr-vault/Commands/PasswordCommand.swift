import SecrCLI
import SecrCrypto
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

/// `passwd`
enum PasswordCommand {
    static let command = Command(
        "passwd", abstract: "Open a vault with another passphrase from now on.", operands: "VAULT", arity: 1...1,
        discussion: """
            Nothing has to be encrypted again, and other ways into the vault stay as they are. Copies of the vault \
            that were made before still open with the old passphrase.
            """,
        options: Option.credential + [.askPassphrase] + Option.newCredential + [.quiet]
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        let new = try CredentialOptions(new: arguments)
        return console.attempt(vault: access.path) {
            let folder = try access.folder()
            let old = try access.credential()
            try folder.change(
                old, to: new.makeNew(), stateFolder: VaultAccess.stateFolder, now: WallClock.now)
            return .success
        }
    }
}
