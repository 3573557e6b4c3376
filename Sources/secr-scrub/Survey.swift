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

    private let areScrubbed: Bool

    /// - Parameter areScrubbed: whether the question is what scrubbing would do, and not what files say.
    init(_ arguments: Arguments, areScrubbed: Bool) throws(UsageError) {
        self.areScrubbed = areScrubbed
        console = try Console(arguments)
        scrubber = Scrubber(policy: try Policy(arguments))
        scrubber.keepsPassword = arguments.has(.keepPassword)
        passwords = try DocumentPasswords(arguments, console: console)
        isJSON = arguments.has(.json)
        operands = try arguments.files()
        recursive = arguments.has(.recursive)
    }

    /// - Parameter question: prints what there is to say of a file; returns whether all is well with it.
    func run(_ question: (Input, FileInspector) throws(FileFailure) -> Bool) -> ExitStatus {
        var inspector = FileInspector(scrubber: scrubber)
        let confinement = Confinement(
            operands: operands, areScrubbed: areScrubbed, destination: nil, passwords: passwords, console: console)
        do { inspector.workers = try confinement.enter(&inspector.scrubber) } catch { return .failure }
        var (failed, locked) = (0, 0)
        var hasRemains = false
        for element in Inputs(operands, recursive: recursive) {
            let (path, input) = (element.path, element.input)
            do throws(FileFailure) {
                if try !answer(input.get(), inspector, question) { hasRemains = true }
            } catch {
                if Interruption.isRequested { return .interrupted }
                if error.isSkip(of: try? input.get()) {
                    hasRemains = true
                    console.warning(path, "skipped: \(error.reason)")
                } else {
                    failed += 1
                    if error.code == .password { locked += 1 }
                    console.error(path, error.reason, hint: error.hint)
                }
                if isJSON { console.line(Wording.json(path, error)) }
            }
            if isJSON { console.flush() }
        }
        guard console.flush() else { return .failure }
        return failed == 0 ? hasRemains ? .remains : .success : ExitStatus(failed: failed, locked: locked)
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
    ///
    /// - Parameter locked: those of them that failed for want of a password.
    init(failed: Int, locked: Int) {
        self = failed == locked ? .wrongKey : .failure
    }
}
