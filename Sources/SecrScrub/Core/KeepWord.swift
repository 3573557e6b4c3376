/// What can be asked to stay: whole parts as they are, or what a file says of something. The words of `--keep`.
public enum KeepWord: RawRepresentable<String>, Hashable, Sendable, CaseIterable {
    case part(FindingClass)
    case fact(Policy.Fact)

    public static let allCases = FindingClass.keepable.map(KeepWord.part) + Policy.Fact.allCases.map(KeepWord.fact)

    public init?(rawValue: String) {
        guard let word = Self.allCases.first(where: { $0.rawValue == rawValue }) else { return nil }
        self = word
    }

    public var rawValue: String {
        switch self {
        case .part(let kind): kind.rawValue
        case .fact(let fact): fact.rawValue
        }
    }
}

extension Set<KeepWord> {
    public var parts: Set<FindingClass> {
        Set<FindingClass>(compactMap { if case .part(let kind) = $0 { kind } else { nil } })
    }
    public var facts: Set<Policy.Fact> {
        Set<Policy.Fact>(compactMap { if case .fact(let fact) = $0 { fact } else { nil } })
    }
}
