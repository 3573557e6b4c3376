import ArgumentParser
import SecrCLI
import SecrScrub
import SecrScrubFiles
import SecrSystem
import SystemPackage

struct ScrubCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scrub",
        abstract: "Remove what a picture tells beside what it shows, without changing a pixel.",
        usage: """
            secr-scrub [<options>] <file> ...
            secr-scrub show [<options>] <file> ...
            secr-scrub check [<options>] <file> ...
            """,
        discussion: """
            Writes NAME.scrubbed.EXT beside each JPEG picture; '-' is standard input and output. 'secr-scrub show' tells \
            what a file gives away, 'secr-scrub check' whether anything would be removed. secr-scrub(1) explains the \
            rest, with examples.
            """
    )

    @Argument(help: "Pictures, folders with -r, or - for standard input.")
    var file: [PathArgument]

    @Option(name: .shortAndLong, help: ArgumentHelp("Write to this file; - is standard output.", valueName: "file"))
    var output: PathArgument?

    @Option(help: ArgumentHelp("Write under the same names into this folder.", valueName: "folder"))
    var outputDir: PathArgument?

    @Flag(help: "Replace the originals.")
    var inPlace = false

    @Flag(name: .shortAndLong, help: "Overwrite existing outputs.")
    var force = false

    @Flag(name: .shortAndLong, help: "Work on everything inside folders.")
    var recursive = false

    @Flag(name: [.customShort("n"), .long], help: "Say what would be done, and write nothing.")
    var dryRun = false

    @Option(name: .shortAndLong, help: ArgumentHelp("Work on this many files at once (default: one per processor).", valueName: "number"))
    var jobs: Int?

    @Option(help: ArgumentHelp("Compare input and output by: contract or decode.", valueName: "how"))
    var verify = Scrubber.Verification.contract

    @Flag(help: "Turn the picture itself, without loss, instead of keeping its orientation.")
    var bakeOrientation = false

    @Flag(name: .shortAndLong, help: "List what is removed and what stays.")
    var verbose = false

    @OptionGroup var policy: PolicyOptions
    @OptionGroup var speech: OutputOptions

    func validate() throws {
        let places = [output != nil, outputDir != nil, inPlace].count(where: { $0 })
        if places > 1 { throw ValidationError("--output, --output-dir and --in-place exclude each other") }
        if file.count(where: { $0.path == "-" }) > 1 { throw ValidationError("standard input can be read only once") }
        if output != nil && (file.count > 1 || recursive) {
            throw ValidationError("--output takes a single file; --output-dir takes many")
        }
        if let jobs, jobs < 1 { throw ValidationError("--jobs takes a number from 1 on") }
        guard file.contains(where: { $0.path == "-" }) else { return }
        if inPlace { throw ValidationError("standard input can't be replaced in place") }
        if outputDir != nil { throw ValidationError("standard input has no name to write under; use --output") }
    }

    func run() throws {
        let console = speech.console
        if writesToOutput && Console.outputIsTerminal && !dryRun {
            console.error("a picture is not for a terminal", hint: "-o writes it to a file")
            throw ExitStatus.usage
        }
        let collected = Input.collect(file.map(\.path), recursive: recursive, skipping: outputDir?.path)
        let inputs = collected.compactMap { try? $0.1.get() }
        var report = ScrubReport(console: console, options: self, total: collected.count)
        for (path, result) in collected {
            if case .failure(let failure) = result { report.add(FileOutcome(path: path, failure: failure)) }
        }
        files.run(inputs, progress: { console.progress($0, of: inputs.count) }) { report.add($0) }
        throw report.finish()
    }

    private var files: FileScrubber {
        var files = FileScrubber(
            scrubber: Scrubber(policy: policy.value, verification: verify, bakesOrientation: bakeOrientation),
            destination: destination)
        files.overwrites = force
        files.isDryRun = dryRun
        if let jobs { files.jobs = jobs }
        return files
    }

    private var destination: Destination {
        if inPlace { return .inPlace }
        if let outputDir { return .folder(outputDir.path) }
        if let output { return output.path == "-" ? .standardOutput : .file(output.path) }
        return .beside
    }

    /// Whether a picture, and therefore no report, goes to standard output.
    var writesToOutput: Bool {
        output?.path == "-" || (output == nil && file.contains { $0.path == "-" })
    }
}
