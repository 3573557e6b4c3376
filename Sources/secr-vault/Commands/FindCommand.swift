import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

enum FindCommand {
    static let name = Option("name", value: .text("PATTERN"), help: "Names like this; * and ? stand for anything.")
    static let kind = Option("kind", value: .choice("KIND", of: KindWord.allCases.map(\.rawValue)), help: "Only these.")

    static let command = Command(
        "find", abstract: "Find files and folders in a vault.", operands: "VAULT [PATH]", arity: 1...2,
        options: [name, kind, ListCommand.null, .json, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        let pattern = arguments.bytes(name).map(NamePattern.init)
        let kinds = try arguments.words(kind, as: KindWord.self).map(\.rawValue)
        return console.attempt(vault: access.path) {
            let vault = try access.open()
            let start = try arguments.operands.count > 1 ? VaultPath(arguments.operands[1]) : .top
            try vault.walk(start) { path, node in
                let isWanted = kinds.isEmpty || kinds.contains(node.kindText)
                if isWanted, pattern?.matches(path.last ?? []) ?? true {
                    let name = FilePath(rawBytes: path.bytes)
                    if arguments.has(.json) {
                        console.line(JSON.object([("type", "entry")] + node.json(name)).text)
                    } else if arguments.has(ListCommand.null) {
                        console.terminated(name)
                    } else {
                        console.line([.name(name)])
                    }
                }
                return true
            }
            return .success
        }
    }

    private enum KindWord: String, CaseIterable { case file, folder, link, pipe, socket, device }
}
