public import SecrS3
public import SecrWire

/// Blobs as objects of a bucket: `DAY/NAME`, in hexadecimal digits, the day in eight of them.
///
/// Any number of relays may share it. A rule of the bucket that deletes objects after a while does no harm.
public final class S3BlobStore: BlobStore {
    private let client: S3Client

    public init(_ client: S3Client) { self.client = client }

    public func put(_ name: StoredName, expires: Day, sealed: [UInt8]) async throws(StoreError) -> Bool {
        do {
            try await client.put(Self.key(name, expires), sealed, ifAbsent: true)
            return true
        } catch {
            if error.code == .exists { return false }
            throw StoreError(error)
        }
    }

    public func get(_ name: StoredName, expires: Day, size: Int) async throws(StoreError) -> [UInt8]? {
        do {
            let bytes = try await client.get(Self.key(name, expires), maximumSize: size)
            return bytes.count == size ? bytes : nil
        } catch {
            if error.code == .notFound || error.code == .tooLarge { return nil }
            throw StoreError(error)
        }
    }

    public func remove(_ name: StoredName, expires: Day) async throws(StoreError) {
        do { try await client.delete(Self.key(name, expires)) } catch { throw StoreError(error) }
    }

    public func expire(today: Day) async throws(StoreError) {
        // In the order of their keys, so those that are over come first.
        var page: S3Page?
        repeat {
            page = try await next(page)
            for object in page?.objects ?? [] {
                guard let day = Self.day(of: object.key) else { continue }
                if day >= today { return }
                do { try await client.delete(object.key) } catch { throw StoreError(error) }
            }
        } while page?.next != nil
    }

    public func bytes() async throws(StoreError) -> Int {
        var sum = 0
        var page: S3Page?
        repeat {
            page = try await next(page)
            sum += page?.objects.reduce(0) { $0 + (Self.day(of: $1.key) == nil ? 0 : $1.size) } ?? 0
        } while page?.next != nil
        return sum
    }

    private func next(_ page: S3Page?) async throws(StoreError) -> S3Page {
        do { return try await client.list(after: page?.next) } catch { throw StoreError(error) }
    }

    private static func key(_ name: StoredName, _ day: Day) -> String {
        let digits = String(day.rawValue, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits + "/" + name.digits
    }

    /// - Returns: `nil` for what this store did not put there.
    private static func day(of key: String) -> Day? {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 8, parts[1].utf8.count == 2 * StoredName.size else { return nil }
        return UInt32(parts[0], radix: 16).map { Day(rawValue: $0) }
    }
}

extension StoreError {
    init(_ error: S3Error) {
        let code: Code =
            switch error.code {
            case .noSuchBucket, .accessDenied, .badCredentials, .malformedRequest: .unusable
            default: .unavailable
            }
        self.init(code, "the store of blobs: \(error)")
    }
}
