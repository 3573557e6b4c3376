import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

enum StatCommand {
    static let command = Command(
        "stat", abstract: "Tell what a vault knows of a file or folder.", operands: "VAULT PATH...",
        arity: 2...Int.max, options: [.json, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        return console.attempt(vault: access.path) {
            let vault = try access.open()
            return try console.each(arguments.operands.dropFirst(), of: access.path) { operand in
                let path = try VaultPath(operand)
                let node = try vault.stat(path)
                if arguments.has(.json) {
                    console.line(JSON.object([("type", "entry")] + node.json(operand)).text)
                    return
                }
                console.line([.name(operand), .text(":")])
                console.line("  kind      \(node.kindText)")
                console.line("  size      \(node.size) bytes")
                console.line("  mode      \(node.modeText)")
                console.line("  modified  \(WallClock.text(node.modified))")
                console.line("  changed   \(WallClock.text(node.changed))")
                if node.links != 1 { console.line("  names     \(node.links)") }
                for (name, value) in try vault.attributes(path) {
                    console.line([
                        .text("  attribute "), .name(FilePath(rawBytes: name)), .text(", \(value.count) bytes"),
                    ])
                }
            }
        }
    }
}
