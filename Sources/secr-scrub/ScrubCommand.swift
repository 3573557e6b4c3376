import SecrCLI
import SecrScrub
import SecrScrubFiles
import SecrSystem
import SystemPackage

/// The command that runs when none is named.
struct ScrubCommand {
    static let command = Command(
        nil,
        abstract: "Remove what a picture, a video or a document tells beside what it shows, without changing a pixel.",
        operands: "FILE...", arity: 0...Int.max,
        discussion: """
            Writes NAME.scrubbed.EXT beside each picture, video or document; '-' is standard input and output. \
            'show' tells what a file gives away, 'check' whether anything would be removed.
            """,
        options: [
            output, outputDir, inPlace, watch, rename, resume, force, dryRun, jobs, zeroTimes, verify, bakeOrientation,
            faststart,
            dropHidden,
            breakSignatures, receipt, verbose, .print0,
            .quiet,
        ]
            + Option.common
    ) { (arguments) throws(UsageError) in try ScrubCommand(arguments).run() }

    private static let output = Option(
        "output", short: "o", value: .file(), help: "Write to this file; - is standard output.")
    private static let outputDir = Option(
        "output-dir", value: .folder(), help: "Write under the same names into this folder.")
    private static let inPlace = Option("in-place", help: "Replace the originals.")
    private static let rename = Option(
        "rename", value: .choice("HOW", of: Naming.allCases.map(\.rawValue)),
        help: "Call outputs by their content or by the day they were taken, not as their originals.")
    private static let resume = Option(
        "resume", help: "Pass over inputs whose output is there already, such as after an interruption.")
    private static let force = Option("force", short: "f", help: "Overwrite existing outputs.")
    static let dryRun = Option("dry-run", short: "n", help: "Say what would be done, and write nothing.")
    private static let jobs = Option(
        "jobs", short: "j", value: .text("NUMBER"),
        help: "Work on this many files at once; one more than there are processors by default.")
    private static let zeroTimes = Option(
        "zero-times", help: "Let outputs say that they were changed and read at the beginning of 1970.")
    private static let verify = Option(
        "verify", value: .choice("HOW", of: Scrubber.Verification.allCases.map(\.rawValue)),
        help: "How input and output are compared before the output appears.")
    private static let bakeOrientation = Option(
        "bake-orientation", help: "Turn the picture itself, without loss, instead of keeping its orientation.")
    private static let faststart = Option(
        "faststart", help: "Put the tables of a video in front, so that it plays while it loads.")
    private static let dropHidden = Option(
        "drop-hidden", help: "Take away what was cut off a video and is still there, where nothing shown needs it.")
    private static let breakSignatures = Option(
        "break-signatures", help: "Take the signatures of a document away, since any change breaks them.")
    private static let verbose = Option("verbose", short: "v", help: "List what is removed and what stays.")

    private let operands: [FilePath]
    /// What is watched, instead of operands.
    private let folder: FilePath?
    let recursive: Bool
    private let files: FileScrubber
    let console: Console
    private let passwords: DocumentPasswords
    /// How results are told.
    let style: ScrubReport.Style

    init(_ arguments: Arguments) throws(UsageError) {
        let readsInput = arguments.operands.contains("-")
        let destination = try Self.destination(arguments, readsInput: readsInput)
        folder = try Self.watched(arguments, destination)
        operands = folder == nil ? try arguments.files() : []
        recursive = arguments.has(.recursive)
        if operands.count(where: { $0 == "-" }) > 1 { throw UsageError("standard input can be read only once") }
        if case .file = destination, operands.count > 1 || recursive {
            throw UsageError("--output takes a single file", hint: "--output-dir takes many")
        }
        let policy = try Policy(arguments)
        if arguments.has(Self.bakeOrientation), let kept = policy.keep.first {
            throw UsageError("--bake-orientation and --keep \(kept.rawValue) exclude each other")
        }
        var scrubber = Scrubber(
            policy: policy,
            verification: try arguments.words(Self.verify, as: Scrubber.Verification.self).last ?? .contract,
            bakesOrientation: arguments.has(Self.bakeOrientation))
        scrubber.putsTablesFirst = arguments.has(Self.faststart)
        scrubber.dropsHidden = arguments.has(Self.dropHidden)
        scrubber.keepsPassword = arguments.has(.keepPassword)
        scrubber.breaksSignatures = arguments.has(Self.breakSignatures)
        var files = FileScrubber(scrubber: scrubber, destination: destination)
        files.naming = try Self.naming(arguments, destination, readsInput: readsInput)
        files.overwrites = arguments.has(Self.force)
        files.resumes = try Self.resumes(arguments, destination, readsInput: readsInput)
        files.isDryRun = arguments.has(Self.dryRun)
        files.receipt = try Self.receipt(
            arguments, destination, policy,
            excluding: [
                Self.inPlace, Self.watch, Self.resume, Self.rename, Self.dryRun, Self.bakeOrientation, Self.dropHidden,
            ],
            deciding: [Self.faststart])
        files.zeroesTimes = arguments.has(Self.zeroTimes)
        if let jobs = try arguments.number(Self.jobs, from: 1) { files.jobs = jobs }
        self.files = files
        console = try Console(arguments)
        passwords = try DocumentPasswords(arguments, console: console)
        let writesToOutput = destination == .standardOutput || (destination == .beside && readsInput)
        if writesToOutput && files.zeroesTimes {
            throw UsageError("standard output has no times", hint: "--output names a file")
        }
        style = ScrubReport.Style(
            isJSON: arguments.has(.json), isQuiet: arguments.has(.quiet), isVerbose: arguments.has(Self.verbose),
            isDryRun: files.isDryRun, printsNames: try Self.printsNames(arguments, writesToOutput),
            outputIsTaken: writesToOutput)
    }

    private static func destination(_ arguments: Arguments, readsInput: Bool) throws(UsageError) -> Destination {
        let file = try arguments.path(output)
        let folder = try arguments.path(outputDir)
        guard [file != nil, folder != nil, arguments.has(inPlace)].count(where: { $0 }) <= 1 else {
            throw UsageError("--output, --output-dir and --in-place exclude each other")
        }
        if readsInput && arguments.has(inPlace) { throw UsageError("standard input can't be replaced in place") }
        if readsInput && folder != nil {
            throw UsageError("standard input has no name", hint: "--output gives the result one")
        }
        if arguments.has(inPlace) { return .inPlace }
        if let folder { return .folder(folder) }
        if let file { return file == "-" ? .standardOutput : .file(file) }
        return .beside
    }

    private static func naming(
        _ arguments: Arguments, _ destination: Destination, readsInput: Bool
    ) throws(UsageError) -> Naming {
        let naming = try arguments.words(rename, as: Naming.self).last ?? .none
        if naming == .none { return .none }
        switch destination {
        case .file, .standardOutput:
            throw UsageError("--output says what the result is called", hint: "--output-dir leaves that to --rename")
        case .beside, .folder, .inPlace: break
        }
        if readsInput { throw UsageError("standard output has no name", hint: "--rename takes files") }
        if arguments.has(force) {
            throw UsageError("--rename overwrites nothing", hint: "leave out --force")
        }
        return naming
    }

    private static func resumes(
        _ arguments: Arguments, _ destination: Destination, readsInput: Bool
    ) throws(UsageError) -> Bool {
        guard arguments.has(resume) else { return false }
        switch destination {
        case .inPlace: throw UsageError("--in-place passes over clean files already", hint: "leave out --resume")
        case .file, .standardOutput: throw UsageError("--output writes a single file", hint: "leave out --resume")
        case .beside, .folder: break
        }
        if readsInput { throw UsageError("standard input can't be read again", hint: "leave out --resume") }
        if arguments.has(.keepPassword) {
            throw UsageError("what --keep-password encrypts is different each time", hint: "leave out --resume")
        }
        return true
    }

    private static func printsNames(_ arguments: Arguments, _ outputIsTaken: Bool) throws(UsageError) -> Bool {
        guard arguments.has(.print0) else { return false }
        for other in [Option.json, verbose, dryRun] where arguments.has(other) {
            throw UsageError("--print0 and --\(other.long) exclude each other")
        }
        if outputIsTaken { throw UsageError("--print0 and a result on standard output exclude each other") }
        return true
    }

    func run() throws(UsageError) -> ExitStatus {
        if style.outputIsTaken && Console.outputIsTerminal && !style.isDryRun {
            throw UsageError("a picture is not for a terminal", hint: "-o writes it to a file")
        }
        var files = files
        let confinement = Confinement(
            operands: self.folder.map { [$0] } ?? operands, areScrubbed: files.naming != .date,
            destination: files.destination, receipt: files.receipt?.path, isDryRun: files.isDryRun,
            passwords: passwords, console: console)
        do { files.workers = try confinement.enter(&files.scrubber) } catch { return .failure }
        var folder: FilePath?
        if case .folder(let path) = files.destination { folder = path }
        let inputs = Inputs(operands, recursive: recursive, skipping: folder)
        var report = ScrubReport(console: console, style: style)
        if let watchedFolder = self.folder { return try watch(watchedFolder, files, report) }
        var locked: [(Input, FileOutcome)] = []
        files.run(inputs) { (input, outcome) in
            if outcome.failure?.code == .password, let input, passwords.canAsk {
                locked.append((input, outcome))
            } else {
                report.add(outcome)
            }
            console.progress(report.total + locked.count, of: inputs.count)
        }
        for (input, outcome) in locked { report.add(again(input, outcome, files)) }
        // The signal that stopped the work is what the shell is told.
        if Interruption.isRequested { return .interrupted }
        return report.finish()
    }

    /// Asks for the password of a document, and tries again.
    private func again(_ input: Input, _ outcome: FileOutcome, _ files: FileScrubber) -> FileOutcome {
        guard let failure = outcome.failure, let path = input.path else { return outcome }
        let result = Result { () throws(FileFailure) in
            try passwords.ask(path, after: failure) { (typed) throws(FileFailure) in
                var (files, outcome) = (files, outcome)
                files.scrubber.password = typed
                files.run(Inputs([path], recursive: false)) { outcome = $1 }
                if let failure = outcome.failure { throw failure }
                return outcome
            }
        }
        switch result {
        case .success(let outcome): return outcome
        case .failure(let failure): return FileOutcome(path: path, result: .failed(failure))
        }
    }
}
