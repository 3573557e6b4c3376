/// What may stay. An allow-list: whatever a handler does not understand is removed or makes the file be refused.
public struct Policy: Sendable, Equatable {
    public enum Profile: String, Sendable, CaseIterable {
        /// Safe to share, and looks the same everywhere.
        case `default`
        /// Only what an ordinary screen needs: no gain map, no attachments, square pixels, tables in one canonical order.
        case strict
    }

    public enum Tolerance: String, Sendable, CaseIterable {
        /// A picture whose end is missing, but whose beginning decodes.
        case truncated
    }

    public var profile: Profile
    public var keep: Set<FindingClass>
    public var drop: Set<FindingClass>
    public var tolerate: Set<Tolerance>

    public init(
        profile: Profile = .default, keep: Set<FindingClass> = [], drop: Set<FindingClass> = [],
        tolerate: Set<Tolerance> = []
    ) {
        self.profile = profile
        self.keep = keep
        self.drop = drop
        self.tolerate = tolerate
    }

    /// Whether a part that stays by default has to go.
    func drops(_ kind: FindingClass) -> Bool {
        drop.contains(kind) || (profile == .strict && [.gainMap, .attachment].contains(kind))
    }
}
