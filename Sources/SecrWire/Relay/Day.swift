/// A day in UTC, counted from 1970-01-01: the finest time that a relay knows.
public struct Day: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// - Parameter seconds: since 1970; what is before that is the first day.
    public init(seconds: Int64) {
        self.init(rawValue: UInt32(clamping: seconds / 86_400))
    }

    /// Stays at the last day there is.
    public func adding(_ days: Int) -> Day { Day(rawValue: UInt32(clamping: Int64(rawValue) + Int64(days))) }

    /// Days from this one to `other`; negative where that is earlier.
    public func distance(to other: Day) -> Int { Int(other.rawValue) - Int(rawValue) }

    /// Four bytes, most significant first.
    package var bytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: rawValue >> (24 - 8 * $0)) } }

    public static func < (one: Day, other: Day) -> Bool { one.rawValue < other.rawValue }
}
