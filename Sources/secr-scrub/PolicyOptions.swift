public import ArgumentParser
public import SecrScrub

/// Options that say what may stay.
struct PolicyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What may stay: default or strict.", valueName: "name"))
    var policy = Policy.Profile.default

    @Option(help: ArgumentHelp("Keep these parts as they are, separated by commas.", valueName: "classes"))
    var keep: [ClassList] = []

    @Option(help: ArgumentHelp("Drop these parts although they would stay.", valueName: "classes"))
    var drop: [ClassList] = []

    @Option(help: ArgumentHelp("Accept files that are: truncated.", valueName: "what"))
    var tolerate: [Policy.Tolerance] = []

    func validate() throws {
        try check("--keep", keep, against: FindingClass.keepable)
        try check("--drop", drop, against: FindingClass.droppable)
        let both = Set(keep.flatMap(\.classes)).intersection(drop.flatMap(\.classes))
        if let kind = both.first { throw ValidationError("'\(kind.rawValue)' can't be both kept and dropped") }
    }

    private func check(_ option: String, _ lists: [ClassList], against allowed: [FindingClass]) throws {
        for kind in lists.flatMap(\.classes) where !allowed.contains(kind) {
            let names = allowed.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("\(option) does not take '\(kind.rawValue)'; it takes \(names)")
        }
    }

    var value: Policy {
        Policy(
            profile: policy, keep: Set(keep.flatMap(\.classes)), drop: Set(drop.flatMap(\.classes)), tolerate: Set(tolerate))
    }
}

/// Classes of findings separated by commas.
struct ClassList: ExpressibleByArgument {
    var classes: [FindingClass]

    init?(argument: String) {
        let names = argument.split(separator: ",", omittingEmptySubsequences: false)
        classes = names.compactMap { FindingClass(rawValue: String($0)) }
        if classes.count != names.count { return nil }
    }

    static var allValueStrings: [String] { FindingClass.allCases.map(\.rawValue) }
    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}

extension Policy.Profile: ExpressibleByArgument {}
extension Policy.Tolerance: ExpressibleByArgument {}
extension Scrubber.Verification: ExpressibleByArgument {}
