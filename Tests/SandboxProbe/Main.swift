import Foundation
import SecrScrub
import SecrScrubFiles
import SecrSystem
import SystemPackage

/// Tries from inside what a sandbox is there to prevent, for tests: prints a line for each attempt, and how it went.
///
///     sandbox-probe ordinary|least INSIDE OUTSIDE     a folder that may be used, and a file elsewhere
///     sandbox-probe worker HOW FILE...                scrubs while each worker does something bad: crash, loop, grow, exit,
///                                                     sleep, snoop, or nothing
@main
enum SandboxProbe {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count >= 4 else { exit(64) }
        switch arguments[1] {
        case "ordinary": tryFrom(.ordinary, inside: arguments[2], outside: arguments[3])
        case "least": tryFrom(.leastOfAll, inside: arguments[2], outside: arguments[3])
        case "worker": scrub(arguments[2], arguments[3...].map { FilePath($0) })
        default: exit(64)
        }
    }

    /// The process is alone until here: nothing has begun a thread.
    private static func tryFrom(_ calls: Sandbox.Calls, inside: String, outside: String) {
        let sandbox = Sandbox()
        sandbox.allow([.read, .write], of: FilePath(inside))
        print("complete:", sandbox.enter(calls).isComplete)
        for attempt in Attempt.all(inside: inside, outside: outside) { print(attempt.name + ":", attempt.outcome()) }
        fflush(nil)
    }

    private static func scrub(_ how: String, _ files: [FilePath]) {
        Interruption.startCatching()
        do {
            let scrubber = Scrubber()
            var scrubs = FileScrubber(scrubber: scrubber, destination: .beside)
            scrubs.workers = try ScrubWorkers.start(scrubber, seconds: 1, misbehave: misbehaviour(how))
            scrubs.run(Inputs(files, recursive: false)) { _, outcome in
                switch outcome.result {
                case .scrubbed: print("scrubbed")
                case .failed(let failure): print("\(failure.code.rawValue): \(failure.reason)")
                default: print("other")
                }
            }
        } catch {
            print("no workers: \(error)")
        }
        fflush(nil)
    }

    private static func misbehaviour(_ how: String) -> (@Sendable () -> Void)? {
        switch how {
        case "crash": { abort() }
        case "loop": { while true { _ = Int.random(in: 0...9) } }
        case "grow":
            {
                var held: [UnsafeMutableRawPointer] = []
                while let more = malloc(64 << 20) { held.append(more) }
                // As a library does that does not ask whether it got what it wanted.
                if held.count < 1_000 { abort() }
            }
        case "exit": { _exit(0) }
        case "sleep": { while true { usleep(1_000_000) } }
        case "snoop":
            {
                // Whatever works of what must not ends the worker, and so the test.
                let attempts = Attempt.all(inside: "/tmp", outside: "/etc/passwd").filter { $0.name != "a thread" }
                if attempts.contains(where: { $0.outcome() == "works" }) { abort() }
            }
        default: nil
        }
    }
}
