import SecrCLI
import SecrScrub
import SecrScrubFiles
import SecrSystem
import SystemPackage

/// What `show` and `check` have in common: a question is asked of each file, and nothing is written.
struct Survey {
    let console: Console
    let inspector: FileInspector
    let isJSON: Bool
    private let operands: [FilePath]
    private let recursive: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        console = try Console(arguments)
        inspector = FileInspector(scrubber: Scrubber(policy: try Policy(arguments)))
        isJSON = arguments.has(.json)
        operands = arguments.operands
        recursive = arguments.has(.recursive)
    }

    /// - Parameter isWell: prints what there is to say of a file; returns whether all is well with it.
    func run(_ isWell: (Input) throws(FileFailure) -> Bool) -> ExitStatus {
        var hasFailed = false
        var hasRemains = false
        for (path, input) in Input.collect(operands, recursive: recursive) {
            do throws(FileFailure) {
                if try !isWell(input.get()) { hasRemains = true }
            } catch {
                if Interruption.isRequested { return .interrupted }
                if error.isSkip(of: try? input.get()) {
                    hasRemains = true
                    console.warning(path, "skipped: \(error.reason)")
                } else {
                    hasFailed = true
                    console.error(path, error.reason, hint: error.hint)
                }
                if isJSON { console.line(Wording.json(path, error)) }
            }
        }
        guard console.flush() else { return .failure }
        return hasFailed ? .failure : hasRemains ? .remains : .success
    }
}
