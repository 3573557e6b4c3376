import SecrCLI
import SecrSystem

@main
enum SecrScrub {
    /// No honest file needs nearly as much.
    private static let mostMemory = 4 << 30
    static let version = "0.1.0"

    static func main() {
        ProcessSecrecy.harden()
        ProcessMemory.limit(to: mostMemory)
        Tool(
            name: "secr-scrub", version: version, main: ScrubCommand.command,
            others: [ShowCommand.command, CheckCommand.command, PolicyCommand.command, VerifyCommand.command],
            details: Confinement.details
        )
        .run()
    }
}
