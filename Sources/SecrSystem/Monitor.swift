internal import Glibc

/// A value that threads change, and for which they wait; whoever waits sleeps.
@safe final class Monitor<Value: Sendable>: Sendable {
    /// Used under the lock only.
    @unsafe private struct State {
        var mutex = unsafe pthread_mutex_t()
        var condition = pthread_cond_t()
        var value: Value
    }

    /// At one place for its whole life, as the C library demands.
    private nonisolated(unsafe) let state: UnsafeMutablePointer<State>

    init(_ value: Value) {
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(to: State(value: value))
        unsafe pthread_mutex_init(&state.pointee.mutex, nil)
        unsafe pthread_cond_init(&state.pointee.condition, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(&state.pointee.condition)
        unsafe pthread_mutex_destroy(&state.pointee.mutex)
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    /// Changes the value, and lets one of those who wait look at it.
    func change<Result>(_ body: (inout Value) -> Result) -> Result {
        locked {
            defer { unsafe pthread_cond_signal(&state.pointee.condition) }
            return unsafe body(&state.pointee.value)
        }
    }

    /// The same for all of them.
    func changeForAll(_ body: (inout Value) -> Void) {
        locked {
            unsafe body(&state.pointee.value)
            unsafe pthread_cond_broadcast(&state.pointee.condition)
        }
    }

    /// Waits until `body` has a result. It may change the value when it has one.
    func wait<Result>(for body: (inout Value) -> Result?) -> Result {
        locked {
            while true {
                if let result = unsafe body(&state.pointee.value) { return result }
                unsafe pthread_cond_wait(&state.pointee.condition, &state.pointee.mutex)
            }
        }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        unsafe pthread_mutex_lock(&state.pointee.mutex)
        defer { unsafe pthread_mutex_unlock(&state.pointee.mutex) }
        return body()
    }
}
