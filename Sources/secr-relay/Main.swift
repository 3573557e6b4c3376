import SecrCLI
import SecrSystem

@main
enum RelayTool {
    static func main() {
        ProcessSecrecy.harden()
        Tool(
            name: "secr-relay", version: "0.1.0", main: overview,
            others: [ServeCommand.command, AuditCommand.command, InviteCommand.command]
        )
        .run()
    }

    /// What is there when no command is named.
    private static let overview = Command(
        nil, abstract: "Keep and forward what can't be read here.", operands: "COMMAND ...", arity: 0...Int.max,
        options: []
    ) { (arguments) throws(UsageError) in
        guard let name = arguments.operands.first else { throw UsageError("no command given") }
        throw UsageError("unknown command '\(SafeText.escape(name))'")
    }
}
