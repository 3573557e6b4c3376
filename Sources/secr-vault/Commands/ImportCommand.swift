import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

/// `import`
enum ImportCommand {
    static let command = Command(
        "import", abstract: "Put a recovery kit back into a vault that has lost its marker or slots.",
        operands: "VAULT FILE", arity: 2...2,
        options: [Option("force", short: "f", help: "Replace slots that are there."), .quiet]
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let path = arguments.operands[0]
        return console.attempt(vault: path) {
            let bytes = try FileSource.contents(of: arguments.operands[1])
            let kit: RecoveryKit
            do {
                kit = try RecoveryKit(bytes: bytes)
            } catch {
                throw CommandFailure(.damaged, path: arguments.operands[1], "is no recovery kit")
            }
            do {
                try kit.restore(to: path, overwrites: arguments.has(.force))
            } catch VaultError.wrongKey {
                throw CommandFailure(.failure, path: path, "the kit belongs to another vault")
            } catch VaultError.exists(let name) {
                throw CommandFailure(
                    .failure, path: path.appending(FilePath(rawBytes: name).components), "is there already",
                    hint: "--force puts that of the kit in its place")
            }
            return .success
        }
    }
}
