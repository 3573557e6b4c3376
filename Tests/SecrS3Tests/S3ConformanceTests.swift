import SecrCrypto
import SecrHTTP
import SecrS3
import SecrTestSupport
import Testing

/// What a bucket does, at a real server, which checks all signatures.
@Suite(.serialized, .enabled(if: MotoServer.isInstalled, "\(MotoServer.advice)")) struct S3ConformanceTests {
    private let server: MotoServer
    private let bucket: String
    private let client: S3Client

    init() throws {
        server = try MotoServer.shared.get()
        bucket = try server.makeBucket()
        client = try Self.client(server, bucket)
    }

    private static func client(
        _ server: MotoServer, _ bucket: String, secretKey: String? = nil, hasHost: Bool = false
    ) throws -> S3Client {
        var configuration = S3Configuration(endpoint: server.endpoint, region: "us-east-1", bucket: bucket)
        if hasHost {
            // Every name below `localhost` is this machine.
            configuration.endpoint = server.endpoint.replacing("127.0.0.1", with: "localhost")
            configuration.addressing = .virtualHost
        }
        configuration.firstPause = .milliseconds(10)
        let secret = SecretBytes(copying: (secretKey ?? server.secretKey).utf8)
        let credentials = try S3Credentials(accessKey: server.accessKey, secretKey: secret)
        return try S3Client(configuration, credentials: credentials, http: HTTPClient())
    }

    private func failure(_ body: () async throws(S3Error) -> Void) async -> S3Error.Code? {
        do {
            try await body()
            return nil
        } catch {
            return error.code
        }
    }

    @Test func objectsComeAndGo() async throws {
        for size in [0, 1, 1_000, 3_000_000] {
            var generator = Seeded(UInt64(size))
            let bytes = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let tag = try await client.put("object", bytes)
            #expect(!tag.isEmpty)
            #expect(try await client.head("object") == S3Object(key: "object", size: size, tag: tag))
            #expect(try await client.get("object", maximumSize: size) == bytes)
            if size > 0 {
                let small = await failure { () throws(S3Error) in
                    _ = try await client.get("object", maximumSize: size - 1)
                }
                #expect(small == .tooLarge)
            }
        }
        try await client.put("object", Array("0123456789".utf8))
        #expect(try await client.get("object", range: 2..<5, maximumSize: 3) == Array("234".utf8))
        #expect(try await client.get("object", range: 8..<100, maximumSize: 100) == Array("89".utf8))
        let behind = await failure { () throws(S3Error) in
            _ = try await client.get("object", range: 10..<11, maximumSize: 10)
        }
        #expect(behind == .server(416))
        try await client.delete("object")
        try await client.delete("object")
        #expect(await failure { () throws(S3Error) in _ = try await client.get("object", maximumSize: 1) } == .notFound)
        #expect(await failure { () throws(S3Error) in _ = try await client.head("object") } == .notFound)
    }

    @Test func theBucketMayBePartOfTheHost() async throws {
        let other = try Self.client(server, bucket, hasHost: true)
        try await other.put("a/b c", [1, 2])
        #expect(try await other.get("a/b c", maximumSize: 2) == [1, 2])
        #expect(try await client.get("a/b c", maximumSize: 2) == [1, 2])
        #expect(try await other.list(prefix: "a/").objects.map(\.key) == ["a/b c"])
    }

    @Test func theFirstOneStays() async throws {
        try await client.put("new", [1], ifAbsent: true)
        let second = await failure { () throws(S3Error) in try await client.put("new", [2], ifAbsent: true) }
        #expect(second == .exists)
        #expect(try await client.get("new", maximumSize: 1) == [1])
        try await client.put("new", [3])
        #expect(try await client.get("new", maximumSize: 1) == [3])
    }

    @Test(arguments: [
        "a b", "a+b", "a%20b", "a&b=c?d#e", "\u{E4}\u{1F600}", "a//b", "~-._!*'()", "a/./b/../c", "a\"<>\\^`{|}", "%",
        "a\u{1}b", "/first", "last/", ":;,@$",
    ])
    func keysOfAllKinds(key: String) async throws {
        let bytes = Array(key.utf8)
        try await client.put(key, bytes)
        #expect(try await client.get(key, maximumSize: 100) == bytes)
        #expect(try await client.list().objects.map(\.key) == [key])
        #expect(try await client.list(prefix: String(key.prefix(1))).objects.map(\.key) == [key])
        try await client.delete(key)
        #expect(try await client.list().objects.isEmpty)
    }

    @Test func listsComeInPages() async throws {
        let keys = (0..<25).map { "p/\($0 < 10 ? "0" : "")\($0)" }
        for key in keys { try await client.put(key, Array(key.utf8)) }
        try await client.put("q", [])
        for most in [1, 7, 25, 1_000] {
            var found: [String] = []
            var next: String?
            repeat {
                let page = try await client.list(prefix: "p/", after: next, most: most)
                #expect(page.objects.count <= most)
                #expect(page.objects.allSatisfy { $0.size == 4 && !$0.tag.isEmpty })
                found += page.objects.map(\.key)
                next = page.next
            } while next != nil
            #expect(found == keys)
        }
        #expect(try await client.list(prefix: "none").objects.isEmpty)
    }

    @Test func whoMayNotIsToldSo() async throws {
        let wrong = try Self.client(server, bucket, secretKey: "wrong")
        #expect(await failure { () throws(S3Error) in try await wrong.put("a", [1]) } == .accessDenied)
        #expect(await failure { () throws(S3Error) in _ = try await wrong.list() } == .accessDenied)
        let nowhere = try Self.client(server, "no-such-bucket")
        #expect(await failure { () throws(S3Error) in try await nowhere.put("a", [1]) } == .noSuchBucket)
        #expect(await failure { () throws(S3Error) in _ = try await nowhere.list() } == .noSuchBucket)
    }

    @Test func manyAtOnce() async throws {
        let client = client
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let bytes = Array("\(number)".utf8)
                    try await client.put("many/\(number)", bytes)
                    #expect(try await client.get("many/\(number)", maximumSize: 10) == bytes)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await client.list(prefix: "many/").objects.count == 50)
    }
}
