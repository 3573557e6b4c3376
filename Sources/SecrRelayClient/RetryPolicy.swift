/// How long, and how often, something is tried again that may work later.
///
/// The pauses are random, between nothing and a bound that doubles (full jitter): when a relay comes back, not everybody
/// comes at once.
public struct RetryPolicy: Sendable {
    /// Most tries, the first one included.
    public var attempts = 6
    /// The bound of the first pause.
    public var base: Duration = .milliseconds(250)
    /// The bound of any pause.
    public var cap: Duration = .seconds(30)

    public static let standard = RetryPolicy()
    /// For those who decide themselves what to do.
    public static let never = RetryPolicy(attempts: 1)

    public init(attempts: Int = 6, base: Duration = .milliseconds(250), cap: Duration = .seconds(30)) {
        self.attempts = attempts
        self.base = base
        self.cap = cap
    }

    /// - Parameters:
    ///   - attempt: 1 for the one after the first try.
    ///   - least: what the relay asks for, itself not above ``cap``.
    func pause(before attempt: Int, least: Duration) -> Duration {
        let bound = min(cap, base * (1 << min(attempt - 1, 20)))
        return min(least, cap) + bound * Double.random(in: 0...1)
    }
}
