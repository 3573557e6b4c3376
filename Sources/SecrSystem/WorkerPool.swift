internal import Glibc
internal import Synchronization

/// Runs independent pieces of blocking work on a few threads.
///
/// Not Swift concurrency: its pool has one thread per core and must not be blocked by file systems.
public enum WorkerPool {
    /// The processors that are running, at least 1.
    public static var processors: Int { max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN))) }

    /// Calls `body` once for every index below `count`, on up to `width` threads, and returns when all are done.
    ///
    /// Indexes are handed out in order. The caller's thread is one of the workers, so a width of 1 starts no thread.
    public static func forEach(_ count: Int, width: Int, _ body: @escaping @Sendable (Int) -> Void) {
        let queue = Queue(count: count, body: body)
        start(min(width, count) - 1, queue)
    }

    /// Drains the queue on this thread and on `others` more, one inside the other, so that each is waited for.
    private static func start(_ others: Int, _ queue: Queue) {
        // A thread that can't be had only costs speed.
        guard others > 0, let thread = WorkerThread({ queue.drain() }) else { return queue.drain() }
        start(others - 1, queue)
        thread.wait()
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
}
