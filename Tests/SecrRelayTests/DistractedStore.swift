import SecrRelay
import SecrWire
import Synchronization

/// A store in memory in which something happens right after a look into a box, and before whoever looked knows.
final class DistractedStore: BoxStore {
    typealias Distraction = @Sendable () async -> Void

    private let store = MemoryBoxStore()
    private let next = Mutex<Distraction?>(nil)

    /// - Parameter distraction: happens once.
    func distract(_ distraction: @escaping Distraction) { next.withLock { $0 = distraction } }

    func next(in box: StoredName, after number: UInt64) async throws(StoreError) -> StoredCell? {
        let cell = try await store.next(in: box, after: number)
        await next.withLock { $0.take() }?()
        return cell
    }

    func commit(_ changes: [BoxChange], today: Day) async throws(StoreError) -> [BoxOutcome] {
        try await store.commit(changes, today: today)
    }

    func expire(today: Day, unusedDays: Int) async throws(StoreError) {
        try await store.expire(today: today, unusedDays: unusedDays)
    }

    func record(of box: StoredName) async throws(StoreError) -> BoxRecord? { try await store.record(of: box) }

    func listen(_ told: @escaping @Sendable (StoredName?) -> Void) async {}

    func close() async {}
}
