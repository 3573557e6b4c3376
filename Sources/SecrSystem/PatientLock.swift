internal import Glibc

/// A lock that is held while files are read and written, so that whoever waits for it sleeps.
///
/// Those who wait for a `Mutex` keep a processor busy, in the hope that it takes a few instructions only.
@safe public final class PatientLock: Sendable {
    /// At one place for its whole life, as the C library demands.
    private nonisolated(unsafe) let mutex: UnsafeMutablePointer<pthread_mutex_t>

    public init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(mutex, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    /// Runs something that nothing else under the same lock runs beside. Not to be called by whoever holds it.
    public func locked<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return try body()
    }
}
