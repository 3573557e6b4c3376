import Foundation

/// How long something is fuzzed, and with which numbers.
///
/// A quarter of a second, the same in every run; or, where `SECR_LONG_TESTS` is set, as many seconds as `SECR_FUZZ_SECONDS`
/// says, with a seed that is printed, and that `SECR_FUZZ_SEED` brings back.
package struct Effort {
    package let name: String
    package let seed: UInt64
    private let end: ContinuousClock.Instant
    package private(set) var iterations = 0
    private let isLong: Bool
    private let least: Int
    package var random: Seeded

    private static let environment = ProcessInfo.processInfo.environment

    /// - Parameter least: how many times at least, even if they take longer.
    package init(_ name: String, atLeast least: Int = 0) {
        self.name = name
        self.least = least
        isLong = Self.environment["SECR_LONG_TESTS"] != nil
        let seconds = Double(Self.environment["SECR_FUZZ_SECONDS"] ?? "") ?? 10
        // Short runs are the same every time.
        seed = Self.environment["SECR_FUZZ_SEED"].flatMap(UInt64.init) ?? (isLong ? UInt64.random(in: 0 ... .max) : 1)
        end = .now + (isLong ? .seconds(seconds) : .milliseconds(250))
        random = Seeded(seed)
    }

    /// Whether to go on.
    package mutating func next() -> Bool {
        guard iterations < least || ContinuousClock.now < end else {
            if isLong { print("\(name): \(iterations) iterations, SECR_FUZZ_SEED=\(seed)") }
            return false
        }
        iterations += 1
        return true
    }
}
