import SecrCLI
import SecrScrub

extension Option {
    // What may stay.
    static let policy = Option(
        "policy", value: .choice("NAME", of: Policy.Profile.allCases.map(\.rawValue)), help: "What may stay.")
    static let policyFile = Option(
        "policy-file", value: .file(), help: "Take from this file what options don't say; see 'secr-scrub policy'.")
    static let keep = Option(
        "keep", value: .choice("WORDS", of: KeepWord.allCases.map(\.rawValue)),
        help: "Keep these parts as they are, or what the file says of these facts, separated by commas.")
    static let drop = Option(
        "drop", value: .choice("CLASSES", of: FindingClass.droppable.map(\.rawValue)),
        help: "Drop these parts although they would stay.")
    static let gpsGrid = Option(
        "gps-grid", value: .text("SIZE"),
        help: "With --policy obfuscate: how large the cells are whose middle is said; 10km by default.")
    static let dates = Option(
        "dates", value: .choice("PRECISION", of: Policy.DatePrecision.allCases.map(\.rawValue)),
        help: "With --policy obfuscate: how much of a date is said; month by default.")
    static let shiftDates = Option(
        "shift-dates", value: .text("TIME"), help: "Move all dates that are said by this, such as 90d or -36h.")
    static let tolerate = Option(
        "tolerate", value: .choice("WHAT", of: Policy.Tolerance.allCases.map(\.rawValue)),
        help: "Accept files with this flaw.")

    // How a command speaks.
    static let json = Option("json", help: "Print results as JSON, one object a line.")
    static let quiet = Option("quiet", short: "q", help: "Print errors only.")
    static let color = Option(
        "color", value: .choice("WHEN", of: Console.Color.allCases.map(\.rawValue)), help: "Whether to use colours.")

    static let recursive = Option("recursive", short: "r", help: "Work on everything inside folders.")

    /// What every command of this tool takes.
    static let common: [Option] =
        [
            .recursive, .files0From, .passwordFile, .keepPassword, .json, .color,
        ]
        + ofPolicy

    /// What makes a policy.
    static let ofPolicy: [Option] = [
        .policy, .policyFile, .keep, .drop, .gpsGrid, .dates, .shiftDates, .tolerate,
    ]
}

extension Policy {
    init(_ arguments: Arguments) throws(UsageError) {
        var keep = try Set(arguments.words(.keep, as: KeepWord.self))
        var drop = try Set(arguments.words(.drop, as: FindingClass.self))
        if let both = keep.parts.intersection(drop).first {
            throw UsageError("'\(both.rawValue)' can't be both kept and dropped")
        }
        let file = try Self.file(arguments)
        // What was typed counts where the file says otherwise.
        keep.formUnion(file.keep.subtracting(drop.map(KeepWord.part)))
        drop.formUnion(file.drop.subtracting(keep.parts))
        if keep.parts.contains(.exif), let part = drop.first(where: { $0 == .orientation || $0 == .colorSpace }) {
            throw UsageError("--keep exif keeps the \(part.rawValue) too", hint: "leave out --drop \(part.rawValue)")
        }
        self.init(
            profile: try arguments.words(.policy, as: Profile.self).last ?? file.profile ?? .default,
            keep: keep.parts, facts: keep.facts, drop: drop,
            tolerate: try file.tolerate.union(arguments.words(.tolerate, as: Tolerance.self)))
        try setVagueness(arguments, file)
        if let kind = contradiction {
            throw UsageError(
                "--keep \(kind.rawValue) would say in full what the output is to say in its own way",
                hint: profile == .obfuscate ? "--policy default keeps whole parts" : nil)
        }
    }

    /// How much is said of where and when. What needs another setting to mean anything is an error only where it was typed.
    private mutating func setVagueness(_ arguments: Arguments, _ file: PolicyFile) throws(UsageError) {
        let grid = try arguments.value(.gpsGrid, GeographicGrid.init, GeographicGrid.hint)
        let dates = try arguments.words(.dates, as: DatePrecision.self).last
        let shift = try arguments.value(.shiftDates, DateShift.init, DateShift.hint)
        if profile != .obfuscate, let option = grid != nil ? Option.gpsGrid : dates != nil ? .dates : nil {
            throw UsageError("--\(option.long) goes with --policy obfuscate")
        }
        if dates != nil && facts.contains(.date) { throw UsageError("--dates and --keep date exclude each other") }
        if shift != nil && profile != .obfuscate && !facts.contains(.date) {
            throw UsageError("--shift-dates goes with --policy obfuscate or --keep date")
        }
        self.grid = grid ?? file.grid ?? self.grid
        self.dates = dates ?? file.dates ?? self.dates
        dateShift = (shift ?? file.dateShift)?.seconds ?? 0
    }

    private static func file(_ arguments: Arguments) throws(UsageError) -> PolicyFile {
        guard let path = try arguments.path(.policyFile) else { return PolicyFile() }
        do {
            return try PolicyFile(at: path)
        } catch {
            throw UsageError("'\(SafeText.escape(path))': \(error.reason)", hint: error.hint)
        }
    }
}

extension Arguments {
    fileprivate func value<Value>(
        _ option: Option, _ read: (String) -> Value?, _ hint: String
    ) throws(UsageError) -> Value? {
        guard let text = bytes(option).map({ String(decoding: $0, as: UTF8.self) }) else { return nil }
        guard let value = read(text) else {
            throw UsageError("--\(option.long) does not take '\(SafeText.escape(text))'", hint: hint)
        }
        return value
    }
}

extension Console {
    convenience init(_ arguments: Arguments) throws(UsageError) {
        self.init(
            tool: "secr-scrub", isQuiet: arguments.has(.quiet),
            color: try arguments.words(.color, as: Color.self).last ?? .auto)
    }
}
