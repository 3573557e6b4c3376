internal import Glibc

/// Lets threads do something in the order of their numbers.
///
/// Number 0 comes first. Every number has to come exactly once, or those behind it wait for ever.
@safe public final class Turn: Sendable {
    /// Written under the lock only.
    @unsafe private struct State {
        var mutex = unsafe pthread_mutex_t()
        var condition = pthread_cond_t()
        var current = 0
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
        unsafe state.deallocate()
    }

    /// Returns when it is the turn of `number`.
    public func wait(for number: Int) {
        unsafe pthread_mutex_lock(&state.pointee.mutex)
        while unsafe state.pointee.current < number {
            unsafe pthread_cond_wait(&state.pointee.condition, &state.pointee.mutex)
        }
        unsafe pthread_mutex_unlock(&state.pointee.mutex)
    }

    /// To be called by whoever's turn it is, when done.
    public func advance() {
        unsafe pthread_mutex_lock(&state.pointee.mutex)
        unsafe state.pointee.current += 1
        unsafe pthread_cond_broadcast(&state.pointee.condition)
        unsafe pthread_mutex_unlock(&state.pointee.mutex)
    }
}
