import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

/// `unlock`
enum UnlockCommand {
    static let duration = Option(
        "for", value: .text("TIME"), help: "How long: 90s, 15m, 2h. 15 minutes without it, 24 hours at most.")

    static let command = Command(
        "unlock", abstract: "Remember a vault's keys for a while, so that other commands do not ask.",
        operands: "VAULT", arity: 1...1, options: [duration, .askPassphrase, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        let seconds =
            try arguments.bytes(duration).map { (text) throws(UsageError) in
                try TimeSpan.seconds(text, of: duration)
            } ?? 15 * 60
        return console.attempt(vault: access.path) {
            let folder = try access.folder()
            let keys = try access.unlock(folder)
            do throws(SystemError) {
                try KeyCache(of: folder).store(keys, seconds: seconds, startAgent: AgentCommand.start)
            } catch {
                throw CommandFailure(
                    .failure,
                    "keys can't be kept here, neither by the kernel nor by an agent: \(error.errno.description)",
                    hint: "each command asks for the passphrase")
            }
            return .success
        }
    }
}
