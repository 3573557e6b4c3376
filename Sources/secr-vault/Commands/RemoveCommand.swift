import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

/// `rm`
enum RemoveCommand {
    static let command = Command(
        "rm", abstract: "Remove files and folders from a vault.", operands: "VAULT PATH...", arity: 2...Int.max,
        discussion: "What nothing refers to any more leaves the disk a while later, or with 'gc'.",
        options: [.recursive, ignoreMissing, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        return console.attempt(vault: access.path) {
            let vault = try access.open()
            return try console.each(arguments.operands.dropFirst(), of: access.path) { operand in
                let path = try VaultPath(operand)
                if path.isTop { throw CommandFailure(.failure, path: operand, "the top folder can't be removed") }
                do {
                    try vault.remove(path, recursively: arguments.has(.recursive), now: WallClock.now)
                } catch VaultError.notFound where arguments.has(ignoreMissing) {}
            }
        }
    }

    static let ignoreMissing = Option("force", short: "f", help: "No error for what is not there.")
}
