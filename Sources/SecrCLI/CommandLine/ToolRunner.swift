internal import Glibc
internal import SecrSystem

extension Tool {
    /// Parses the process's arguments, runs the command they name, and ends the process the way every tool does.
    ///
    /// Help, version and completions go to standard output. A command line that makes no sense ends with 64.
    public func run() -> Never {
        ProcessMemory.keepFreed()
        Interruption.startCatching()
        let status = execute(Self.processArguments)
        RawTerminal.restoreIfLeft()
        Interruption.reraise()
        // Nothing is left to be run or written at exit.
        _exit(status.rawValue)
    }

    private func execute(_ arguments: [[UInt8]]) -> ExitStatus {
        let console = Console(tool: name)
        var rest = arguments[...]
        let command = others.first { $0.name.map { Array($0.utf8) } == rest.first } ?? main
        if command.name != nil { rest = rest.dropFirst() }
        do throws(UsageError) {
            let parsed = try Arguments(Array(rest), options: options(of: command))
            if let text = try information(parsed, command) {
                console.line(text)
                return console.flush() ? .success : .failure
            }
            try check(parsed.operands.count, command)
            return try command.run(parsed)
        } catch {
            let asked = command.name.map { "\(name) \($0)" } ?? name
            console.error(error.message, hint: error.hint ?? "'\(asked) --help' lists what there is")
            return .usage
        }
    }

    private func check(_ count: Int, _ command: Command) throws(UsageError) {
        if command.arity.contains(count) { return }
        if count == 0 && command.operands.hasPrefix("FILE") { throw UsageError("no file given") }
        let usage = [name, command.name, command.operands].compactMap(\.self).joined(separator: " ")
        throw UsageError(count < command.arity.lowerBound ? "something is missing" : "too many operands", hint: usage)
    }

    /// What the tool says of itself when it is asked to.
    private func information(_ arguments: Arguments, _ command: Command) throws(UsageError) -> String? {
        if arguments.has(.help) { return help(for: command) }
        if arguments.has(.version) {
            let saysMore = command.options.contains { $0.long == "verbose" && arguments.has($0) }
            return (["\(name) \(version)"] + (saysMore ? details() : [])).joined(separator: "\n")
        }
        guard let shell = arguments.bytes(.completions) else { return nil }
        guard let script = Completions(tool: self).script(for: String(decoding: shell, as: UTF8.self)) else {
            throw UsageError("--completions takes bash, zsh or fish")
        }
        return script
    }

    /// The arguments of this process, without its name, as the bytes they are.
    private static var processArguments: [[UInt8]] {
        // Safe: `unsafeArgv` holds `argc` C strings for the life of the process.
        (1..<max(1, Int(CommandLine.argc))).compactMap { index in
            unsafe CommandLine.unsafeArgv[index].map { pointer in
                unsafe Array(UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)))
            }
        }
    }
}
