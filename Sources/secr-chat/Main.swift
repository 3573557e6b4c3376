import SecrCLI
import SecrSystem

@main
enum ChatTool {
    static func main() {
        ProcessSecrecy.harden()
        Tool(
            name: "secr-chat", version: "0.1.0", main: overview,
            others: [
                InitCommand.command, InviteCommand.command, AcceptCommand.command, ContactsCommand.command,
                VerifyCommand.command, SendCommand.command, AttachCommand.command, ReceiveCommand.command,
                OpenCommand.command, HistoryCommand.command, ExportCommand.command, SearchCommand.command,
                SetCommand.command, DeleteCommand.command,
                BlockCommand.command, DoctorCommand.command,
            ]
        )
        .run()
    }

    /// What is there when no command is named.
    private static let overview = Command(
        nil, abstract: "Talk with people so that nobody else learns what is said.", operands: "COMMAND ...",
        arity: 0...Int.max, options: []
    ) { (arguments) throws(UsageError) in
        guard let name = arguments.operands.first else { throw UsageError("no command given") }
        throw UsageError("unknown command '\(SafeText.escape(name))'")
    }
}
