import SecrCLI
import SecrSystem
import SecrVault
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
