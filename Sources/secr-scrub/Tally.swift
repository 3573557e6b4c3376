import SecrCLI
import SecrScrubFiles
import SecrSystem
import SystemPackage

/// Runs a question over many files and remembers how the command ends.
struct Tally {
    private let console: Console
    private let json: Bool
    private var hasFailed = false
    private var hasRemains = false

    init(console: Console, json: Bool) {
        self.console = console
        self.json = json
    }

    /// - Parameter body: returns whether all is well with a file.
    mutating func handle(
        _ path: FilePath?, _ input: Result<Input, FileFailure>, _ body: (Input) throws(FileFailure) -> Bool
    ) {
        if Interruption.isRequested { return }
        do throws(FileFailure) {
            if try !body(input.get()) { hasRemains = true }
        } catch {
            let isDiscovered = (try? input.get())?.isDiscovered ?? false
            if error.code == "skipped" || (isDiscovered && error.code == "unsupported") {
                hasRemains = true
                console.warning(path, "skipped: \(error.reason)")
            } else {
                hasFailed = true
                console.error(path, error.reason, hint: error.hint)
            }
            if json {
                console.line(
                    JSON.object([("type", "file"), ("path", JSON(path)), ("error", Wording.json(error))]).text)
            }
        }
    }

    var status: ExitStatus {
        guard console.flush() else { return .failure }
        return hasFailed ? .failure : hasRemains ? .remains : .success
    }
}
