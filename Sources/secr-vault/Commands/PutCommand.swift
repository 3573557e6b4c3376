import SecrCLI
import SecrScrub
import SecrScrubFiles
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

enum PutCommand {
    static let to = Option("to", short: "t", value: .text("PATH"), help: "Put into this folder of the vault.")
    static let named = Option(
        "as", value: .text("NAME"), help: "Give the one file this name; standard input needs one.")
    static let xattrs = Option("xattrs", help: "Keep extended attributes, too.")

    static let scrub = Option(
        "scrub", help: "Remove what pictures tell beside what they show; files that can't be scrubbed are left out.")

    static let command = Command(
        "put", abstract: "Put files and folders into a vault.", operands: "VAULT FILE...", arity: 2...Int.max,
        discussion: """
            Each keeps its name, its date and its mode; '-' is standard input. When the command ends, what it put is \
            on the disk. The originals stay where they are.
            """,
        options: [to, named, scrub, .recursive, .force, xattrs, .json, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        let sources = Array(arguments.operands.dropFirst())
        let roots = try roots(sources, arguments)
        return console.attempt(vault: access.path) {
            // What reads documents must not have the vault's keys: it is split off while there are none.
            let scrub = arguments.has(scrub) ? try scrubber() : nil
            let vault = try access.open()
            let meter = ProgressMeter(console, "putting", total: total(sources, arguments))
            let tree = LocalTree(
                roots, recursive: arguments.has(.recursive), keepsAttributes: arguments.has(xattrs), meter: meter,
                scrub: scrub)
            let result = try vault.put(overwrites: arguments.has(.force), now: { WallClock.now }) { try tree.next() }
            var status = ExitStatus.success
            for problem in tree.problems { status = status.joined(console.report(problem)) }
            for (path, error) in result.failures {
                status = status.joined(
                    console.report(CommandFailure(error, reading: nil, vault: FilePath(rawBytes: path.bytes))))
            }
            report(result, arguments, console)
            if let failure = vault.checkpointFailure {
                let reason = CommandFailure(failure, reading: nil, vault: access.path).reason
                console.warning("the index could not be packed: \(reason)")
            }
            return status
        }
    }

    /// As `secr-scrub` does it without options.
    private static func scrubber() throws(CommandFailure) -> @Sendable (FilePath, Bool) throws -> FileSource {
        var files = FileScrubber(scrubber: Scrubber(), destination: .beside)
        do throws(FileFailure) {
            files.workers = try .start(files.scrubber)
        } catch {
            throw CommandFailure(.failure, path: nil, error.reason)
        }
        return { [files] path, isNamed in
            let input = Input(path: path, relative: path, isDiscovered: !isNamed)
            do throws(FileFailure) {
                return try files.scrubIntoMemory(input)
            } catch {
                let status: ExitStatus = error.isSkip(of: input) ? .remains : .failure
                throw CommandFailure(status, path: path, "left out: \(error.reason)")
            }
        }
    }

    private static func report(_ result: Vault.PutResult, _ arguments: Arguments, _ console: Console) {
        if arguments.has(.json) {
            console.line(
                JSON.object([("type", "put"), ("items", .integer(result.files)), ("bytes", .integer(result.bytes))])
                    .text)
        } else if result.files > 1 {
            console.note([.text("\(result.files) files and folders, \(ByteCount.text(result.bytes))")])
        }
    }

    /// Where each operand goes.
    private static func roots(
        _ sources: [FilePath], _ arguments: Arguments
    ) throws(UsageError) -> [(local: FilePath, inner: VaultPath)] {
        let folder = try innerPath(arguments, to) ?? .top
        let name = arguments.bytes(named)
        if name != nil && sources.count > 1 { throw UsageError("--as names one file, and there are more") }
        if sources.count(where: { $0 == "-" }) > 1 { throw UsageError("standard input can be read only once") }
        var roots: [(local: FilePath, inner: VaultPath)] = []
        for source in sources {
            guard let name = name ?? baseName(source) else {
                if source == "-" { throw UsageError("standard input has no name", hint: "--as gives it one") }
                // A folder such as "." or "..": what is in it goes into the target itself.
                roots.append((source, folder))
                continue
            }
            do {
                roots.append((source, try folder.appending(name)))
            } catch {
                throw UsageError("'\(SafeText.escape(FilePath(rawBytes: name)))' can't be a name in a vault")
            }
        }
        return roots
    }

    private static func baseName(_ path: FilePath) -> [UInt8]? {
        guard path != "-", let last = path.lastComponent, last.kind == .regular else { return nil }
        return FilePath(root: nil, [last]).rawBytes
    }

    static func innerPath(_ arguments: Arguments, _ option: Option) throws(UsageError) -> VaultPath? {
        guard let bytes = arguments.bytes(option) else { return nil }
        do {
            return try VaultPath(bytes)
        } catch {
            throw UsageError("--\(option.long) takes a path in the vault")
        }
    }

    /// Known where there are only files.
    private static func total(_ sources: [FilePath], _ arguments: Arguments) -> Int? {
        var total = 0
        for source in sources {
            guard source != "-", let status = try? FileStatus.of(source, followSymlinks: false),
                status.kind == .regular
            else { return nil }
            total += status.size
        }
        return total
    }
}
