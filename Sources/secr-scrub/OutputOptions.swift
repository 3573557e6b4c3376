public import ArgumentParser
public import SecrCLI

/// Options that say how a command speaks.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print results as JSON, one object a line.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    @Option(help: ArgumentHelp("Use colours: auto, always or never.", valueName: "when"))
    var color = Console.Color.auto

    var console: Console { Console(tool: "secr-scrub", isQuiet: quiet, color: color) }
}

extension Console.Color: ExpressibleByArgument {}
