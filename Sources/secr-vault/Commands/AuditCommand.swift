import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

/// `audit`
enum AuditCommand {
    static let command = Command(
        "audit", abstract: "Show what somebody learns who gets a vault's folder and has no key.", operands: "VAULT",
        arity: 1...1, options: [.json, .quiet]
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let path = arguments.operands[0]
        return console.attempt(vault: path) {
            let audit = try Audit(VaultFolder(path))
            if arguments.has(.json) {
                let classes = audit.classes.map {
                    JSON.object([("size", .integer($0.size)), ("count", .integer($0.count))])
                }
                console.line(
                    JSON.object([
                        ("type", "audit"), ("objects", .integer(audit.objects)), ("bytes", .integer(audit.bytes)),
                        ("classes", .array(classes)), ("foreign", .array(audit.foreign.map { JSON($0) })),
                    ]).text)
                return .success
            }
            console.line("that it is a vault of SECR, from the file \(Marker.fileName)")
            console.line(
                "what a guess at the passphrase costs: \(ByteCount.text(audit.memory * 1_024)) and \(audit.passes) passes"
            )
            console.line("how much there is: \(audit.objects) objects, \(ByteCount.text(audit.bytes))")
            for item in audit.classes {
                let count = String(item.count)
                let padding = String(repeating: " ", count: max(0, 10 - count.count))
                console.line("\(padding)\(count) x \(ByteCount.text(item.size))")
            }
            console.line("when folders last changed, and, by looking again and again, how much is written when")
            for name in audit.foreign {
                console.line([.text("and this, which is no part of the vault: "), .name(name)])
            }
            console.line("not: names, dates, sizes but for those classes, folders, how many passphrases there are")
            return .success
        }
    }
}
