import SecrCLI
import SecrScrub
import SecrScrubFiles
import SecrSystem
import SystemPackage

/// What this tool gives up before it reads the first file that somebody else made.
struct Confinement {
    var operands: [FilePath]
    /// Whether operands are all files that are read, and only to be scrubbed.
    var areScrubbed: Bool
    /// `nil` where there are no results.
    var destination: Destination?
    /// Where something is told of them.
    var receipt: FilePath?
    var isDryRun = false
    var passwords: DocumentPasswords
    var console: Console

    /// Gives it up, and puts into `scrubber` the password that a file holds, which can't be read afterwards.
    ///
    /// - Returns: processes for files that this one is not to read.
    /// - Throws: what has been told already.
    func enter(_ scrubber: inout Scrubber) throws(FileFailure) -> ScrubWorkers {
        let workers: ScrubWorkers
        let sandbox: Sandbox
        do throws(FileFailure) {
            // Before there is a secret in memory, of which they would have a copy.
            workers = try .start(scrubber, for: areScrubbed ? operands : nil)
            sandbox = try .forScrubbing(
                operands, destination: destination, receipt: receipt, isDryRun: isDryRun, asks: passwords.canAsk)
        } catch {
            console.error(error.reason, hint: error.hint)
            throw error
        }
        scrubber.password = try passwords.read()
        Self.enter(sandbox, console)
        return workers
    }

    /// Gives up all but what a sandbox allows, and warns where the kernel can't take it.
    static func enter(_ sandbox: Sandbox, _ console: Console) {
        let protection = sandbox.enter(.ordinary)
        if !protection.isComplete {
            console.warning("the sandbox is incomplete here: \(describe(protection).joined(separator: ", "))")
        }
    }

    /// For `--version --verbose`.
    static func details() -> [String] { describe(Sandbox.support).map { "sandbox: \($0)" } }

    private static func describe(_ protection: Sandbox.Protection) -> [String] {
        [
            protection.landlock > 0
                ? "files guarded by Landlock \(protection.landlock)"
                : "files not guarded, since this kernel has no Landlock",
            protection.filtersCalls
                ? "system calls filtered by seccomp"
                : "system calls not filtered, since this kernel has no seccomp",
        ]
    }
}
