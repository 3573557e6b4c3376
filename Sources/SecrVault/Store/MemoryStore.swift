public import SecrStream
internal import Synchronization

/// Objects in memory, for tests and for what needs no disk.
public final class MemoryStore: ObjectStore {
    private let objects: Mutex<[ObjectName: [UInt8]]>

    public init(_ objects: [ObjectName: [UInt8]] = [:]) {
        self.objects = Mutex(objects)
    }

    /// A copy of everything.
    public var contents: [ObjectName: [UInt8]] { objects.withLock { $0 } }

    public func makeDraft() -> any ObjectDraft { Draft(self) }

    public func open(_ name: ObjectName) -> (any SealedSource)? {
        objects.withLock { $0[name] }.map(SealedBytes.init)
    }

    public func exists(_ name: ObjectName) -> Bool { objects.withLock { $0[name] != nil } }

    public func delete(_ name: ObjectName) { _ = objects.withLock { $0.removeValue(forKey: name) } }

    public func list(_ body: (ObjectName, Int) throws(StoreError) -> Void) throws(StoreError) {
        for (name, bytes) in contents { try body(name, bytes.count) }
    }

    public var failedSyncs: Int { 0 }

    public func sync(after failures: Int) {}

    public func settle(_ name: ObjectName) {}

    private final class Draft: ObjectDraft {
        private let store: MemoryStore
        private let bytes = Mutex<[UInt8]>([])

        init(_ store: MemoryStore) { self.store = store }

        func write(_ bytes: UnsafeRawBufferPointer) {
            // Safe: copied at once.
            let copy = unsafe Array(bytes)
            self.bytes.withLock { $0 += copy }
        }

        func publish(_ name: ObjectName, durably: Bool) -> Bool {
            let bytes = bytes.withLock { $0 }
            return store.objects.withLock { objects in
                if objects[name] != nil { return false }
                objects[name] = bytes
                return true
            }
        }
    }
}

/// Sealed bytes that are in memory.
struct SealedBytes: SealedSource {
    let bytes: [UInt8]

    var size: Int { bytes.count }

    func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        guard offset >= 0, offset + buffer.count <= bytes.count else { throw StoreError(.shortened) }
        unsafe buffer.copyBytes(from: bytes[offset..<offset + buffer.count])
    }
}
