internal import SecrWire
internal import Synchronization

/// Collects changes while the store is busy with those before them, so that one sync serves many.
final class CommitQueue: Sendable {
    typealias Waiter = CheckedContinuation<Result<BoxOutcome, StoreError>, Never>

    private struct State {
        var changes: [BoxChange] = []
        var waiters: [Waiter] = []
        var isRunning = false
    }

    /// So many cells go to the disk at once; more don't make a transaction cheaper, but longer.
    private static let mostChanges = 64

    private let store: any BoxStore
    private let today: @Sendable () -> Day
    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: how many changes may wait.
    init(_ store: any BoxStore, limit: Int, today: @escaping @Sendable () -> Day) {
        self.store = store
        self.limit = limit
        self.today = today
    }

    /// Returns when the change is durable.
    func commit(_ change: BoxChange) async throws(StoreError) -> BoxOutcome {
        let result = await withCheckedContinuation { (waiter: Waiter) in
            let start: Bool? = state.withLock { state in
                guard state.changes.count < limit else { return nil }
                state.changes.append(change)
                state.waiters.append(waiter)
                defer { state.isRunning = true }
                return !state.isRunning
            }
            switch start {
            case nil: waiter.resume(returning: .failure(StoreError(.unavailable, "too much is waiting to be stored")))
            case true?: Task { await run() }
            case false?: break
            }
        }
        return try result.get()
    }

    private func run() async {
        while let (changes, waiters) = take() {
            do {
                let outcomes = try await commit(changes)
                for (waiter, outcome) in zip(waiters, outcomes) { waiter.resume(returning: .success(outcome)) }
            } catch {
                for waiter in waiters { waiter.resume(returning: .failure(error)) }
            }
        }
    }

    private func commit(_ changes: [BoxChange]) async throws(StoreError) -> [BoxOutcome] {
        do {
            return try await store.commit(changes, today: today())
        } catch  where error.isUncertain {
            // What was done is known by its marks, and not done again.
            return try await store.commit(changes, today: today())
        }
    }

    /// The next transaction; `nil` when there is none, and then nobody runs.
    private func take() -> ([BoxChange], [Waiter])? {
        state.withLock { state in
            let count = min(state.changes.count, Self.mostChanges)
            guard count > 0 else {
                state.isRunning = false
                return nil
            }
            defer {
                state.changes.removeFirst(count)
                state.waiters.removeFirst(count)
            }
            return (Array(state.changes[..<count]), Array(state.waiters[..<count]))
        }
    }
}
