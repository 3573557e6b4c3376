import ArgumentParser
import SecrCLI
import SecrScrub
import SecrScrubFiles
import SystemPackage

struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Tell what pictures give away: where, when, who, with which device.",
        usage: "secr-scrub show [<options>] <file> ..."
    )

    @Argument(help: "Pictures, folders with -r, or - for standard input.")
    var file: [PathArgument]

    @Flag(name: .shortAndLong, help: "Work on everything inside folders.")
    var recursive = false

    @OptionGroup var policy: PolicyOptions
    @OptionGroup var speech: OutputOptions

    func run() throws {
        let console = speech.console
        let inspector = FileInspector(scrubber: Scrubber(policy: policy.value))
        var tally = Tally(console: console, json: speech.json)
        for (path, result) in Input.collect(file.map(\.path), recursive: recursive) {
            tally.handle(path, result) { input throws(FileFailure) in
                let report = try inspector.inspect(input, detail: .values)
                for warning in report.warnings { console.warning(path, warning) }
                if speech.json {
                    console.line(json(path, report).text)
                } else {
                    ShowText(console: console).print(path, report)
                }
                return true
            }
        }
        throw tally.status
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
