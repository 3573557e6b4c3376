import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

enum GetCommand {
    static let range = Option(
        "range", value: .text("FIRST-LAST"), help: "Only these bytes, counted from 0; either end may be left out.")
    static let preserve = Option("preserve", short: "p", help: "Restore dates, modes and extended attributes.")

    static let command = Command(
        "get", abstract: "Get files and folders out of a vault.", operands: "VAULT PATH...", arity: 2...Int.max,
        discussion: """
            Writes them under their names into the folder where the command is given. A file appears only when all of \
            it has proved authentic.
            """,
        options: [.output, outputDir, range, preserve, .recursive, .force, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        let output = try arguments.path(.output)
        let folder = try arguments.path(outputDir)
        let sources = arguments.operands.dropFirst()
        if output != nil && folder != nil { throw UsageError("--output and --output-dir exclude each other") }
        if output != nil && sources.count > 1 { throw UsageError("--output takes a single file") }
        let range = try ByteRange(arguments.bytes(range))
        return console.attempt(vault: access.path) {
            let vault = try access.open()
            let meter = ProgressMeter(console, "getting", total: nil)
            let writer = LocalWriter(
                vault, overwrites: arguments.has(.force), preserves: arguments.has(preserve), console: console,
                meter: meter)
            if let folder { try FileCreation.makeFolders(folder, mode: 0o700) }
            let status = try console.each(sources, of: access.path) { source in
                let path = try VaultPath(source)
                let node = try vault.stat(path)
                if output == "-" {
                    try checkReadable(node, path, in: vault)
                    let sink = try OwnedDescriptor.duplicate(1)
                    return try unsafe vault.read(path, range.resolved(node.size)) { bytes in
                        try unsafe sink.write(bytes)
                        meter.add(bytes.count)
                    }
                }
                if node.kind == .folder && !arguments.has(.recursive) { throw VaultError.isAFolder(path.bytes) }
                if node.kind != .file && arguments.has(Self.range) { try checkReadable(node, path, in: vault) }
                let name = path.last.map { FilePath(rawBytes: $0) } ?? "."
                let target = output ?? folder.map { path.isTop ? $0 : $0.appending(name.components) } ?? name
                try writer.write(path, node, to: target, range: range.resolved(node.size))
            }
            return status.joined(writer.status)
        }
    }

    /// Only a file has contents that can be written in a row.
    static func checkReadable(_ node: Node, _ path: VaultPath, in vault: Vault) throws {
        let name = FilePath(rawBytes: path.bytes)
        switch node.kind {
        case .file: break
        case .folder: throw CommandFailure(.failure, path: name, "is a folder")
        case .symbolicLink:
            let target = SafeText.escape(FilePath(rawBytes: try vault.linkTarget(path)))
            throw CommandFailure(.failure, path: name, "is a symbolic link to '\(target)'")
        case .pipe, .socket, .characterDevice, .blockDevice:
            throw CommandFailure(.failure, path: name, "is a \(node.kindText)")
        }
    }

    static let outputDir = Option(
        "output-dir", value: .folder(), help: "Write into this folder, which is made if it is not there.")
}
