import SecrCLI
import SecrCrypto
import SecrStream
import SecrSystem
import SecrVaultCLI
import SystemPackage

enum SealCommand {
    static let suffix = ".secr"

    static let command = Command(
        "seal", abstract: "Seal one file or a pipe by itself, without a vault.", operands: "FILE", arity: 1...1,
        discussion: """
            Writes FILE\(suffix) and leaves FILE alone; '-' is standard input and output. Without an option that says \
            otherwise the passphrase is asked for, twice.
            """,
        options: Option.credential + [.askPassphrase, .output, .force, .quiet]
    ) { (arguments) throws(UsageError) in
        let credential = try CredentialOptions(arguments)
        let console = Console(arguments)
        let source = arguments.operands[0]
        let target = try arguments.path(.output) ?? (source == "-" ? "-" : source.appendingSuffix(suffix))
        if target == "-" && Console.outputIsTerminal {
            throw UsageError("what is sealed is not for a terminal", hint: "-o writes it to a file")
        }
        return console.attempt(reading: source == "-" ? nil : source) {
            let transfer = try FileTransfer(
                from: source, to: target, overwrites: arguments.has(.force), console: console, verb: "sealing")
            let file = SealedFile(for: credential.kindOfNew)
            try unsafe file.seal(for: credential.makeNew(), read: transfer.read, write: transfer.write)
            try transfer.finish()
            return .success
        }
    }
}

extension FilePath {
    /// The same name, and `suffix` behind it.
    func appendingSuffix(_ suffix: String) -> FilePath { FilePath(rawBytes: rawBytes + Array(suffix.utf8)) }
}
