import SecrCLI
import SecrSystem

@main
enum VaultTool {
    static func main() {
        ProcessSecrecy.harden()
        Tool(
            name: "secr-vault", version: "0.1.0", main: overview,
            others: [
                InitCommand.command, PutCommand.command, GetCommand.command, CatCommand.command, ListCommand.command,
                TreeCommand.command, StatCommand.command, FindCommand.command, UsageCommand.command,
                SpaceCommand.command, MakeFolderCommand.command, MoveCommand.command, CopyCommand.command,
                RemoveCommand.command, MountCommand.command, UnmountCommand.command, UnlockCommand.command,
                LockCommand.command, PasswordCommand.command,
                SlotCommand.command, VerifyCommand.command, RepairCommand.command, CollectCommand.command,
                CompactCommand.command, ExportCommand.command, ImportCommand.command, AuditCommand.command,
                TrustCommand.command, AgentCommand.command,
                SealCommand.command, OpenCommand.command,
            ]
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
