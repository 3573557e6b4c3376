import SecrCLI
import SecrCrypto
import SecrSystem
import SecrVault
import SystemPackage

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
        let path = arguments.operands[0]
        let options = try CredentialOptions(arguments)
        return console.attempt(vault: path) {
            // Before anybody thinks of a passphrase.
            do {
                try VaultFolder.checkIsFree(path)
            } catch VaultError.alreadyAVault where (try? VaultFolder(path)) != nil {
                throw CommandFailure(.failure, path: path, "is a vault already")
            }
            for warning in PlaceWarnings.about(path) { console.warning(path, warning) }
            let credential = try options.makeNew()
            let parameters = Calibration.parameters()
            _ = try VaultFolder.create(
                path, credential, parameters: parameters, stateFolder: VaultAccess.stateFolder, now: WallClock.now)
            console.note([
                .name(path), .text(": made; \(Calibration.text(parameters)) for each guess at the passphrase"),
            ])
            return .success
        }
    }
}
