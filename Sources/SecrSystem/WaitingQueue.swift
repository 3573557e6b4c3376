internal import Glibc

/// What some threads hand to others, in order. Whoever takes waits until there is something, and sleeps meanwhile.
@safe public final class WaitingQueue<Element: Sendable>: Sendable {
    /// Used under the lock only.
    @unsafe private struct State {
        var mutex = unsafe pthread_mutex_t()
        var condition = pthread_cond_t()
        /// Those before `first` were taken.
        var elements: [Element?] = []
        var first = 0
        var hasEnded = false
    }

    /// At one place for its whole life, as the C library demands.
    private nonisolated(unsafe) let state: UnsafeMutablePointer<State>

    public init() {
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(to: State())
        unsafe pthread_mutex_init(&state.pointee.mutex, nil)
        unsafe pthread_cond_init(&state.pointee.condition, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(&state.pointee.condition)
        unsafe pthread_mutex_destroy(&state.pointee.mutex)
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    private func lock() { unsafe pthread_mutex_lock(&state.pointee.mutex) }

    private func unlock() { unsafe pthread_mutex_unlock(&state.pointee.mutex) }

    /// Puts something at the end.
    ///
    /// - Returns: whether it will be taken; not so after ``end()``.
    public func put(_ element: Element) -> Bool {
        lock()
        defer { unlock() }
        guard unsafe !state.pointee.hasEnded else { return false }
        unsafe state.pointee.elements.append(element)
        unsafe pthread_cond_signal(&state.pointee.condition)
        return true
    }

    /// The first one, or `nil` when everything was taken and nothing comes any more.
    public func take() -> Element? {
        lock()
        defer { unlock() }
        while true {
            let first = unsafe state.pointee.first
            if unsafe first < state.pointee.elements.count {
                let element = unsafe state.pointee.elements[first]
                unsafe state.pointee.elements[first] = nil
                unsafe state.pointee.first += 1
                // Now and then, so that taking one costs the same however many wait.
                if first > 64, unsafe first * 2 > state.pointee.elements.count {
                    unsafe state.pointee.elements.removeFirst(first + 1)
                    unsafe state.pointee.first = 0
                }
                return element
            }
            if unsafe state.pointee.hasEnded { return nil }
            unsafe pthread_cond_wait(&state.pointee.condition, &state.pointee.mutex)
        }
    }

    /// Nothing is put any more; what is there may still be taken.
    public func end() {
        lock()
        unsafe state.pointee.hasEnded = true
        unsafe pthread_cond_broadcast(&state.pointee.condition)
        unlock()
    }
}
