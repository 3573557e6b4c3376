import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

enum TreeCommand {
    static let command = Command(
        "tree", abstract: "Show a folder of a vault and everything in it.", operands: "VAULT [PATH]", arity: 1...2,
        options: [.quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        return console.attempt(vault: access.path) {
            let vault = try access.open()
            let operand = arguments.operands.count > 1 ? arguments.operands[1] : "/"
            let path = try VaultPath(operand)
            let node = try vault.stat(path)
            console.line([.name(operand)])
            func show(_ path: VaultPath, _ indent: String) throws {
                let entries = try vault.list(path)
                for (index, entry) in entries.enumerated() {
                    let isLast = index == entries.count - 1
                    console.line([.text(indent + (isLast ? "└── " : "├── ")), .name(FilePath(rawBytes: entry.name))])
                    guard entry.node.kind == .folder else { continue }
                    try show(path.appending(entry.name), indent + (isLast ? "    " : "│   "))
                }
            }
            if node.kind == .folder { try show(path, "") }
            return .success
        }
    }
}
