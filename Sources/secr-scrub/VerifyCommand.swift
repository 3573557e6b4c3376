import SecrCLI
import SecrScrubFiles
import SecrSystem
import SystemPackage

/// What `--receipt` has written is looked at again.
enum VerifyCommand {
    static let command = Command(
        "verify", abstract: "Say whether a receipt is that of an input and its output: exit 0 if so, 13 if not.",
        operands: "INPUT OUTPUT RECEIPT", arity: 3...3,
        discussion: """
            Works out again, by code that has nothing to do with what scrubs, everything that the receipt says, and \
            fails on any difference.
            """,
        options: [.quiet, .json, .color]
    ) { (arguments) throws(UsageError) in
        if arguments.operands.contains("-") { throw UsageError("standard input has no name") }
        return try VerifyCommand.run(
            arguments.operands, Console(arguments), isJSON: arguments.has(.json), isQuiet: arguments.has(.quiet))
    }

    private static func run(_ operands: [FilePath], _ console: Console, isJSON: Bool, isQuiet: Bool) -> ExitStatus {
        do throws(FileFailure) {
            Confinement.enter(
                try .forScrubbing(operands, destination: nil, isDryRun: false, asks: false), console)
        } catch {
            console.error(error.reason, hint: error.hint)
            return .failure
        }
        var files: [OpenInput] = []
        var place = operands[0]
        let verdict: ReceiptVerdict
        do throws(FileFailure) {
            for operand in operands {
                place = operand
                files.append(try OpenInput(Input(named: operand)))
            }
            verdict = try ReceiptVerdict(files[0], files[1], files[2])
        } catch {
            if Interruption.isRequested { return .interrupted }
            // What hints say is for those who scrub.
            console.error(place, error.reason)
            if isJSON { console.line(Wording.json(place, error)) }
            console.flush()
            return .failure
        }
        if isJSON { console.line(json(verdict).text) }
        switch verdict {
        case .verified:
            if !isJSON && !isQuiet { console.line([.name(operands[1]), .text(": verified")]) }
        case .differs(let subject, let reason, let offset):
            let told = subject == .input ? operands[0] : subject == .output ? operands[1] : operands[2]
            console.error(told, "\(subject.rawValue): \(reason)" + (offset.map { " (at byte \($0))" } ?? ""))
        }
        return console.flush() ? verdict == .verified ? .success : .damaged : .failure
    }

    private static func json(_ verdict: ReceiptVerdict) -> JSON {
        guard case .differs(let subject, let reason, let offset) = verdict else {
            return .object([("type", "receipt"), ("verified", true)])
        }
        return .object([
            ("type", "receipt"), ("verified", false), ("differs", .string(subject.rawValue)),
            ("message", .string(reason)), ("offset", offset.map { .integer($0) } ?? .null),
        ])
    }
}
