/// One command of a tool: what can be typed, and what happens then.
public struct Command: Sendable {
    /// `nil` for the command that runs when none is named.
    public var name: String?
    /// One sentence.
    public var abstract: String
    /// What stands behind the options: `FILE...`.
    public var operands: String
    /// How many of them.
    public var arity: ClosedRange<Int>
    /// A paragraph below the usage.
    public var discussion: String
    public var options: [Option]
    public var run: @Sendable (Arguments) throws(UsageError) -> ExitStatus

    public init(
        _ name: String?, abstract: String, operands: String, arity: ClosedRange<Int> = 1...Int.max,
        discussion: String = "", options: [Option],
        run: @escaping @Sendable (Arguments) throws(UsageError) -> ExitStatus
    ) {
        self.name = name
        self.abstract = abstract
        self.operands = operands
        self.arity = arity
        self.discussion = discussion
        self.options = options
        self.run = run
    }
}

/// A tool: a main command, and others that are chosen by their name as the first argument.
public struct Tool: Sendable {
    public var name: String
    public var version: String
    public var main: Command
    public var others: [Command]
    /// What `--version --verbose` says beside the version, a line each.
    public var details: @Sendable () -> [String]

    public init(
        name: String, version: String, main: Command, others: [Command],
        details: @escaping @Sendable () -> [String] = { [] }
    ) {
        self.name = name
        self.version = version
        self.main = main
        self.others = others
        self.details = details
    }

    /// The options of a command, with those that every command or every tool has.
    func options(of command: Command) -> [Option] {
        command.options + (command.name == nil ? [.help, .version, .completions] : [.help])
    }
}
