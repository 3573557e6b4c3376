/// How a command ends; one table for all tools, documented under EXIT STATUS in each man page.
public enum ExitStatus: Int32, Sendable {
    /// Done, or clean.
    case success = 0
    /// At least one operand could not be done.
    case failure = 1
    /// Finished, but something sensitive remains or was skipped.
    case remains = 3
    /// What was asked for is not there.
    case notFound = 10
    /// Another process has locked it.
    case locked = 11
    /// A wrong passphrase or key.
    case wrongKey = 12
    /// Damaged, or not authentic.
    case damaged = 13
    /// The command line makes no sense.
    case usage = 64
    /// A signal came. The process really ends by that signal; a shell shows it as 128 plus its number.
    case interrupted = 130
}
