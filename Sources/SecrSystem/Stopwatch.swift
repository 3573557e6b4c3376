/// Time that has passed since it was made, whatever happens to the clock on the wall.
public struct Stopwatch: Sendable {
    private let start = ContinuousClock.now

    public init() {}

    public var elapsed: Duration { ContinuousClock.now - start }

    public var seconds: Double {
        let (seconds, rest) = elapsed.components
        return Double(seconds) + Double(rest) / 1e18
    }
}
