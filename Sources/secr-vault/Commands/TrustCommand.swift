import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

/// `trust`
enum TrustCommand {
    static let accept = Option("accept-restore", help: "Take the state that is there, although it is older.")

    static let command = Command(
        "trust", abstract: "Tell whether a vault goes on from what this device has seen, and accept it if not.",
        operands: "VAULT", arity: 1...1,
        discussion: """
            A vault that is older than what this device has seen was put back from a copy, by you or by somebody who \
            wants changes to be forgotten. If it was you, --accept-restore makes it usable again.
            """,
        options: [accept, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        return console.attempt(vault: access.path) {
            let vault = try access.open(acceptsOlder: arguments.has(accept))
            let verdict = arguments.has(accept) ? "accepted" : "goes on from what this device has seen"
            console.line([.name(access.path), .text(": \(verdict), now at change \(vault.change)")])
            return .success
        }
    }
}
