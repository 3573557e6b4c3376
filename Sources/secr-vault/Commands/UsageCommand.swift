import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

/// `du`
enum UsageCommand {
    static let summarize = Option("summarize", short: "s", help: "Only the sum of each.")

    static let command = Command(
        "du", abstract: "Add up sizes of files in a vault.", operands: "VAULT [PATH...]",
        options: [summarize, .json, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        return console.attempt(vault: access.path) {
            let vault = try access.open()
            let paths = arguments.operands.count > 1 ? Array(arguments.operands.dropFirst()) : ["/"]
            return try console.each(paths, of: access.path) { operand in
                let start = try VaultPath(operand)
                var sums: [VaultPath: Int] = [:]
                var seen: Set<Int64> = []
                try vault.walk(start) { path, node in
                    if node.kind == .folder { sums[path] = sums[path] ?? 0 }
                    // A file with several names counts once.
                    guard node.kind == .file, node.links == 1 || seen.insert(node.id).inserted else { return true }
                    var folder = path
                    while folder.names.count > start.names.count {
                        folder = folder.parent
                        sums[folder, default: 0] += node.size
                    }
                    if path == start { sums[path] = node.size }
                    return true
                }
                let shown = arguments.has(summarize) ? sums.filter { $0.key == start } : sums
                for (path, sum) in shown.sorted(by: { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }) {
                    let name = FilePath(rawBytes: path.bytes)
                    if arguments.has(.json) {
                        console.line(
                            JSON.object([("type", "sum"), ("path", JSON(name)), ("size", .integer(sum))]).text)
                    } else {
                        let text = ByteCount.text(sum)
                        let padding = String(repeating: " ", count: max(0, 10 - text.count))
                        console.line([.text(padding + text + "  "), .name(name)])
                    }
                }
            }
        }
    }
}
