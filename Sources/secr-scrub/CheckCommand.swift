import SecrCLI
import SecrScrub
import SecrScrubFiles
import SystemPackage

struct CheckCommand {
    static let command = Command(
        "check", abstract: "Say whether anything would be removed: exit 0 if not, 3 if so.",
        operands: "FILE...", options: [.quiet] + Option.common
    ) { (arguments) throws(UsageError) in try CheckCommand(arguments).run() }

    private let operands: [FilePath]
    private let recursive: Bool
    private let scrubber: Scrubber
    private let console: Console
    private let isJSON: Bool
    private let isQuiet: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        operands = arguments.operands
        recursive = arguments.has(.recursive)
        scrubber = Scrubber(policy: try Policy(arguments))
        console = try Console(arguments)
        isJSON = arguments.has(.json)
        isQuiet = arguments.has(.quiet)
    }

    func run() -> ExitStatus {
        let inspector = FileInspector(scrubber: scrubber)
        var tally = Tally(console: console, json: isJSON)
        for (path, result) in Input.collect(operands, recursive: recursive) {
            tally.handle(path, result) { input throws(FileFailure) in
                let verdict = try inspector.isClean(input)
                if isJSON {
                    console.line(json(path, verdict.findings, verdict.limitations).text)
                } else if !isQuiet {
                    let dirty = Wording.classes(verdict.findings.filter { $0.action != .kept })
                    console.line([.name(path), .text(verdict.isClean ? ": clean" : ": not clean: \(dirty)")])
                    console.line(console.styled("  stays: " + Wording.limitations(verdict.limitations), .faint))
                }
                return verdict.isClean
            }
        }
        return tally.status
    }

    private func json(_ path: FilePath?, _ findings: [Finding], _ limitations: [Limitation]) -> JSON {
        .object([
            ("type", "file"), ("path", JSON(path)), ("clean", .boolean(findings.isClean)),
            ("findings", .array(findings.map(Wording.json))),
            ("remains", .array(limitations.map { .string($0.description) })),
        ])
    }
}
