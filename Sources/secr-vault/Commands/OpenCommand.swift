import SecrCLI
import SecrCrypto
import SecrStream
import SecrSystem
import SecrVaultCLI
import SystemPackage

enum OpenCommand {
    static let command = Command(
        "open", abstract: "Open a sealed file.", operands: "FILE", arity: 1...1,
        discussion: """
            Writes what is in FILE\(SealCommand.suffix) to FILE; '-' is standard input and output. A file appears only \
            when all of it has proved authentic. A pipe gets authentic bytes only, but an error can come behind them.
            """,
        options: Option.credential + [.output, .force, .quiet]
    ) { (arguments) throws(UsageError) in
        let options = try CredentialOptions(arguments)
        let console = Console(arguments)
        let source = arguments.operands[0]
        let named = try arguments.path(.output)
        let target = if let named { named } else { try Self.target(for: source) }
        return console.attempt(reading: source == "-" ? nil : source) {
            let transfer = try FileTransfer(
                from: source, to: target, overwrites: arguments.has(.force), console: console, verb: "opening")
            let file = try header(transfer)
            try unsafe file.open(with: options.read(file.kind), read: transfer.read, write: transfer.write)
            try transfer.finish()
            return .success
        }
    }

    private static func target(for source: FilePath) throws(UsageError) -> FilePath {
        if source == "-" { return source }
        let (name, suffix) = (source.rawBytes, Array(SealCommand.suffix.utf8))
        guard name.count > suffix.count, name.suffix(suffix.count).elementsEqual(suffix),
            name[name.count - suffix.count - 1] != UInt8(ascii: "/")
        else {
            throw UsageError("the name does not end with \(SealCommand.suffix)", hint: "-o names the output")
        }
        return FilePath(rawBytes: Array(name.dropLast(suffix.count)))
    }

    private static func header(_ transfer: FileTransfer) throws -> SealedFile {
        var header = [UInt8](repeating: 0, count: SealedFile.headerSize)
        // Safe: the pointer does not leave the closure.
        let count = try unsafe header.withUnsafeMutableBytes { try unsafe transfer.read($0) }
        let path = transfer.inputPath
        do {
            return try SealedFile(header: Array(header[..<count]))
        } catch .unknown {
            throw CommandFailure(.damaged, path: path, "not a sealed file")
        } catch .newer {
            throw CommandFailure(.failure, path: path, "sealed by a later version of this program")
        } catch {
            throw CommandFailure(.damaged, path: path, "its header asks for something that no such file needs")
        }
    }
}
