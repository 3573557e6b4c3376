import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

/// `export`
enum ExportCommand {
    static let command = Command(
        "export", abstract: "Write a recovery kit: what a vault needs beside its objects and a passphrase.",
        operands: "VAULT FILE", arity: 2...2,
        discussion: """
            Whoever has the kit can guess passphrases as if he had the vault, and the kit opens the vault with the \
            passphrases of today, whatever is changed or destroyed later.
            """,
        options: [.force, .quiet]
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        let target = arguments.operands[1]
        return console.attempt(vault: access.path) {
            let kit = try RecoveryKit(of: access.folder())
            if target == "-" {
                try OwnedDescriptor.duplicate(1).write(kit.bytes)
                return .success
            }
            let old = try FileStatus.of(target, followSymlinks: false)
            if let old, old.kind != .regular {
                throw CommandFailure(.failure, path: target, "can't overwrite: not a regular file")
            }
            if old != nil && !arguments.has(.force) {
                throw CommandFailure(.failure, path: target, "is there already", hint: "--force overwrites it")
            }
            let staged = try StagedFile(for: target)
            try staged.descriptor.write(kit.bytes)
            try staged.sync()
            if let old {
                try staged.publishReplacing(mode: 0o600, owner: old.owner, group: old.group)
            } else {
                try staged.publishNew(mode: 0o600)
            }
            try staged.syncDirectory()
            return .success
        }
    }
}
