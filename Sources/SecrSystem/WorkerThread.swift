internal import CSecrShims
internal import Glibc

/// A thread that runs one piece of blocking work. Its owner must wait for it, or let go of it.
public struct WorkerThread: ~Copyable {
    private let handle: pthread_t

    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// `nil` where the system gives no more threads; the work is then not done.
    public init?(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        // Safe: balanced by takeRetainedValue in the thread, or by release where there is none.
        let retained = unsafe Unmanaged.passRetained(Work(body))
        let result = unsafe pthread_create(
            &thread, nil,
            { context in
                let place = secr_worker_begin()
                unsafe Unmanaged<Work>.fromOpaque(context!).takeRetainedValue().body()
                secr_worker_end(place)
                return nil
            }, retained.toOpaque())
        if result != 0 {
            unsafe retained.release()
            return nil
        }
        handle = thread
    }

    /// Returns when the work is done.
    public consuming func wait() {
        pthread_join(handle, nil)
    }

    /// Lets it work on, and end when it is done.
    public consuming func letGo() {
        pthread_detach(handle)
    }
}
