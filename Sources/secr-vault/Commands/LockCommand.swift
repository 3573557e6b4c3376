import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SecrVaultFUSE
import SystemPackage

/// `lock`
enum LockCommand {
    static let command = Command(
        "lock", abstract: "Forget a vault's keys, and take it away from where it is mounted.", operands: "VAULT",
        arity: 1...1, options: [.quiet]
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        return console.attempt(vault: access.path) {
            let folder = try access.folder()
            try Mount.lock(folder.identity)
            let cache = KeyCache(of: folder)
            // What was deleted goes now, while there are keys. Where that fails, it goes with a later checkpoint.
            if let keys = cache.load() { try? folder.open(keys, stateFolder: VaultAccess.stateFolder).forgetDeleted() }
            try cache.clear()
            return .success
        }
    }
}
