/// A time on somebody's calendar and clock, of no particular zone (ISO 8601).
struct CalendarTime: Sendable, Equatable {
    /// 1826...2199: since there are photographs.
    private(set) var year: Int
    private(set) var month: Int
    private(set) var day: Int
    private(set) var hour: Int
    private(set) var minute: Int
    private(set) var second: Int

    private static let years = 1826..<2200

    /// - Parameter text: `2024:01:02 03:04:05` (Exif), `2024-01-02T03:04:05+01:00`, `20240102` or `D:20240102030405Z` (PDF).
    ///   A zone is passed over. A time of day that is missing or makes no sense is midnight; `nil` for what has no day.
    init?(_ text: String) {
        var rest = Array(text.utf8)[...]
        rest = rest.drop { $0 == UInt8(ascii: " ") }
        if rest.starts(with: "D:".utf8) { rest = rest.dropFirst(2) }
        /// Of a number with so many digits, which one of the separators may precede.
        func number(_ digits: Int, after separators: String) -> Int? {
            var found = rest
            if let first = found.first, separators.utf8.contains(first) { found = found.dropFirst() }
            let part = found.prefix(digits)
            guard part.count == digits, part.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            rest = found.dropFirst(digits)
            return part.reduce(0) { $0 * 10 + Int($1) - 0x30 }
        }
        guard let year = number(4, after: ""), let month = number(2, after: ":-./"), let day = number(2, after: ":-./"),
            Self.years.contains(year), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let time = [(24, " T"), (60, ":"), (60, ":")].map { limit, separators in
            number(2, after: separators).flatMap { $0 < limit ? $0 : nil } ?? 0
        }
        self.init(year, month, day, time[0], time[1], time[2])
        // There are months with fewer days.
        guard CalendarTime(secondsSince1970: secondsSince1970) == self else { return nil }
    }

    private init(_ year: Int, _ month: Int, _ day: Int, _ hour: Int = 0, _ minute: Int = 0, _ second: Int = 0) {
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second) = (hour, minute, second)
    }

    /// `nil` before there were photographs, or in a far future.
    init?(secondsSince1970 seconds: Int) {
        guard seconds.magnitude < 1 << 40 else { return nil }
        let (day, second) = (seconds - (seconds % 86_400 + 86_400) % 86_400, (seconds % 86_400 + 86_400) % 86_400)
        // Howard Hinnant's algorithm; the count of days begins on 1 March of the year 0.
        let days = day / 86_400 + 719_468
        guard days >= 0 else { return nil }
        let (era, dayOfEra) = (days / 146_097, days % 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        self.init(
            era * 400 + yearOfEra + (month >= 10 ? 1 : 0), month < 10 ? month + 3 : month - 9,
            dayOfYear - (153 * month + 2) / 5 + 1, second / 3_600, second / 60 % 60, second % 60)
        guard Self.years.contains(year) else { return nil }
    }

    /// As if the clock showed UTC.
    var secondsSince1970: Int {
        let year = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = year / 400 * 146_097 + (year % 400) * 365 + year % 400 / 4 - year % 400 / 100 + dayOfYear - 719_468
        return days * 86_400 + hour * 3_600 + minute * 60 + second
    }

    func moved(by seconds: Int) -> CalendarTime? {
        let (sum, overflows) = secondsSince1970.addingReportingOverflow(seconds)
        return overflows ? nil : CalendarTime(secondsSince1970: sum)
    }

    /// The first moment of its day, month or year.
    func cut(to precision: Policy.DatePrecision) -> CalendarTime {
        switch precision {
        case .day: CalendarTime(year, month, day)
        case .month: CalendarTime(year, month, 1)
        case .year: CalendarTime(year, 1, 1)
        }
    }

    private func text(_ numbers: [Int], _ separator: String) -> String {
        numbers.map { $0 < 10 ? "0\($0)" : String($0) }.joined(separator: separator)
    }

    /// `2024-01-02`
    var isoDay: String { text([year, month, day], "-") }
    /// `2024-01-02T03:04:05`
    var iso: String { isoDay + "T" + text([hour, minute, second], ":") }
    /// `2024:01:02 03:04:05`
    var exif: String { text([year, month, day], ":") + " " + text([hour, minute, second], ":") }
    /// `D:20240102030405`
    var pdf: String { "D:" + text([year, month, day, hour, minute, second], "") }
}
