import SecrSystem
import Testing

/// The calendar.
@Suite struct CivilDateTests {
    /// Every day of five hundred years, counted the simple way.
    @Test func daysHaveTheirDates() {
        var (year, month, day) = (1970, 1, 1)
        for number in Int64(0)..<182_000 {
            let expected = "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
            if CivilDate(number * 86_400).dateText != expected {
                Issue.record("\(number) is \(expected), not \(CivilDate(number * 86_400).dateText)")
            }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let length = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
            day += 1
            if day > length { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
        #expect(year > 2_460 && CivilDate(20_000 * 86_400).dateText == "2024-10-04")
    }

    @Test func secondsHaveTheirTimes() {
        let date = CivilDate(1_728_086_399)
        #expect(date.dateText == "2024-10-04" && [date.hour, date.minute, date.second] == [23, 59, 59])
        #expect(CivilDate(-5).dateText == "1970-01-01")
    }
}
