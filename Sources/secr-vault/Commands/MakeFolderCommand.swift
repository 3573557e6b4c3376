import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

/// `mkdir`
enum MakeFolderCommand {
    static let parents = Option(
        "parents", short: "p", help: "Make missing folders above, too; no error where it is there.")

    static let command = Command(
        "mkdir", abstract: "Make folders in a vault.", operands: "VAULT PATH...", arity: 2...Int.max,
        options: [parents, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        return console.attempt(vault: access.path) {
            let vault = try access.open()
            let parents = arguments.has(parents)
            return try console.each(arguments.operands.dropFirst(), of: access.path) { operand in
                let now = WallClock.now
                let attributes = NewAttributes(mode: 0o777 & ~FileCreation.mask, modified: now)
                do {
                    try vault.makeFolder(VaultPath(operand), parents: parents, attributes, now: now)
                } catch VaultError.exists(let path) {
                    throw CommandFailure(.failure, path: FilePath(rawBytes: path), "is there already")
                } catch VaultError.notFound(let path) {
                    throw CommandFailure(
                        .notFound, path: FilePath(rawBytes: path), "no such folder in the vault",
                        hint: "-p makes it, too")
                }
            }
        }
    }
}
