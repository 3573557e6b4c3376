import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

/// `df`
enum SpaceCommand {
    static let command = Command(
        "df", abstract: "Tell how much a vault holds, and how much more fits.", operands: "VAULT", arity: 1...1,
        options: [.json, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        return console.attempt(vault: access.path) {
            let usage = try access.open().usage()
            let space = try FileSystemKind.space(at: access.path)
            if arguments.has(.json) {
                console.line(
                    JSON.object([
                        ("type", "usage"), ("files", .integer(usage.files)), ("size", .integer(usage.bytes)),
                        ("stored", .integer(usage.stored)), ("freed", .integer(usage.freedObjects)),
                        ("free", .integer(space.free)),
                    ]).text)
                return .success
            }
            console.line("files     \(usage.files), \(ByteCount.text(usage.bytes))")
            console.line("objects   \(ByteCount.text(usage.stored)) of contents, padding and what was overwritten")
            if usage.freedObjects > 0 {
                console.line("deleted   \(usage.freedObjects) objects, which 'gc' clears away")
            }
            console.line("free      \(ByteCount.text(space.free)) on the disk")
            return .success
        }
    }
}
