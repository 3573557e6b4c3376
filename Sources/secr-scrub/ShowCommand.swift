import SecrCLI
import SecrScrub
import SecrScrubFiles
import SystemPackage

struct ShowCommand {
    static let command = Command(
        "show", abstract: "Tell what pictures give away: where, when, who, with which device.", operands: "FILE...",
        options: Option.common
    ) { (arguments) throws(UsageError) in try ShowCommand(arguments).run() }

    private let operands: [FilePath]
    private let recursive: Bool
    private let scrubber: Scrubber
    private let console: Console
    private let isJSON: Bool

    init(_ arguments: Arguments) throws(UsageError) {
        operands = arguments.operands
        recursive = arguments.has(.recursive)
        scrubber = Scrubber(policy: try Policy(arguments))
        console = try Console(arguments)
        isJSON = arguments.has(.json)
    }

    func run() -> ExitStatus {
        let inspector = FileInspector(scrubber: scrubber)
        var tally = Tally(console: console, json: isJSON)
        for (path, result) in Input.collect(operands, recursive: recursive) {
            tally.handle(path, result) { input throws(FileFailure) in
                let report = try inspector.inspect(input, detail: .values)
                for warning in report.warnings { console.warning(path, warning) }
                if isJSON {
                    console.line(json(path, report).text)
                } else {
                    ShowText(console: console).print(path, report)
                }
                return true
            }
        }
        return tally.status
    }

    private func json(_ path: FilePath?, _ report: FileInspector.Report) -> JSON {
        .object([
            ("type", "file"), ("path", JSON(path)), ("format", .string(report.inspection.format.rawValue)),
            ("summary", .string(report.inspection.summary)), ("size", .integer(report.size)),
            ("clean", .boolean(report.inspection.findings.isClean)),
            ("findings", .array(report.inspection.findings.map(Wording.json))),
            ("remains", .array(report.inspection.limitations.map { .string($0.description) })),
            ("warnings", .array(report.warnings.map { .string($0) })),
        ])
    }
}
