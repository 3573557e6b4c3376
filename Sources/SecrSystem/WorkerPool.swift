internal import Glibc
internal import Synchronization

/// Runs independent pieces of blocking work on a few threads.
///
/// Not Swift concurrency: its pool has one thread per core and must not be blocked by file systems.
public enum WorkerPool {
    /// The processors this process may use, at least 1.
    public static var processors: Int { max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))) }

    /// Calls `body` once for every index below `count`, on up to `width` threads, and returns when all are done.
    ///
    /// Indexes are handed out in order. The caller's thread is one of the workers, so a width of 1 starts no thread.
    public static func forEach(_ count: Int, width: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let queue = Queue(count: count, body: body)
        let threads = (1..<max(1, min(width, count))).compactMap { _ in Thread.start(queue) }
        queue.drain()
        for thread in threads { pthread_join(thread, nil) }
    }

    private final class Queue: Sendable {
        private let next = Atomic<Int>(0)
        private let count: Int
        private let body: @Sendable (Int) -> Void

        init(count: Int, body: @escaping @Sendable (Int) -> Void) {
            self.count = count
            self.body = body
        }

        func drain() {
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                if index >= count { return }
                body(index)
            }
        }
    }

    private enum Thread {
        /// A running thread that drains `queue`; `nil` where the system gives no more, which only costs speed.
        static func start(_ queue: Queue) -> pthread_t? {
            var thread = pthread_t()
            // Safe: balanced by takeRetainedValue in the thread, or below where there is none.
            let retained = unsafe Unmanaged.passRetained(queue)
            let result = unsafe pthread_create(
                &thread, nil,
                { context in
                    unsafe Unmanaged<Queue>.fromOpaque(context!).takeRetainedValue().drain()
                    return nil
                }, retained.toOpaque())
            if result != 0 {
                unsafe retained.release()
                return nil
            }
            return thread
        }
    }
}
