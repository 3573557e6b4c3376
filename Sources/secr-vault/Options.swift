import SecrCLI

extension Option {
    static let output = Option(
        "output", short: "o", value: .file(), help: "Write to this file; - is standard output.")
    static let force = Option("force", short: "f", help: "Overwrite an existing file.")
    static let recursive = Option("recursive", short: "r", help: "Work on folders and everything in them.")
    static let json = Option("json", help: "Print results as JSON, one object a line.")
    static let quiet = Option("quiet", short: "q", help: "Print errors only.")
}

extension Console {
    convenience init(_ arguments: Arguments) {
        self.init(tool: "secr-vault", isQuiet: arguments.has(.quiet))
    }
}
