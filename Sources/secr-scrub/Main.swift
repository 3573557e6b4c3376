import SecrCLI

@main
enum SecrScrub {
    static func main() {
        Tool(
            name: "secr-scrub", version: "0.1.0", main: ScrubCommand.command,
            others: [ShowCommand.command, CheckCommand.command]
        )
        .run()
    }
}
