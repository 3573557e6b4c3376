import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import SystemPackage

/// `verify`
enum VerifyCommand {
    static let level = Option(
        "level", value: .choice("LEVEL", of: Verifier.Level.allCases.map(\.rawValue)),
        help: "How closely to look: at the index, at the presence of everything, or at every byte.")

    static let command = Command(
        "verify", abstract: "Look whether everything in a vault is there and as it was written.", operands: "VAULT",
        arity: 1...1, options: [level, .json, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        let level = try arguments.words(level, as: Verifier.Level.self).last ?? .full
        return console.attempt(vault: access.path) {
            let meter = ProgressMeter(console, "verifying", total: nil)
            let watch = Stopwatch()
            let report = try Verifier(access.open()).run(level) { meter.add($0) }
            console.clearStatus()
            for problem in report.problems { console.line(problem, isJSON: arguments.has(.json)) }
            let rate = ByteCount.text(Int(Double(report.bytes) / max(watch.seconds, 0.001)))
            if arguments.has(.json) {
                console.line(
                    JSON.object([
                        ("type", "summary"), ("files", .integer(report.files)), ("objects", .integer(report.objects)),
                        ("bytes", .integer(report.bytes)), ("problems", .integer(report.problems.count)),
                    ]).text)
            } else {
                let count = report.problems.count
                let text = count == 0 ? "nothing wrong" : count == 1 ? "1 problem" : "\(count) problems"
                console.note([
                    .text(
                        "\(report.files) files, \(report.objects) objects, \(ByteCount.text(report.bytes)) at \(rate)/s: "
                            + text)
                ])
            }
            return report.problems.isEmpty ? .success : .damaged
        }
    }
}
