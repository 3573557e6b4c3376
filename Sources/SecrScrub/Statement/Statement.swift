/// What an output says of itself, where a policy lets it say anything. Every format has one place for it, so that outputs look
/// alike wherever their inputs said it.
struct Statement: Sendable, Equatable {
    var position: GeographicPosition?
    var time: CalendarTime?
    var device: DeviceKind?
    var author: String?
    var copyright: String?

    var isEmpty: Bool { self == Statement() }

    init() {}

    /// - Parameter facts: what the input says.
    init(_ facts: StatedFacts, policy: Policy) {
        let isVague = policy.profile == .obfuscate
        if isVague {
            position = facts.position.flatMap(policy.grid.middle)
            device = DeviceKind(maker: facts.maker, model: facts.model)
        }
        if isVague || policy.facts.contains(.date) {
            time = facts.time?.moved(by: policy.dateShift)
            if !policy.facts.contains(.date) { time = time?.cut(to: policy.dates) }
            // What nobody would believe.
            if let day = time?.isoDay, StatedFacts.unsetDays.contains(day) { time = nil }
        }
        if policy.facts.contains(.author) { author = facts.author }
        if policy.facts.contains(.copyright) { copyright = facts.copyright }
    }

    /// The parts of it that documents can say.
    var ofDocument: Statement {
        var statement = self
        (statement.position, statement.device) = (nil, nil)
        return statement
    }

    /// In words, for a person.
    func summary(_ policy: Policy) -> [String] {
        var words: [String] = []
        if position != nil { words.append("the position (within \(policy.grid.kilometres) km)") }
        if time != nil {
            let precision = policy.facts.contains(.date) ? "" : " (the \(policy.dates.rawValue))"
            words.append("the date" + precision + (policy.dateShift == 0 ? "" : ", moved"))
        }
        if let device { words.append("the kind of device (\(device.rawValue))") }
        if author != nil { words.append("the author") }
        if copyright != nil { words.append("the copyright") }
        return words
    }
}
