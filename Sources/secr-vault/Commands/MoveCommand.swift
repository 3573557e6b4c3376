import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

/// `mv`
enum MoveCommand {
    static let command = Command(
        "mv", abstract: "Move or rename in a vault.", operands: "VAULT PATH... TARGET", arity: 3...Int.max,
        options: [.force, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        try Transfer.run(arguments) { vault, source, target in
            try vault.move(source, to: target, overwrites: arguments.has(.force), now: WallClock.now)
        }
    }
}
