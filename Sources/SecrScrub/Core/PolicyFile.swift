/// A policy as a file says it: a setting a line, as `keep = icc, xmp`; what stands behind `#` is for people.
///
/// Settings have the names and words of the command's options. What is unknown or said twice is an error, since a policy that is
/// half understood keeps what it should not. secr-scrub(1) describes the format.
public struct PolicyFile: Sendable, Equatable {
    public enum Setting: String, Sendable, CaseIterable {
        case policy, keep, drop, tolerate
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
    public var keep: Set<FindingClass> = []
    public var drop: Set<FindingClass> = []
    public var tolerate: Set<Policy.Tolerance> = []

    /// Says nothing.
    public init() {}

    public init(_ policy: Policy) {
        (profile, keep, drop, tolerate) = (policy.profile, policy.keep, policy.drop, policy.tolerate)
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
        if let both = keep.intersection(drop).first {
            throw Problem(line: 1, reason: "'\(both.rawValue)' is both kept and dropped")
        }
    }

    private mutating func set(_ setting: Setting, _ value: Substring, _ line: Int) throws(Problem) {
        let words = value.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
        switch setting {
        case .policy:
            guard words.count == 1 else { throw Problem(line: line, reason: "'policy' takes one word") }
            profile = try Self.word(words[0], line, "unknown policy")
        case .keep: keep = try Self.classes(words, line, of: FindingClass.keepable, "kept")
        case .drop: drop = try Self.classes(words, line, of: FindingClass.droppable, "dropped")
        case .tolerate:
            for word in words { tolerate.insert(try Self.word(word, line, "unknown flaw")) }
        }
    }

    private static func classes(
        _ words: [Substring], _ line: Int, of allowed: [FindingClass], _ verb: String
    ) throws(Problem) -> Set<FindingClass> {
        var classes: Set<FindingClass> = []
        for word in words {
            guard let kind = FindingClass(rawValue: String(word)), allowed.contains(kind) else {
                throw Problem(line: line, reason: "'\(word)' can't be \(verb)", hint: Self.listed(allowed))
            }
            classes.insert(kind)
        }
        return classes
    }

    private static func word<Word: RawRepresentable<String> & CaseIterable>(
        _ text: Substring, _ line: Int, _ complaint: String
    ) throws(Problem) -> Word {
        guard let word = Word(rawValue: String(text)) else {
            throw Problem(line: line, reason: "\(complaint) '\(text)'", hint: listed(Array(Word.allCases)))
        }
        return word
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
            + line(.keep, FindingClass.keepable.filter(keep.contains).map(\.rawValue))
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
