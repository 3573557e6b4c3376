import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

/// `agent`
enum AgentCommand {
    private static let socket = Option("socket", value: .file(), help: "Where it listens.")
    private static let seconds = Option("seconds", value: .text("NUMBER"), help: "How long.")

    static let command = Command(
        "agent", abstract: "Keep keys where the kernel does not; 'unlock' starts it.", operands: "", arity: 0...0,
        options: [socket, seconds]
    ) { (arguments) throws(UsageError) in
        guard let path = try arguments.path(socket), let number = try arguments.number(seconds, from: 1),
            let seconds = UInt32(exactly: number)
        else { throw UsageError("'unlock' starts the agent") }
        let console = Console(arguments)
        return console.attempt(reading: nil) {
            try KeyAgent.run(at: path, seconds: seconds)
            return .success
        }
    }

    static func start(_ path: FilePath, _ time: UInt32, _ input: OwnedDescriptor) throws(SystemError) {
        try BackgroundProcess.startSelf(
            as: "secr-vault", "agent", "--\(socket.long)=\(path.string)", "--\(seconds.long)=\(time)", input: input)
    }
}
