/// A policy as a file says it: a setting a line, as `keep = icc, xmp`; what stands behind `#` is for people.
///
/// Settings have the names and words of the command's options. What is unknown or said twice is an error, since a policy that is
/// half understood keeps what it should not. secr-scrub(1) describes the format.
public struct PolicyFile: Sendable, Equatable {
    public enum Setting: String, Sendable, CaseIterable {
        case policy, keep, drop, tolerate, dates
        case gpsGrid = "gps-grid"
        case shiftDates = "shift-dates"
    }

    /// What is wrong with one.
    public struct Problem: Error, Equatable, Sendable {
        /// From 1 on.
        public var line: Int
        /// Lower case, no full stop.
        public var reason: String
        public var hint: String?
    }

    /// Nobody writes longer ones.
    public static let limit = 1 << 16

    /// `nil` where it says nothing of it.
    public var profile: Policy.Profile?
    public var keep: Set<KeepWord> = []
    public var drop: Set<FindingClass> = []
    public var tolerate: Set<Policy.Tolerance> = []
    public var grid: GeographicGrid?
    public var dates: Policy.DatePrecision?
    public var dateShift: DateShift?

    /// Says nothing.
    public init() {}

    public init(_ policy: Policy) {
        (profile, drop, tolerate) = (policy.profile, policy.drop, policy.tolerate)
        keep = Set(policy.keep.map(KeepWord.part)).union(policy.facts.map(KeepWord.fact))
        if policy.profile == .obfuscate {
            grid = policy.grid
            if !policy.facts.contains(.date) { dates = policy.dates }
        }
        if policy.dateShift != 0 { dateShift = DateShift(seconds: policy.dateShift) }
    }

    /// - Parameter bytes: UTF-8, with lines that end in LF or CR LF.
    public init(_ bytes: [UInt8]) throws(Problem) {
        var seen: Set<Setting> = []
        for (index, bytes) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            let number = index + 1
            guard let line = String(validating: bytes, as: UTF8.self) else {
                throw Problem(line: number, reason: "it is not text in UTF-8")
            }
            let said = line.prefix { $0 != "#" }.trimmed
            if said.isEmpty { continue }
            guard let equals = said.firstIndex(of: "=") else {
                throw Problem(line: number, reason: "there is no '=' in it", hint: "such as 'keep = icc'")
            }
            let setting: Setting = try Self.word(said[..<equals].trimmed, number, "unknown setting")
            guard seen.insert(setting).inserted else {
                throw Problem(line: number, reason: "'\(setting.rawValue)' is set twice")
            }
            try set(setting, said[equals...].dropFirst(), number)
        }
        if let both = keep.parts.intersection(drop).first {
            throw Problem(line: 1, reason: "'\(both.rawValue)' is both kept and dropped")
        }
    }

    private mutating func set(_ setting: Setting, _ value: Substring, _ line: Int) throws(Problem) {
        let words = value.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
        switch setting {
        case .policy:
            guard words.count == 1 else { throw Problem(line: line, reason: "'policy' takes one word") }
            profile = try Self.word(words[0], line, "unknown policy")
        case .keep:
            keep = Set(try Self.words(words, line, of: KeepWord.allCases) { "'\($0)' can't be kept" })
        case .drop:
            drop = Set(try Self.words(words, line, of: FindingClass.droppable) { "'\($0)' can't be dropped" })
        case .dates:
            guard words.count == 1 else { throw Problem(line: line, reason: "'dates' takes one word") }
            dates = try Self.word(words[0], line, "unknown precision")
        case .gpsGrid:
            grid = GeographicGrid(value.trimmed)
            if grid == nil { throw Problem(line: line, reason: "'gps-grid' takes a size", hint: GeographicGrid.hint) }
        case .shiftDates:
            dateShift = DateShift(value.trimmed)
            if dateShift == nil {
                throw Problem(line: line, reason: "'shift-dates' takes a time", hint: DateShift.hint)
            }
        case .tolerate:
            for word in words { tolerate.insert(try Self.word(word, line, "unknown flaw")) }
        }
    }

    private static func words<Word: RawRepresentable<String>>(
        _ words: [Substring], _ line: Int, of allowed: [Word], _ complaint: (Substring) -> String
    ) throws(Problem) -> [Word] {
        var found: [Word] = []
        for text in words {
            guard let word = allowed.first(where: { $0.rawValue == text }) else {
                throw Problem(line: line, reason: complaint(text), hint: listed(allowed))
            }
            found.append(word)
        }
        return found
    }

    private static func word<Word: RawRepresentable<String> & CaseIterable>(
        _ text: Substring, _ line: Int, _ complaint: String
    ) throws(Problem) -> Word {
        try words([text], line, of: Array(Word.allCases)) { "\(complaint) '\($0)'" }[0]
    }

    private static func listed(_ words: [some RawRepresentable<String>]) -> String {
        "there are " + words.map(\.rawValue).joined(separator: ", ")
    }

    /// What reads as the same policy.
    public var text: String {
        func line(_ setting: Setting, _ words: [String]) -> String {
            words.isEmpty ? "" : "\(setting.rawValue) = \(words.joined(separator: ", "))\n"
        }
        return line(.policy, profile.map { [$0.rawValue] } ?? [])
            + line(.gpsGrid, grid.map { [$0.description] } ?? [])
            + line(.dates, dates.map { [$0.rawValue] } ?? [])
            + line(.shiftDates, dateShift.map { [$0.description] } ?? [])
            + line(.keep, KeepWord.allCases.filter(keep.contains).map(\.rawValue))
            + line(.drop, FindingClass.droppable.filter(drop.contains).map(\.rawValue))
            + line(.tolerate, Policy.Tolerance.allCases.filter(tolerate.contains).map(\.rawValue))
    }
}

extension Substring {
    /// Without white space at its ends.
    fileprivate var trimmed: Substring {
        let front = drop { $0.isWhitespace }
        return front[..<(front.lastIndex { !$0.isWhitespace }.map { front.index(after: $0) } ?? front.startIndex)]
    }
}

extension String {
    fileprivate var trimmed: Substring { self[...].trimmed }
}
