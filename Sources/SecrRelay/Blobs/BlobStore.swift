public import SecrWire

/// Where sealed blobs lie: whole, written once, found by their last day and their name.
///
/// One conformance suite holds for all of them; every call may be made from any task.
public protocol BlobStore: Sendable {
    /// Stores a blob durably. Where there is one of that name and day, that one stays.
    ///
    /// - Returns: `false` where there was one.
    func put(_ name: StoredName, expires: Day, sealed: [UInt8]) async throws(StoreError) -> Bool

    /// A whole blob, or `nil` where there is none of that size.
    func get(_ name: StoredName, expires: Day, size: Int) async throws(StoreError) -> [UInt8]?

    /// No error where there is none.
    func remove(_ name: StoredName, expires: Day) async throws(StoreError)

    /// Forgets blobs whose last day is over, and what unfinished work of others left behind.
    func expire(today: Day) async throws(StoreError)

    /// How many bytes lie there, of all blobs together.
    func bytes() async throws(StoreError) -> Int
}
