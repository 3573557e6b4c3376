import SecrCLI
import SecrScrub
import SecrScrubFiles
import SecrSystem
import SystemPackage

/// What `show` and `check` have in common: a question is asked of each file, and nothing is written.
struct Survey {
    let console: Console
    private var scrubber: Scrubber
    private let passwords: DocumentPasswords
    let isJSON: Bool
    private let operands: [FilePath]
    private let recursive: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        console = try Console(arguments)
        scrubber = Scrubber(policy: try Policy(arguments))
        scrubber.keepsPassword = arguments.has(.keepPassword)
        passwords = try DocumentPasswords(arguments, console: console)
        isJSON = arguments.has(.json)
        operands = arguments.operands
        recursive = arguments.has(.recursive)
    }

    /// - Parameter question: prints what there is to say of a file; returns whether all is well with it.
    func run(_ question: (Input, FileInspector) throws(FileFailure) -> Bool) -> ExitStatus {
        var inspector = FileInspector(scrubber: scrubber)
        let confinement = Confinement(operands: operands, destination: nil, passwords: passwords, console: console)
        do { inspector.workers = try confinement.enter(&inspector.scrubber) } catch { return .failure }
        var failures: [FileFailure] = []
        var hasRemains = false
        for (path, input) in Input.collect(operands, recursive: recursive) {
            do throws(FileFailure) {
                if try !answer(input.get(), inspector, question) { hasRemains = true }
            } catch {
                if Interruption.isRequested { return .interrupted }
                if error.isSkip(of: try? input.get()) {
                    hasRemains = true
                    console.warning(path, "skipped: \(error.reason)")
                } else {
                    failures.append(error)
                    console.error(path, error.reason, hint: error.hint)
                }
                if isJSON { console.line(Wording.json(path, error)) }
            }
        }
        guard console.flush() else { return .failure }
        return failures.isEmpty ? hasRemains ? .remains : .success : ExitStatus(failures)
    }

    /// Asks for a password where one is missing.
    private func answer(
        _ input: Input, _ inspector: FileInspector, _ question: (Input, FileInspector) throws(FileFailure) -> Bool
    ) throws(FileFailure) -> Bool {
        do {
            return try question(input, inspector)
        } catch {
            return try passwords.ask(input.path, after: error) { (typed) throws(FileFailure) in
                var other = inspector
                other.scrubber.password = typed
                return try question(input, other)
            }
        }
    }
}

extension ExitStatus {
    /// Of a command to which some files failed.
    init(_ failures: [FileFailure]) {
        self = failures.allSatisfy { $0.code == .password } ? .wrongKey : .failure
    }
}
