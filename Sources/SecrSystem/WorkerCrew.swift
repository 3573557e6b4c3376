internal import Synchronization

/// Threads that do blocking work for tasks, so that none of the few threads of Swift concurrency waits for it.
///
/// Each has something of its own, such as a connection, which no other thread sees. Call ``end()`` before letting go of
/// a crew: otherwise whoever does so waits for work in progress.
public final class WorkerCrew<Own>: Sendable {
    private typealias Work = @Sendable (Own) -> Void

    /// What the threads share with the crew; they don't hold the crew itself.
    private final class Shared: Sendable {
        let queue = WaitingQueue<Work>()
        let state = Mutex((working: 0, waiting: [CheckedContinuation<Void, Never>]()))

        func work(with own: Own) {
            while let work = queue.take() { work(own) }
        }

        func leave() {
            let waiting = state.withLock { state in
                state.working -= 1
                guard state.working == 0 else { return [CheckedContinuation<Void, Never>]() }
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in waiting { continuation.resume() }
        }
    }

    /// A thread that is waited for with its owner.
    private final class Member: Sendable {
        private let thread: Mutex<WorkerThread?>

        init?(_ body: @escaping @Sendable () -> Void) {
            guard let thread = WorkerThread(body) else { return nil }
            self.thread = Mutex(thread)
        }

        deinit { thread.withLock { $0.take()?.wait() } }
    }

    private let shared: Shared
    private let members: [Member]

    /// - Parameter own: makes what a thread has for itself, on that thread.
    /// - Returns: `nil` where the system gives no threads.
    public init?(threads: Int, own: @escaping @Sendable () -> Own) {
        let shared = Shared()
        shared.state.withLock { $0.working = threads }
        let members = (0..<threads).compactMap { _ in
            Member {
                shared.work(with: own())
                shared.leave()
            }
        }
        self.shared = shared
        self.members = members
        guard members.count == threads else { return nil }
    }

    deinit { shared.queue.end() }

    /// Does something on the first thread that has time.
    ///
    /// - Returns: `nil` where the crew has ended; then it was not done.
    public func run<Result: Sendable>(_ body: @escaping @Sendable (Own) -> Result) async -> Result? {
        await withCheckedContinuation { continuation in
            let isAccepted = shared.queue.put { own in continuation.resume(returning: body(own)) }
            if !isAccepted { continuation.resume(returning: nil) }
        }
    }

    /// Takes no more work, and returns when everything is done that was asked for.
    public func end() async {
        shared.queue.end()
        await withCheckedContinuation { continuation in
            let isOver = shared.state.withLock { state in
                if state.working > 0 { state.waiting.append(continuation) }
                return state.working == 0
            }
            if isOver { continuation.resume() }
        }
    }
}
