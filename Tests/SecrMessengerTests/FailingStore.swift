import SecrStream
import SecrVault
import Synchronization

/// A store that ends at some step, as if the process had: nothing that comes after it gets there.
final class FailingStore: ObjectStore {
    private let base: any ObjectStore
    /// Steps that are left before that; `nil` for ever.
    private let left: Mutex<Int?>
    /// Steps that there were.
    private let steps = Mutex(0)
    /// Whether the step at which it ends is carried out, and only not told of.
    private let isDone: Bool

    init(_ base: any ObjectStore, isDone: Bool = false) {
        self.base = base
        self.isDone = isDone
        left = Mutex(nil)
    }

    func end(after count: Int?) {
        left.withLock { $0 = count }
        steps.withLock { $0 = 0 }
    }

    var count: Int { steps.withLock { $0 } }
    var hasEnded: Bool { left.withLock { $0.map { $0 < 0 } ?? false } }

    private func at<Result>(_ step: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        steps.withLock { $0 += 1 }
        let (fails, isFirst) = left.withLock { left in
            guard let count = left else { return (false, false) }
            left = max(-1, count - 1)
            return (count <= 0, count == 0)
        }
        if fails, isFirst, isDone { _ = try step() }
        if fails { throw StoreError(.failed, isUncertain: true) }
        return try step()
    }

    func makeDraft() throws(StoreError) -> any ObjectDraft { Draft(self, try base.makeDraft()) }
    func open(_ name: ObjectName) throws(StoreError) -> (any SealedSource)? { try base.open(name) }
    func exists(_ name: ObjectName) throws(StoreError) -> Bool { try base.exists(name) }
    func list(_ body: (ObjectName, Int) throws(StoreError) -> Void) throws(StoreError) { try base.list(body) }
    func settle(_ name: ObjectName) throws(StoreError) { try base.settle(name) }
    func delete(_ name: ObjectName) throws(StoreError) {
        try at { () throws(StoreError) in try base.delete(name) }
    }

    var failedSyncs: Int { base.failedSyncs }
    func sync(after failures: Int) throws(StoreError) {
        try at { () throws(StoreError) in try base.sync(after: failures) }
    }

    private final class Draft: ObjectDraft {
        private let store: FailingStore
        private let draft: any ObjectDraft

        init(_ store: FailingStore, _ draft: any ObjectDraft) { (self.store, self.draft) = (store, draft) }

        func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
            // Often, and nothing that lasts.
            try draft.write(bytes)
        }

        func publish(_ name: ObjectName, durably: Bool) throws(StoreError) -> Bool {
            try store.at { () throws(StoreError) in try draft.publish(name, durably: durably) }
        }
    }
}
