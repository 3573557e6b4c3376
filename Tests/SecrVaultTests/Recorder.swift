import SecrStream
import SecrTestSupport
import SecrVault
import Synchronization

/// A store that writes down what a power cut could tear apart.
final class Recorder: ObjectStore {
    enum Operation: Sendable {
        case put(ObjectName, [UInt8], durably: Bool)
        case delete(ObjectName)
        case sync
        /// From here on, everything up to step `n` of a workload has been promised.
        case promise(Int)
    }

    private let memory: MemoryStore
    private let log = Mutex<[Operation]>([])

    init(_ memory: MemoryStore) { self.memory = memory }

    var operations: [Operation] { log.withLock { $0 } }

    func promise(_ step: Int) { log.withLock { $0.append(.promise(step)) } }

    func makeDraft() -> any ObjectDraft { Draft(self, memory.makeDraft()) }
    func open(_ name: ObjectName) -> (any SealedSource)? { memory.open(name) }
    func exists(_ name: ObjectName) -> Bool { memory.exists(name) }
    func list(_ body: (ObjectName, Int) throws(StoreError) -> Void) throws(StoreError) { try memory.list(body) }

    func delete(_ name: ObjectName) {
        guard memory.exists(name) else { return }
        memory.delete(name)
        log.withLock { $0.append(.delete(name)) }
    }

    var failedSyncs: Int { 0 }
    func sync(after failures: Int) { log.withLock { $0.append(.sync) } }
    func settle(_ name: ObjectName) {}

    private final class Draft: ObjectDraft {
        private let recorder: Recorder
        private let draft: any ObjectDraft

        init(_ recorder: Recorder, _ draft: any ObjectDraft) {
            self.recorder = recorder
            self.draft = draft
        }

        func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) { try draft.write(bytes) }

        func publish(_ name: ObjectName, durably: Bool) throws(StoreError) -> Bool {
            guard try draft.publish(name, durably: durably) else { return false }
            let bytes = recorder.memory.contents[name] ?? []
            recorder.log.withLock { $0.append(.put(name, bytes, durably: durably)) }
            return true
        }
    }
}

/// What a power cut leaves of a recorded history.
struct CrashState {
    /// How a change that was not synced can end.
    enum Fate: CaseIterable { case done, missing, empty, torn, zeros }

    let start: [ObjectName: [UInt8]]
    let operations: [Recorder.Operation]
    /// The power is cut after so many of them.
    let prefix: Int

    /// The last step that was promised before.
    var promised: Int {
        for operation in operations[..<prefix].reversed() { if case .promise(let step) = operation { return step } }
        return 0
    }

    /// Changes of which nobody knows what became, by their places.
    ///
    /// The last one is among them even if it was to be durable: the cut came before its answer.
    var uncertain: [Int] {
        var places: [Int] = []
        for (place, operation) in operations[..<prefix].enumerated() {
            switch operation {
            case .put(_, _, durably: false), .delete: places.append(place)
            case .sync: places = []
            case .put, .promise: break
            }
        }
        if prefix > 0, case .put(_, _, durably: true) = operations[prefix - 1] { places.append(prefix - 1) }
        return places
    }

    /// A durable object has its contents before it gets its name, and a deletion has nothing to be torn.
    func fates(at place: Int) -> [Fate] {
        if case .put(_, _, durably: false) = operations[place] { return [.missing, .empty, .torn, .zeros] }
        return [.missing]
    }

    func objects(_ fates: [Int: Fate]) -> [ObjectName: [UInt8]] {
        var objects = start
        for (place, operation) in operations[..<prefix].enumerated() {
            let fate = fates[place] ?? .done
            switch operation {
            case .put(let name, let bytes, _):
                switch fate {
                case .done: objects[name] = bytes
                case .missing: break
                case .empty: objects[name] = []
                case .torn: objects[name] = Array(bytes[..<(bytes.count / 2 + place % 7)])
                case .zeros:
                    let kept = bytes.count / 4_096 / 2 * 4_096
                    objects[name] = Array(bytes[..<kept]) + [UInt8](repeating: 0, count: bytes.count - kept)
                }
            case .delete(let name): if fate == .done { objects[name] = nil }
            case .sync, .promise: break
            }
        }
        return objects
    }
}
