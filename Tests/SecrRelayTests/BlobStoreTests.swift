import SecrCrypto
import SecrHTTP
import SecrRelay
import SecrS3
import SecrTestSupport
import SecrWire
import SystemPackage
import Testing

/// What holds for every store of blobs, played on whichever is handed in, which is empty at first.
struct BlobStoreSuite {
    let store: any BlobStore
    let today = Day(rawValue: 20_000)

    static func name(_ number: UInt8) -> StoredName { StoredName([UInt8](repeating: number, count: 16)) }

    static func bytes(_ count: Int, _ seed: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ seed &+ $0 >> 8) }
    }

    func run() async throws {
        let (one, other) = (Self.name(1), Self.name(2))
        let (small, large) = (Self.bytes(65_576, 1), Self.bytes(4_194_344, 2))
        #expect(try await store.bytes() == 0)
        #expect(try await store.get(one, expires: today, size: small.count) == nil)
        #expect(try await store.put(one, expires: today, sealed: small))
        // What is there stays.
        #expect(try await !store.put(one, expires: today, sealed: Self.bytes(65_576, 9)))
        #expect(try await store.get(one, expires: today, size: small.count) == small)
        // Another day is another blob.
        #expect(try await store.get(one, expires: today.adding(1), size: small.count) == nil)
        #expect(try await store.put(one, expires: today.adding(1), sealed: large))
        #expect(try await store.get(one, expires: today.adding(1), size: large.count) == large)
        #expect(try await store.get(one, expires: today, size: small.count) == small)
        #expect(try await store.get(one, expires: today, size: small.count - 1) == nil)
        #expect(try await store.get(one, expires: today, size: small.count + 1) == nil)
        #expect(try await store.bytes() == small.count + large.count)
        try await store.remove(other, expires: today)
        try await store.remove(other, expires: today.adding(50))
        try await store.remove(one, expires: today.adding(1))
        try await store.remove(one, expires: today.adding(1))
        #expect(try await store.get(one, expires: today.adding(1), size: large.count) == nil)
        #expect(try await store.put(other, expires: today.adding(2), sealed: small))
        try await store.expire(today: today)
        #expect(try await store.bytes() == 2 * small.count)
        try await store.expire(today: today.adding(1))
        #expect(try await store.get(one, expires: today, size: small.count) == nil)
        #expect(try await store.get(other, expires: today.adding(2), size: small.count) == small)
        #expect(try await store.bytes() == small.count)
        try await manyAtOnce()
    }

    /// Of many who store under one name, one does; many who store under others all do.
    private func manyAtOnce() async throws {
        let stored = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<8 {
                group.addTask {
                    try await store.put(Self.name(9), expires: today.adding(3), sealed: Self.bytes(65_576, number))
                }
                group.addTask {
                    let (name, bytes) = (Self.name(UInt8(20 + number)), Self.bytes(65_576, number))
                    _ = try await store.put(name, expires: today.adding(3), sealed: bytes)
                    return try await store.get(name, expires: today.adding(3), size: bytes.count) != bytes
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(stored == 1)
    }
}

/// Every store of blobs does the same.
@Suite struct BlobStoreTests {
    @Test func memory() async throws { try await BlobStoreSuite(store: MemoryBlobStore()).run() }

    @Test(.enabled(if: MotoServer.isInstalled, Comment(rawValue: MotoServer.advice))) func s3() async throws {
        let server = try MotoServer.shared.get()
        var configuration = S3Configuration(
            endpoint: server.endpoint, region: "us-east-1", bucket: try server.makeBucket())
        configuration.attempts = 3
        let credentials = try S3Credentials(
            accessKey: server.accessKey, secretKey: SecretBytes(copying: server.secretKey.utf8))
        let client = try S3Client(configuration, credentials: credentials, http: HTTPClient())
        try await BlobStoreSuite(store: S3BlobStore(client)).run()
    }

    @Test func folder() async throws {
        let folder = try TemporaryFolder()
        try await BlobStoreSuite(store: FolderBlobStore(FilePath(folder.path).appending("blobs"))).run()
    }

    /// What goes to the operator's log names no blob.
    @Test func errorsNameNoBlob() async throws {
        let folder = try TemporaryFolder()
        let store = try FolderBlobStore(FilePath(folder.path).appending("blobs"))
        let (name, day) = (BlobStoreSuite.name(7), Day(rawValue: 20_000))
        // A file where the folder of that day should be.
        try folder.write([1], to: "blobs/4e20")
        func complaint(_ call: () async throws -> Void) async -> String? {
            do { try await call() } catch { return "\(error)" }
            return nil
        }
        let complaints = [
            await complaint { _ = try await store.put(name, expires: day, sealed: [1]) },
            await complaint { _ = try await store.get(name, expires: day, size: 1) },
            await complaint { try await store.remove(name, expires: day) },
        ]
        for complaint in complaints {
            let text = try #require(complaint)
            #expect(!text.contains(name.digits) && !text.contains("4e20") && text.hasPrefix("can't "), "\(text)")
        }
    }
}
