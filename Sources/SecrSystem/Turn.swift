/// Lets threads do something in the order of their numbers.
///
/// Number 0 comes first. Every number has to come exactly once, or those behind it wait for ever.
public final class Turn: Sendable {
    private let current = Monitor(0)

    public init() {}

    /// Returns when it is the turn of `number`.
    public func wait(for number: Int) { current.wait { $0 < number ? nil : () } }

    /// To be called by whoever's turn it is, when done.
    public func advance() { current.changeForAll { $0 += 1 } }
}
