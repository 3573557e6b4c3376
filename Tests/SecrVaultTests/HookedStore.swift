import SecrStream
import SecrSystem
import SecrVault
import Synchronization

/// A store whose every step can be watched, held up or made to fail.
final class HookedStore: ObjectStore {
    enum Step: Equatable, Sendable {
        case draft, write
        case publish(ObjectName, durably: Bool)
        /// Behind it: an error here is one after which the object is there.
        case published(ObjectName, durably: Bool)
        case open(ObjectName), exists(ObjectName), delete(ObjectName), list, sync, settle(ObjectName)

        /// What needs room on a disk.
        var needsRoom: Bool {
            switch self {
            case .draft, .write, .publish: true
            default: false
            }
        }
    }

    private let base: any ObjectStore
    /// Syncs that did not come to the store below.
    private let failures = Mutex(0)
    private let hook: Mutex<@Sendable (Step) throws(StoreError) -> Void>

    init(_ base: any ObjectStore, hook: @escaping @Sendable (Step) throws(StoreError) -> Void = { _ in }) {
        self.base = base
        self.hook = Mutex(hook)
    }

    func setHook(_ hook: @escaping @Sendable (Step) throws(StoreError) -> Void) { self.hook.withLock { $0 = hook } }

    private func at(_ step: Step) throws(StoreError) {
        // Not under the lock: the hook may wait.
        try hook.withLock { $0 }(step)
    }

    func makeDraft() throws(StoreError) -> any ObjectDraft {
        try at(.draft)
        return Draft(self, try base.makeDraft())
    }

    func open(_ name: ObjectName) throws(StoreError) -> (any SealedSource)? {
        try at(.open(name))
        return try base.open(name)
    }

    func exists(_ name: ObjectName) throws(StoreError) -> Bool {
        try at(.exists(name))
        return try base.exists(name)
    }

    func delete(_ name: ObjectName) throws(StoreError) {
        try at(.delete(name))
        try base.delete(name)
    }

    func list(_ body: (ObjectName, Int) throws(StoreError) -> Void) throws(StoreError) {
        try at(.list)
        try base.list(body)
    }

    var failedSyncs: Int { base.failedSyncs + failures.withLock { $0 } }

    func sync(after failures: Int) throws(StoreError) {
        // As a system that tells only once.
        guard failures == failedSyncs else { throw StoreError(.failed, isUncertain: true) }
        do throws(StoreError) {
            try at(.sync)
        } catch {
            self.failures.withLock { $0 += 1 }
            throw error
        }
        try base.sync(after: base.failedSyncs)
    }

    func settle(_ name: ObjectName) throws(StoreError) {
        try at(.settle(name))
        try base.settle(name)
    }

    private final class Draft: ObjectDraft {
        private let store: HookedStore
        private let draft: any ObjectDraft

        init(_ store: HookedStore, _ draft: any ObjectDraft) {
            self.store = store
            self.draft = draft
        }

        func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
            try store.at(.write)
            try draft.write(bytes)
        }

        func publish(_ name: ObjectName, durably: Bool) throws(StoreError) -> Bool {
            try store.at(.publish(name, durably: durably))
            guard try draft.publish(name, durably: durably) else { return false }
            try store.at(.published(name, durably: durably))
            return true
        }
    }
}
