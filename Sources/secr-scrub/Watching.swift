import SecrCLI
import SecrScrub
import SecrScrubFiles
import SecrSystem
import SystemPackage

extension ScrubCommand {
    static let watch = Option(
        "watch", value: .folder(), help: "Scrub what is in this folder, and then whatever comes into it.")

    /// The folder to watch.
    static func watched(_ arguments: Arguments, _ destination: Destination) throws(UsageError) -> FilePath? {
        guard let folder = try arguments.path(watch) else { return nil }
        if !arguments.operands.isEmpty || arguments.has(.files0From) {
            throw UsageError("--watch takes the place of file names", hint: "leave out one of the two")
        }
        switch destination {
        case .file, .standardOutput: throw UsageError("--output takes a single file", hint: "--output-dir takes many")
        case .beside, .folder, .inPlace: break
        }
        if arguments.has(dryRun) { throw UsageError("--watch and --dry-run exclude each other") }
        if arguments.has(.keepPassword) && destination != .inPlace {
            throw UsageError("what --keep-password encrypts is different each time", hint: "--in-place watches it")
        }
        return folder
    }

    /// Goes on until a signal comes.
    func watch(_ folder: FilePath, _ files: FileScrubber, _ report: ScrubReport) throws(UsageError) -> ExitStatus {
        var report = report
        do throws(FileFailure) {
            let watched = try WatchedFolder(files, folder, recursive: recursive)
            try watched.run { outcome in
                report.add(outcome)
            } pause: {
                console.flush()
            }
        } catch {
            if error.code == .usage {
                throw UsageError("'\(SafeText.escape(folder))': \(error.reason)", hint: error.hint)
            }
            console.error(folder, error.reason, hint: error.hint)
            return .failure
        }
        return .interrupted
    }
}
