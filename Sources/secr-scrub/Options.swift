import SecrCLI
import SecrScrub

extension Option {
    // What may stay.
    static let policy = Option(
        "policy", value: .choice("NAME", of: Policy.Profile.allCases.map(\.rawValue)), help: "What may stay.")
    static let policyFile = Option(
        "policy-file", value: .file(), help: "Take from this file what options don't say; see 'secr-scrub policy'.")
    static let keep = Option(
        "keep", value: .choice("CLASSES", of: FindingClass.keepable.map(\.rawValue)),
        help: "Keep these parts as they are, separated by commas.")
    static let drop = Option(
        "drop", value: .choice("CLASSES", of: FindingClass.droppable.map(\.rawValue)),
        help: "Drop these parts although they would stay.")
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
    static let common: [Option] = [
        .recursive, .files0From, .policy, .policyFile, .keep, .drop, .tolerate, .passwordFile, .keepPassword, .json,
        .color,
    ]
}

extension Policy {
    init(_ arguments: Arguments) throws(UsageError) {
        var keep = try Set(arguments.words(.keep, as: FindingClass.self))
        var drop = try Set(arguments.words(.drop, as: FindingClass.self))
        if let both = keep.intersection(drop).first {
            throw UsageError("'\(both.rawValue)' can't be both kept and dropped")
        }
        let file = try Self.file(arguments)
        // What was typed counts where the file says otherwise.
        (keep, drop) = (keep.union(file.keep.subtracting(drop)), drop.union(file.drop.subtracting(keep)))
        if keep.contains(.exif), let part = drop.first(where: { $0 == .orientation || $0 == .colorSpace }) {
            throw UsageError("--keep exif keeps the \(part.rawValue) too", hint: "leave out --drop \(part.rawValue)")
        }
        self.init(
            profile: try arguments.words(.policy, as: Profile.self).last ?? file.profile ?? .default, keep: keep,
            drop: drop, tolerate: try file.tolerate.union(arguments.words(.tolerate, as: Tolerance.self)))
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

extension Console {
    convenience init(_ arguments: Arguments) throws(UsageError) {
        self.init(
            tool: "secr-scrub", isQuiet: arguments.has(.quiet),
            color: try arguments.words(.color, as: Color.self).last ?? .auto)
    }
}
