import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

/// What `mv` and `cp` have in common: a target that is a folder takes things under their names.
enum Transfer {
    static func run(
        _ arguments: Arguments, _ transfer: (Vault, VaultPath, VaultPath) throws -> Void
    ) throws(UsageError) -> ExitStatus {
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        let sources = arguments.operands.dropFirst().dropLast()
        return console.attempt(vault: access.path) {
            let vault = try access.open()
            let target = try VaultPath(arguments.operands[arguments.operands.count - 1])
            let found = try vault.find(target)
            if sources.count > 1 && found?.kind != .folder {
                throw found == nil ? VaultError.notFound(target.bytes) : .notAFolder(target.bytes)
            }
            return try console.each(sources, of: access.path) { operand in
                let source = try VaultPath(operand)
                guard found?.kind == .folder, let name = source.last else {
                    return try transfer(vault, source, target)
                }
                try transfer(vault, source, target.appending(name))
            }
        }
    }
}
