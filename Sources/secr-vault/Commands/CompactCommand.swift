import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

/// `compact`
enum CompactCommand {
    static let command = Command(
        "compact", abstract: "Move what is in use out of objects that are mostly dead, and write the index anew.",
        operands: "VAULT", arity: 1...1, options: [.json, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        return console.attempt(vault: access.path) {
            let report = try Compactor(access.open()).run(now: WallClock.now)
            if arguments.has(.json) {
                console.line(
                    JSON.object([
                        ("type", "compact"), ("objects", .integer(report.objects)), ("moved", .integer(report.moved)),
                    ]).text)
            } else {
                console.note([.text("\(report.objects) objects given up, \(ByteCount.text(report.moved)) moved")])
            }
            return .success
        }
    }
}
