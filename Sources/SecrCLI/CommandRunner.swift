public import ArgumentParser
internal import Glibc
internal import SecrSystem

extension ParsableCommand {
    /// Parses, runs and ends the process the way every tool of this package does.
    ///
    /// Help and version go to standard output. A command line that makes no sense ends with 64; a run ends with the
    /// `ExitStatus` that it throws, or with 0.
    public static func runAsTool(_ arguments: [String]) -> Never {
        Interruption.startCatching()
        do {
            var command = try parseAsRoot(arguments)
            try command.run()
            finish(.success)
        } catch let status as ExitStatus {
            finish(status)
        } catch {
            let console = Console(tool: _commandName)
            if exitCode(for: error).isSuccess {
                console.line(fullMessage(for: error))
                finish(console.flush() ? .success : .failure)
            }
            console.error(message(for: error), hint: "'\(_commandName) --help' lists what there is")
            finish(.usage)
        }
    }

    private static func finish(_ status: ExitStatus) -> Never {
        Interruption.reraise()
        Glibc.exit(status.rawValue)
    }
}

extension ExitStatus: Error {}
