import ArgumentParser
import SecrCLI
import SecrScrub
import SecrScrubFiles
import SystemPackage

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say whether anything would be removed; exit with 0 if not, with 3 if so.",
        usage: "secr-scrub check [<options>] <file> ..."
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
                let verdict = try inspector.isClean(input)
                if speech.json {
                    console.line(json(path, verdict.findings, verdict.limitations).text)
                } else if !speech.quiet {
                    let dirty = Wording.classes(verdict.findings.filter { $0.action != .kept })
                    console.line([.name(path), .text(verdict.isClean ? ": clean" : ": not clean: \(dirty)")])
                    console.line(console.styled("  stays: " + Wording.limitations(verdict.limitations), .faint))
                }
                return verdict.isClean
            }
        }
        throw tally.status
    }

    private func json(_ path: FilePath?, _ findings: [Finding], _ limitations: [Limitation]) -> JSON {
        .object([
            ("type", "file"), ("path", JSON(path)), ("clean", .boolean(findings.isClean)),
            ("findings", .array(findings.map(Wording.json))),
            ("remains", .array(limitations.map { .string($0.description) })),
        ])
    }
}
