internal import Glibc

/// The date and time of the day.
public enum WallClock {
    /// Nanoseconds since 1970.
    public static var now: Int64 {
        var time = timespec()
        // Safe: the time outlives the call.
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// `2026-11-24 18:03` where this process is.
    ///
    /// - Parameter time: nanoseconds since 1970.
    public static func text(_ time: Int64) -> String {
        var seconds = time_t(time / 1_000_000_000)
        // Safe: numbers, and a name that is not asked for.
        var parts = unsafe tm()
        // Safe: both outlive the call.
        guard unsafe localtime_r(&seconds, &parts) != nil else { return "?" }
        func two(_ number: CInt) -> String { (number < 10 ? "0" : "") + String(number) }
        let (year, month, day) = unsafe (parts.tm_year + 1_900, parts.tm_mon + 1, parts.tm_mday)
        let (hour, minute) = unsafe (parts.tm_hour, parts.tm_min)
        return "\(year)-\(two(month))-\(two(day)) \(two(hour)):\(two(minute))"
    }
}
