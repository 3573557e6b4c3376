import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

enum ListCommand {
    static let long = Option("long", short: "l", help: "With mode, size and date.")
    static let null = Option("null", short: "0", help: "End each name with a NUL instead of a line's end.")

    static let command = Command(
        "ls", abstract: "List what lies in a folder of a vault.", operands: "VAULT [PATH...]",
        options: [long, null, .json, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        let (isLong, endsWithNull, isJSON) = (arguments.has(long), arguments.has(null), arguments.has(.json))
        return console.attempt(vault: access.path) {
            let vault = try access.open()
            let paths = arguments.operands.count > 1 ? Array(arguments.operands.dropFirst()) : ["/"]
            return try console.each(paths, of: access.path) { operand in
                let path = try VaultPath(operand)
                let node = try vault.stat(path)
                if paths.count > 1 && !isJSON && !endsWithNull { console.line([.name(operand), .text(":")]) }
                func show(_ entry: Entry) {
                    let name = FilePath(rawBytes: entry.name)
                    if isJSON {
                        console.line(JSON.object([("type", "entry")] + entry.node.json(name)).text)
                    } else if endsWithNull {
                        console.terminated(name)
                    } else {
                        console.line(isLong ? Self.line(entry.node, name) : [.name(name)])
                    }
                }
                if node.kind == .folder {
                    try vault.forEachEntry(path, show)
                } else {
                    show(Entry(path.last ?? [], node))
                }
            }
        }
    }

    static func line(_ node: Node, _ name: FilePath) -> [Console.Part] {
        let size = ByteCount.text(node.size)
        let padding = String(repeating: " ", count: max(0, 10 - size.count))
        return [.text("\(node.modeText) \(padding)\(size) \(WallClock.text(node.modified)) "), .name(name)]
    }
}
