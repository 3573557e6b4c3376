import ArgumentParser
import SecrCLI

@main
struct SecrScrubTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secr-scrub",
        abstract: "Remove what a picture tells beside what it shows, without changing a pixel.",
        version: Version.text,
        subcommands: [ScrubCommand.self, ShowCommand.self, CheckCommand.self],
        defaultSubcommand: ScrubCommand.self
    )

    static func main() {
        var arguments = RawArguments.all
        // Whoever asks for help without naming a subcommand wants the one that runs without being named.
        if arguments == ["--help"] || arguments == ["-h"] { arguments.insert(ScrubCommand._commandName, at: 0) }
        runAsTool(arguments)
    }
}
