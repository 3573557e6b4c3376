/// By how much all dates of a run are moved: what lies between two of them stays the same.
public struct DateShift: Sendable, Equatable {
    public let seconds: Int

    private static let units: [(letter: Character, seconds: Int)] = [
        ("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1),
    ]
    /// Nobody needs more than a century.
    private static let longest = 100 * 366 * 86_400
    public static let hint = "such as 90d or -36h: weeks, days, hours, minutes or seconds, for at most a century"

    init(seconds: Int) { self.seconds = seconds }

    /// - Parameter text: such as `90d` or `-36h`.
    public init?(_ text: some StringProtocol) {
        let digits = text.drop { $0 == "-" }
        guard text.count - digits.count <= 1, let letter = digits.last,
            let unit = Self.units.first(where: { $0.letter == letter }),
            digits.dropLast().allSatisfy({ $0.isASCII && $0.isNumber }), let count = Int(digits.dropLast()), count > 0,
            count <= Self.longest / unit.seconds
        else { return nil }
        seconds = (digits.startIndex == text.startIndex ? 1 : -1) * count * unit.seconds
    }

    public var description: String {
        guard let unit = Self.units.first(where: { seconds.isMultiple(of: $0.seconds) }) else { return "" }
        return "\(seconds / unit.seconds)\(unit.letter)"
    }
}
