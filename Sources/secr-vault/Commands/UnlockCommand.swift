import SecrCLI
import SecrSystem
import SecrVault
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
        let seconds = try seconds(arguments.bytes(duration))
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

    private static func seconds(_ text: [UInt8]?) throws(UsageError) -> UInt32 {
        guard let text else { return 15 * 60 }
        let units: [UInt8: Int] = [UInt8(ascii: "s"): 1, UInt8(ascii: "m"): 60, UInt8(ascii: "h"): 3_600]
        guard let unit = text.last.flatMap({ units[$0] }),
            let number = Int(String(decoding: text.dropLast(), as: UTF8.self)), number > 0,
            number <= 24 * 3_600 / unit
        else { throw UsageError("--for takes a time such as 15m", hint: "s, m or h behind a number; 24h at most") }
        return UInt32(number * unit)
    }
}
