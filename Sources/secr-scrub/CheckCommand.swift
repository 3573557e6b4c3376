import SecrCLI
import SecrScrub
import SecrScrubFiles
import SystemPackage

enum CheckCommand {
    static let command = Command(
        "check", abstract: "Say whether anything would be removed: exit 0 if not, 3 if so.", operands: "FILE...",
        arity: 0...Int.max, options: [.print0, .quiet] + Option.common
    ) { (arguments) throws(UsageError) in
        let survey = try Survey(arguments, areScrubbed: true)
        let isQuiet = arguments.has(.quiet)
        let printsNames = arguments.has(.print0)
        if printsNames && survey.isJSON { throw UsageError("--print0 and --json exclude each other") }
        if printsNames && arguments.operands.contains("-") { throw UsageError("standard input has no name") }
        return survey.run { (input, inspector) throws(FileFailure) in
            let verdict = try inspector.check(input)
            if printsNames {
                if let path = input.path, !verdict.isClean { survey.console.terminated(path) }
            } else if survey.isJSON {
                survey.console.line(json(input.path, verdict).text)
            } else if !isQuiet {
                print(input.path, verdict, on: survey.console)
            }
            return verdict.isClean && !verdict.limitations.contains(where: \.isOpaque)
        }
    }

    private static func print(_ path: FilePath?, _ verdict: FileInspector.Verdict, on console: Console) {
        let dirty = Wording.list([
            Wording.classes(verdict.findings.filter { $0.action != .kept }), Wording.attributes(verdict.attributes),
        ])
        console.line([.name(path), .text(verdict.isClean ? ": clean" : ": not clean: \(dirty)")])
        console.line(console.styled("  stays: " + Wording.limitations(verdict.limitations), .faint))
    }

    private static func json(_ path: FilePath?, _ verdict: FileInspector.Verdict) -> JSON {
        .object([
            ("type", "file"), ("path", JSON(path)), ("clean", .boolean(verdict.isClean)),
            ("findings", .array(verdict.findings.map(Wording.json))),
            ("attributes", .array(verdict.attributes.map(Wording.json))),
            ("remains", .array(verdict.limitations.map { .string($0.description) })),
        ])
    }
}
