/// One option of a command: the single place from which parsing, `--help` and completions take it.
public struct Option: Sendable, Equatable {
    /// What follows an option.
    public struct Value: Sendable, Equatable {
        /// How a shell completes it.
        public enum Completion: Sendable, Equatable {
            case nothing
            case file
            case folder
            case choice([String])
        }

        /// In help: `FILE`, `NUMBER`.
        public var name: String
        public var completion: Completion

        public static func file(_ name: String = "FILE") -> Value { Value(name: name, completion: .file) }
        public static func folder(_ name: String = "FOLDER") -> Value { Value(name: name, completion: .folder) }
        public static func text(_ name: String) -> Value { Value(name: name, completion: .nothing) }
        public static func choice(_ name: String, of words: [String]) -> Value {
            Value(name: name, completion: .choice(words))
        }
    }

    /// Without its two hyphens.
    public var long: String
    public var short: Character?
    /// `nil` for a flag.
    public var value: Value?
    /// One sentence.
    public var help: String

    public init(_ long: String, short: Character? = nil, value: Value? = nil, help: String) {
        self.long = long
        self.short = short
        self.value = value
        self.help = help
    }

    public static let help = Option("help", short: "h", help: "Show this help.")
    public static let version = Option("version", short: "V", help: "Show the version.")
    public static let completions = Option(
        "completions", value: .choice("SHELL", of: ["bash", "zsh", "fish"]),
        help: "Print a completion script for this shell.")
}
