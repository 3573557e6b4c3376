import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

/// `cp`
enum CopyCommand {
    static let command = Command(
        "cp", abstract: "Copy in a vault, at once: copies share their contents.", operands: "VAULT PATH... TARGET",
        arity: 3...Int.max, options: [.recursive, .force, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        try Transfer.run(arguments) { vault, source, target in
            if source == target {
                throw CommandFailure(.failure, path: FilePath(rawBytes: target.bytes), "is the same file")
            }
            try vault.copy(
                source, to: target, recursively: arguments.has(.recursive), overwrites: arguments.has(.force),
                now: WallClock.now)
        }
    }
}
