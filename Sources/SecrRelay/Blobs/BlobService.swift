internal import SecrWire
internal import Synchronization

/// What a relay does with blobs. Nothing but the sealed blob itself is kept of one: its last day and its size are told by
/// whoever asks for it.
final class BlobService: Sendable {
    private let store: any BlobStore
    private let keys: RelayKeys
    private let limits: RelayLimits
    /// Bytes that are kept, as far as this relay knows; others may share the store, and what is removed is noticed when
    /// they are counted again.
    private let kept = Mutex((bytes: 0, counted: ContinuousClock.now))
    private static let countAgain = Duration.seconds(600)

    init(_ store: any BlobStore, keys: RelayKeys, limits: RelayLimits) {
        self.store = store
        self.keys = keys
        self.limits = limits
    }

    /// - Returns: with ``Answer/Status/done`` the last day on which the blob is there.
    func store(
        _ command: Command, _ size: BlobSize, days: Int, _ content: [UInt8], today: Day
    ) async throws(StoreError) -> (Answer.Status, Day) {
        guard days <= limits.blobDays, try await hasRoom(size.count) else { return (.limit, today) }
        let (name, expires) = (keys.name(of: command.address), today.adding(days))
        guard let sealed = keys.seal(content, name: name, expires: expires) else { return (.day, today) }
        if try await store.put(name, expires: expires, sealed: sealed) { kept.withLock { $0.bytes += size.count } }
        return (.done, expires)
    }

    /// - Parameter isAuthentic: where it was not signed with the right key, there is no such blob.
    func fetch(
        _ command: Command, _ size: BlobSize, expires: Day, isAuthentic: Bool
    ) async throws(StoreError) -> [UInt8]? {
        let name = isAuthentic ? keys.name(of: command.address) : RelayKeys.unusedName()
        let sealed = try await store.get(name, expires: expires, size: size.count + RelayKeys.overhead)
        return sealed.flatMap { keys.open($0, name: name, expires: expires) }
    }

    func remove(_ command: Command, expires: Day, isAuthentic: Bool) async throws(StoreError) {
        let name = isAuthentic ? keys.name(of: command.address) : RelayKeys.unusedName()
        try await store.remove(name, expires: expires)
    }

    /// Forgets what is over, and counts what is left.
    func expire(today: Day) async throws(StoreError) {
        try await store.expire(today: today)
        try await count()
    }

    private func count() async throws(StoreError) {
        let bytes = try await store.bytes()
        kept.withLock { $0 = (bytes, .now) }
    }

    private func hasRoom(_ count: Int) async throws(StoreError) -> Bool {
        func fits() -> Bool { kept.withLock { $0.bytes + count <= limits.blobStorage } }
        if fits() { return true }
        guard kept.withLock({ $0.counted.duration(to: .now) > Self.countAgain }) else { return false }
        try await self.count()
        return fits()
    }
}
