public import SecrWire
internal import Synchronization

/// Blobs that are gone with the process.
public final class MemoryBlobStore: BlobStore {
    private let days = Mutex<[Day: [StoredName: [UInt8]]]>([:])

    public init() {}

    public func put(_ name: StoredName, expires: Day, sealed: [UInt8]) async throws(StoreError) -> Bool {
        days.withLock { days in
            guard days[expires]?[name] == nil else { return false }
            days[expires, default: [:]][name] = sealed
            return true
        }
    }

    public func get(_ name: StoredName, expires: Day, size: Int) async throws(StoreError) -> [UInt8]? {
        guard let blob = days.withLock({ $0[expires]?[name] }), blob.count == size else { return nil }
        return blob
    }

    public func remove(_ name: StoredName, expires: Day) async throws(StoreError) {
        days.withLock { _ = $0[expires]?.removeValue(forKey: name) }
    }

    public func expire(today: Day) async throws(StoreError) {
        days.withLock { days in days = days.filter { $0.key >= today } }
    }

    public func bytes() async throws(StoreError) -> Int {
        days.withLock { $0.values.joined().reduce(0) { $0 + $1.value.count } }
    }
}
