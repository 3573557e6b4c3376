/// What may stay. An allow-list: whatever a handler does not understand is removed or makes the file be refused.
public struct Policy: Sendable, Equatable {
    public enum Profile: String, Sendable, CaseIterable {
        /// Safe to share, and looks the same everywhere.
        case `default`
        /// Only what an ordinary screen needs: no gain map, no attachments, square pixels, tables in one canonical order.
        case strict
        /// As the default, but outputs say roughly where, when and with what kind of device the picture was taken.
        case obfuscate
    }

    /// What a file says of itself that can stay as it is, wherever in it this is said.
    public enum Fact: String, Sendable, CaseIterable {
        case date, author, copyright
    }

    /// How much of a date stays under ``Profile/obfuscate``.
    public enum DatePrecision: String, Sendable, CaseIterable {
        case day, month, year
    }

    public enum Tolerance: String, Sendable, CaseIterable {
        /// A picture whose end is missing, but whose beginning decodes.
        case truncated
    }

    public var profile: Profile
    public var keep: Set<FindingClass>
    public var facts: Set<Fact>
    public var drop: Set<FindingClass>
    public var tolerate: Set<Tolerance>
    /// Under ``Profile/obfuscate``, of the cells whose middle is said instead of a position.
    public var grid = GeographicGrid.standard
    /// Under ``Profile/obfuscate``, unless the date is kept.
    public var dates = DatePrecision.month
    /// Seconds by which every date that is said is moved.
    public var dateShift = 0

    public init(
        profile: Profile = .default, keep: Set<FindingClass> = [], facts: Set<Fact> = [],
        drop: Set<FindingClass> = [], tolerate: Set<Tolerance> = []
    ) {
        self.profile = profile
        self.keep = keep
        self.facts = facts
        self.drop = drop
        self.tolerate = tolerate
    }

    /// Whether a part that stays by default has to go.
    func drops(_ kind: FindingClass) -> Bool {
        drop.contains(kind) || (profile == .strict && [.gainMap, .attachment].contains(kind))
    }

    /// Whether outputs may say something of themselves.
    var isTalkative: Bool { profile == .obfuscate || !facts.isEmpty }

    /// The same, for pictures inside of others.
    var silent: Policy {
        var policy = self
        policy.facts = []
        if profile == .obfuscate { policy.profile = .default }
        return policy
    }

    /// A class of parts that is to stay as it is, and would say exactly, or in another way, what an output says of itself.
    public var contradiction: FindingClass? {
        isTalkative ? FindingClass.keepable.first { keep.contains($0) && Self.telling.contains($0) } : nil
    }

    private static let telling: Set<FindingClass> = [.exif, .xmp, .iptc, .comment]
}
