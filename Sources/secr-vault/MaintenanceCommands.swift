import SecrCLI
import SecrSystem
import SecrVault
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
                let text = report.problems.isEmpty ? "nothing wrong" : Self.count(report.problems.count, "problem")
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

extension VerifyCommand {
    fileprivate static func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }
}

/// `repair`
enum RepairCommand {
    static let dropLost = Option("drop-lost", help: "Remove files whose contents are missing or damaged.")

    static let command = Command(
        "repair", abstract: "Bring a damaged vault back into a state that opens, and list what is lost.",
        operands: "VAULT", arity: 1...1,
        discussion: "To be used while nothing else works on the vault. Copy it first, if there is room.",
        options: [dropLost, .json, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        return console.attempt(vault: access.path) {
            let folder = try access.folder()
            let keys = try access.keys(folder)
            let meter = ProgressMeter(console, "reading", total: nil)
            let device = try VaultAccess.stateFolder.map { try folder.deviceState(in: $0) }
            let report = try Repairer.run(
                folder, keys, device: device, dropsLost: arguments.has(dropLost), now: WallClock.now
            ) { meter.add($0) }
            console.clearStatus()
            for problem in report.problems { console.line(problem, isJSON: arguments.has(.json)) }
            for number in report.checkpoints { console.warning("checkpoint \(number) could not be used") }
            if let first = report.firstLostChange {
                console.warning("changes from number \(first) on are lost, with what they did")
            }
            if report.isWhole { console.note([.text("nothing is lost")]) }
            return report.isWhole ? .success : .remains
        }
    }
}

/// `gc`
enum CollectCommand {
    static let now = Option(
        "now", help: "Do not wait for others; who reads or writes at this moment may have to begin again.")
    static let claimUnknown = Option(
        "claim-unknown", help: "Delete everything that this part of the vault can't explain. There is no way back.")

    static let command = Command(
        "gc", abstract: "Clear away what nothing in a vault refers to any more.", operands: "VAULT", arity: 1...1,
        options: [now, claimUnknown, .json, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        return console.attempt(vault: access.path) {
            let vault = try access.open()
            let claims = arguments.has(claimUnknown)
            if claims {
                console.warning("objects that other passphrases of this vault need, if there are any, are deleted, too")
            }
            let report = try Collector(vault).run(
                now: WallClock.now, waits: !arguments.has(CollectCommand.now), claimsUnknown: claims)
            if arguments.has(.json) {
                console.line(
                    JSON.object([
                        ("type", "gc"), ("freed", .integer(report.freed)), ("orphans", .integer(report.orphans)),
                        ("unknown", .integer(report.unknown)), ("bytes", .integer(report.bytes)),
                    ]).text)
            } else {
                let count = report.freed + report.orphans + report.unknown
                console.note([.text("\(count) objects cleared away, \(ByteCount.text(report.bytes))")])
            }
            return .success
        }
    }
}

/// `compact`
enum CompactCommand {
    static let command = Command(
        "compact", abstract: "Move what is in use out of objects that are mostly dead, and write the index anew.",
        operands: "VAULT", arity: 1...1, options: [.json, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        return console.attempt(vault: access.path) {
            let report = try Compactor(access.open()).run(now: WallClock.now)
            if arguments.has(.json) {
                console.line(
                    JSON.object([
                        ("type", "compact"), ("objects", .integer(report.objects)), ("moved", .integer(report.moved)),
                    ]).text)
            } else {
                console.note([.text("\(report.objects) objects given up, \(ByteCount.text(report.moved)) moved")])
            }
            return .success
        }
    }
}

/// `audit`
enum AuditCommand {
    static let command = Command(
        "audit", abstract: "Show what somebody learns who gets a vault's folder and has no key.", operands: "VAULT",
        arity: 1...1, options: [.json, .quiet]
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let path = arguments.operands[0]
        return console.attempt(vault: path) {
            let audit = try Audit(VaultFolder(path))
            if arguments.has(.json) {
                let classes = audit.classes.map {
                    JSON.object([("size", .integer($0.size)), ("count", .integer($0.count))])
                }
                console.line(
                    JSON.object([
                        ("type", "audit"), ("objects", .integer(audit.objects)), ("bytes", .integer(audit.bytes)),
                        ("classes", .array(classes)), ("foreign", .array(audit.foreign.map { JSON($0) })),
                    ]).text)
                return .success
            }
            console.line("that it is a vault of SECR, from the file \(Marker.fileName)")
            console.line(
                "what a guess at the passphrase costs: \(ByteCount.text(audit.memory * 1_024)) and \(audit.passes) passes"
            )
            console.line("how much there is: \(audit.objects) objects, \(ByteCount.text(audit.bytes))")
            for item in audit.classes {
                let count = String(item.count)
                let padding = String(repeating: " ", count: max(0, 10 - count.count))
                console.line("\(padding)\(count) x \(ByteCount.text(item.size))")
            }
            console.line("when folders last changed, and, by looking again and again, how much is written when")
            for name in audit.foreign {
                console.line([.text("and this, which is no part of the vault: "), .name(name)])
            }
            console.line("not: names, dates, sizes but for those classes, folders, how many passphrases there are")
            return .success
        }
    }
}

/// `trust`
enum TrustCommand {
    static let accept = Option("accept-restore", help: "Take the state that is there, although it is older.")

    static let command = Command(
        "trust", abstract: "Tell whether a vault goes on from what this device has seen, and accept it if not.",
        operands: "VAULT", arity: 1...1,
        discussion: """
            A vault that is older than what this device has seen was put back from a copy, by you or by somebody who \
            wants changes to be forgotten. If it was you, --accept-restore makes it usable again.
            """,
        options: [accept, .quiet] + Option.credential
    ) { (arguments) throws(UsageError) in
        let console = Console(arguments)
        let access = try VaultAccess(arguments, console)
        return console.attempt(vault: access.path) {
            let vault = try access.open(acceptsOlder: arguments.has(accept))
            let verdict = arguments.has(accept) ? "accepted" : "goes on from what this device has seen"
            console.line([.name(access.path), .text(": \(verdict), now at change \(vault.change)")])
            return .success
        }
    }
}

extension Console {
    func line(_ problem: Problem, isJSON: Bool) {
        let paths = problem.paths.map { FilePath(rawBytes: $0) }
        if isJSON {
            line(
                JSON.object([
                    ("type", "problem"), ("kind", .string(problem.kind.rawValue)), ("text", .string(problem.text)),
                    ("paths", .array(paths.map { JSON($0) })),
                ]).text)
        } else if paths.isEmpty {
            line(problem.text)
        } else {
            for path in paths { line([.name(path), .text(": \(problem.text)")]) }
        }
    }
}
