import SecrCLI
import SecrScrub
import SecrScrubFiles
import SystemPackage

/// Tells what became of each file, counts, and knows how the command ends.
struct ScrubReport {
    private let console: Console
    private let style: Style
    /// Files that were told of.
    private(set) var total = 0
    private var scrubbed = 0
    private var clean = 0
    private var duplicates = 0
    private var done = 0
    private var skipped = 0
    /// With parts that nobody could look into.
    private var opaque = 0
    private var failed = 0
    /// Of those that failed, for want of a password.
    private var locked = 0

    struct Style: Sendable {
        var isJSON: Bool
        var isQuiet: Bool
        var isVerbose: Bool
        var isDryRun: Bool
        /// Names of outputs, and nothing else, go to standard output.
        var printsNames: Bool
        /// A picture, and therefore no report, goes to standard output.
        var outputIsTaken: Bool
    }

    init(console: Console, style: Style) {
        self.console = console
        self.style = style
    }

    mutating func add(_ outcome: FileOutcome) {
        total += 1
        count(outcome.result)
        if outcome.limitations.contains(where: \.isOpaque) { opaque += 1 }
        for warning in outcome.warnings { console.warning(outcome.path, warning) }
        switch outcome.result {
        case .failed(let failure): console.error(outcome.path, failure.reason, hint: failure.hint)
        case .skipped(let reason): console.warning(outcome.path, "skipped: \(reason)")
        default: break
        }
        if style.printsNames {
            guard case .scrubbed(let target?) = outcome.result else { return }
            console.terminated(target)
            console.flush()
            return
        }
        if style.isJSON && !style.outputIsTaken {
            console.line(json(outcome).text)
            console.flush()
            return
        }
        if style.isQuiet { return }
        describe(outcome)
    }

    /// The last words.
    func finish() -> ExitStatus {
        let status: ExitStatus =
            failed == 0
            ? skipped + opaque > 0 ? .remains : .success : ExitStatus(failed: failed, locked: locked)
        if style.isJSON && !style.outputIsTaken {
            let counts: [(String, JSON)] = [
                ("scrubbed", .integer(scrubbed)), ("clean", .integer(clean)),
                ("duplicates", .integer(duplicates)), ("alreadyDone", .integer(done)),
                ("skipped", .integer(skipped)),
                ("failed", .integer(failed)), ("exit", .integer(Int(status.rawValue))),
            ]
            console.line(JSON.object([("type", "summary")] + counts).text)
        } else if total != 1 {
            let parts = [
                (scrubbed, style.isDryRun ? "to be scrubbed" : "scrubbed"), (clean, "already clean"),
                (duplicates, "the same as others"), (done, "already done"),
                (skipped, "skipped"),
                (failed, "failed"),
            ]
            let text = parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
            console.note([.text("\(total) files: \(text.isEmpty ? "nothing done" : text)")])
        }
        return console.flush() ? status : .failure
    }

    private mutating func count(_ result: FileOutcome.Result) {
        switch result {
        case .scrubbed, .wouldScrub: scrubbed += 1
        case .duplicate: duplicates += 1
        case .alreadyDone: done += 1
        case .alreadyClean, .ownOutput: clean += 1
        case .skipped: skipped += 1
        case .failed(let failure):
            failed += 1
            if failure.code == .password { locked += 1 }
        }
    }

    private func describe(_ outcome: FileOutcome) {
        let parts: [Console.Part]
        switch outcome.result {
        case .scrubbed(let target):
            parts = target == outcome.path ? [.text(" replaced")] : [.text(" -> "), .name(target)]
        case .wouldScrub(let target):
            parts =
                target == outcome.path ? [.text(" would be replaced")] : [.text(" would become "), .name(target)]
        case .duplicate(let other): parts = [.text(" has the same content as "), .name(other)]
        case .alreadyClean, .ownOutput: parts = []
        case .alreadyDone, .skipped, .failed: return
        }
        let line = [.name(outcome.path)] + parts + [.text(": " + changes(outcome))]
        if style.outputIsTaken {
            console.note(line)
        } else {
            console.line(line)
            if style.isVerbose { list(outcome) }
            if !outcome.limitations.isEmpty {
                console.line(console.styled("  stays: " + Wording.limitations(outcome.limitations), .faint))
            }
        }
    }

    private func changes(_ outcome: FileOutcome) -> String {
        let gone = Wording.list([
            Wording.classes(outcome.findings.filter { $0.action == .removed }),
            Wording.attributes(outcome.attributes),
        ])
        let reduced = Wording.classes(outcome.findings.filter { $0.action == .reduced })
        let kept = Wording.classes(outcome.findings.filter { $0.action == .kept })
        if gone.isEmpty && reduced.isEmpty { return "already clean" }
        return [("removed", gone), ("reduced", reduced), ("kept", kept)].filter { !$0.1.isEmpty }
            .map { "\($0.0) \($0.1)" }.joined(separator: "; ")
    }

    private func list(_ outcome: FileOutcome) {
        for attribute in outcome.attributes {
            console.line("  removed: extended attribute \(Wording.line(attribute))")
        }
        for finding in outcome.findings {
            let size = finding.value.map { " (\(SafeText.escape($0)))" } ?? ""
            console.line("  \(finding.action.rawValue): \(finding.name)\(size) at byte \(finding.range.lowerBound)")
        }
    }

    private func json(_ outcome: FileOutcome) -> JSON {
        var members: [(String, JSON)] = [("type", "file"), ("path", JSON(outcome.path))]
        switch outcome.result {
        case .scrubbed(let target): members += [("result", "scrubbed"), ("output", JSON(target))]
        case .wouldScrub(let target): members += [("result", "would-scrub"), ("output", JSON(target))]
        case .alreadyClean: members += [("result", "clean")]
        case .duplicate(let other): members += [("result", "duplicate"), ("output", JSON(other))]
        case .alreadyDone(let target): members += [("result", "already-done"), ("output", JSON(target))]
        case .ownOutput: members += [("result", "own-output")]
        case .skipped(let reason): members += [("result", "skipped"), ("reason", .string(reason))]
        case .failed(let failure): members += [("result", "failed"), ("error", Wording.json(failure))]
        }
        if let sizes = outcome.sizes {
            members += [("size", .integer(sizes.before)), ("outputSize", .integer(sizes.after))]
        }
        members.append(("findings", .array(outcome.findings.map(Wording.json))))
        members.append(("attributes", .array(outcome.attributes.map(Wording.json))))
        members.append(("remains", .array(outcome.limitations.map { .string($0.description) })))
        members.append(("sidecars", .array(outcome.sidecars.map { JSON($0) })))
        members.append(("warnings", .array(outcome.warnings.map { .string($0) })))
        return .object(members)
    }
}
