/// What some threads hand to others, in order. Whoever takes waits until there is something, and sleeps meanwhile.
public final class WaitingQueue<Element: Sendable>: Sendable {
    private struct State {
        /// Those before `first` were taken.
        var elements: [Element?] = []
        var first = 0
        var hasEnded = false
    }

    private let state = Monitor(State())

    public init() {}

    /// Puts something at the end.
    ///
    /// - Returns: whether it will be taken; not so after ``end()``.
    public func put(_ element: Element) -> Bool {
        state.change { state in
            if !state.hasEnded { state.elements.append(element) }
            return !state.hasEnded
        }
    }

    /// The first one, or `nil` when everything was taken and nothing comes any more.
    public func take() -> Element? {
        state.wait { state -> Element?? in
            let first = state.first
            guard first < state.elements.count else { return state.hasEnded ? .some(nil) : nil }
            let element = state.elements[first]
            state.elements[first] = nil
            state.first += 1
            // Now and then, so that taking one costs the same however many wait.
            if first > 64, first * 2 > state.elements.count {
                state.elements.removeFirst(first + 1)
                state.first = 0
            }
            return .some(element)
        }
    }

    /// Nothing is put any more; what is there may still be taken.
    public func end() { state.changeForAll { $0.hasEnded = true } }
}
