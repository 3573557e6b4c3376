import SecrCLI
import SecrScrub
import SecrScrubFiles
import SystemPackage

enum ShowCommand {
    static let command = Command(
        "show", abstract: "Tell what pictures give away: where, when, who, with which device.", operands: "FILE...",
        arity: 0...Int.max,
        options: Option.common
    ) { (arguments) throws(UsageError) in
        let survey = try Survey(arguments, areScrubbed: false)
        return survey.run { (input, inspector) throws(FileFailure) in
            let report = try inspector.inspect(input)
            for warning in report.warnings { survey.console.warning(input.path, warning) }
            if survey.isJSON {
                survey.console.line(json(input.path, report).text)
            } else {
                ShowText(console: survey.console).print(input.path, report)
            }
            return true
        }
    }

    private static func json(_ path: FilePath?, _ report: FileInspector.Report) -> JSON {
        .object([
            ("type", "file"), ("path", JSON(path)), ("format", .string(report.inspection.format.rawValue)),
            ("summary", .string(report.inspection.summary)), ("size", .integer(report.size)),
            ("clean", .boolean(report.isClean)),
            ("findings", .array(report.inspection.findings.map(Wording.json))),
            ("attributes", .array(report.attributes.map(Wording.json))),
            ("remains", .array(report.inspection.limitations.map { .string($0.description) })),
            ("sidecars", .array(report.sidecars.map { JSON($0) })),
            ("warnings", .array(report.warnings.map { .string($0) })),
        ])
    }
}
