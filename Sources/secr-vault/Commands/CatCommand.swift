import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

enum CatCommand {
    static let command = Command(
        "cat", abstract: "Write files of a vault to standard output.", operands: "VAULT PATH...", arity: 2...Int.max,
        discussion: "Only authentic bytes arrive, but an error can come behind them.",
        options: [GetCommand.range, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        let range = try ByteRange(arguments.bytes(GetCommand.range))
        return console.attempt(vault: access.path) {
            let vault = try access.open()
            let output = try OwnedDescriptor.duplicate(1)
            return try console.each(arguments.operands.dropFirst(), of: access.path) { operand in
                let path = try VaultPath(operand)
                let node = try vault.stat(path)
                try GetCommand.checkReadable(node, path, in: vault)
                try unsafe vault.read(path, range.resolved(node.size)) { try unsafe output.write($0) }
            }
        }
    }
}
