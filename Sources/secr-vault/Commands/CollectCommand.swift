import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

/// `gc`
enum CollectCommand {
    static let now = Option(
        "now", help: "Do not wait for others; who reads or writes at this moment may have to begin again.")
    static let claimUnknown = Option(
        "claim-unknown", help: "Delete everything that this part of the vault can't explain. There is no way back.")

    static let command = Command(
        "gc", abstract: "Clear away what nothing in a vault refers to any more.", operands: "VAULT", arity: 1...1,
        options: [now, claimUnknown, .json, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        return console.attempt(vault: access.path) {
            let vault = try access.open()
            let claims = arguments.has(claimUnknown)
            if claims {
                console.warning("objects that other passphrases of this vault need, if there are any, are deleted, too")
            }
            let report = try Collector(vault).run(
                now: WallClock.now, waits: !arguments.has(CollectCommand.now), claimsUnknown: claims)
            if arguments.has(.json) {
                console.line(
                    JSON.object([
                        ("type", "gc"), ("freed", .integer(report.freed)), ("orphans", .integer(report.orphans)),
                        ("unknown", .integer(report.unknown)), ("bytes", .integer(report.bytes)),
                    ]).text)
            } else {
                let count = report.freed + report.orphans + report.unknown
                console.note([.text("\(count) objects cleared away, \(ByteCount.text(report.bytes))")])
            }
            return .success
        }
    }
}
