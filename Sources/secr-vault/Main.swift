import SecrCLI
import SecrSystem

@main
enum SecrVault {
    static func main() {
        ProcessSecrecy.harden()
        Tool(
            name: "secr-vault", version: "0.1.0", main: overview, others: [SealCommand.command, OpenCommand.command]
        )
        .run()
    }

    /// What is there when no command is named.
    private static let overview = Command(
        nil, abstract: "Keep files sealed, so that only whoever has the passphrase or the key can read them.",
        operands: "COMMAND ...", arity: 0...Int.max, options: []
    ) { (arguments) throws(UsageError) in
        guard let name = arguments.operands.first else { throw UsageError("no command given") }
        throw UsageError("unknown command '\(SafeText.escape(name))'")
    }
}
