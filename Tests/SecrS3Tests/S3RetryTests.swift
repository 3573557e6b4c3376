import Foundation
import SecrCrypto
import SecrHTTP
import SecrS3
import SecrTestSupport
import Testing

/// `scripted.py`, which ends with the process.
private struct ScriptedServer: Sendable {
    static let shared = try! ScriptedServer()
    let port: Int
    private let input = Pipe()

    init() throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", Repository.file("Tests/SecrS3Tests/scripted.py").path]
        process.standardInput = input
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        port = Int(line.split(separator: "\n")[0])!
    }
}

/// Servers that fail now and then.
@Suite(.enabled(if: Run.isInstalled("python3"))) struct S3RetryTests {
    private let client: S3Client

    init() throws {
        client = try Self.client(attempts: 4)
    }

    private static func client(attempts: Int, time: Int64? = nil, timeout: Duration = .seconds(60)) throws -> S3Client {
        var configuration = S3Configuration(
            endpoint: "http://127.0.0.1:\(ScriptedServer.shared.port)", region: "us-east-1", bucket: "bucket")
        configuration.attempts = attempts
        configuration.firstPause = .milliseconds(5)
        configuration.longestPause = .milliseconds(50)
        configuration.timeouts.total = timeout
        let credentials = try S3Credentials(accessKey: "A", secretKey: SecretBytes(copying: "geheim".utf8))
        guard let time else { return try S3Client(configuration, credentials: credentials, http: HTTPClient()) }
        return try S3Client(configuration, credentials: credentials, http: HTTPClient()) { time }
    }

    /// How often a key was asked for.
    private func count(_ key: String) async throws -> Int {
        let request = HTTPRequest("GET", "http://127.0.0.1:\(ScriptedServer.shared.port)/bucket/count?\(key)")
        return Int(String(decoding: try await HTTPClient().send(request).body, as: UTF8.self))!
    }

    private func failure(_ body: () async throws(S3Error) -> Void) async -> S3Error? {
        do {
            try await body()
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        ("200", 1), ("503.200", 2), ("slow.500.429.200", 4), ("close.200", 2), ("close.lost.502.200", 4),
        ("504.200", 2),
    ])
    func whatMayPassIsTriedAgain(plan: String, attempts: Int) async throws {
        let key = "\(plan)/\(UUID().uuidString)"
        #expect(try await client.put(key, [1, 2, 3]) == "\"tag\"")
        #expect(try await count(key) == attempts)
    }

    @Test(arguments: [
        ("503", S3Error.Code.server(503), 4), ("slow", .server(503), 4), ("close", .http(.connectionLost), 4),
        ("403", .accessDenied, 1), ("404", .notFound, 1), ("301", .server(301), 1), ("400", .server(400), 1),
        ("skew", .clockSkewed, 1), ("hostile", .server(400), 1), ("501", .server(501), 1),
    ])
    func whatDoesNotPassIsAnError(plan: String, code: S3Error.Code, attempts: Int) async throws {
        let key = "\(plan)/\(UUID().uuidString)"
        let error = try #require(await failure { () throws(S3Error) in _ = try await client.get(key, maximumSize: 10) })
        #expect(error.code == code)
        #expect(try await count(key) == attempts)
        #expect(!String(reflecting: error).contains("secret") && !String(reflecting: error).contains("geheim"))
        #expect(
            error.serverCode.count <= 64
                && error.serverCode.allSatisfy { $0.isLetter || $0.isNumber || ".?".contains($0) })
    }

    @Test func silenceIsTriedAgain() async throws {
        let client = try Self.client(attempts: 3, timeout: .milliseconds(300))
        let key = "hang.hang.200/\(UUID().uuidString)"
        try await client.put(key, [1])
        #expect(try await count(key) == 3)
    }

    /// Of an attempt whose answer was lost, the next one finds the object.
    @Test func whoPutItFirst() async throws {
        #expect(try await client.put("lost.412/\(UUID().uuidString)", [1], ifAbsent: true) == "\"found\"")
        let other = await failure { () throws(S3Error) in
            try await client.put("close.412/\(UUID().uuidString)", [1], ifAbsent: true)
        }
        #expect(other?.code == .exists)
        let first = await failure { () throws(S3Error) in
            try await client.put("412/\(UUID().uuidString)", [1], ifAbsent: true)
        }
        #expect(first?.code == .exists)
        // Two at the same time: one of them has to ask again.
        try await client.put("409.409.200/\(UUID().uuidString)", [1], ifAbsent: true)
        let always = await failure { () throws(S3Error) in
            try await client.put("409/\(UUID().uuidString)", [1], ifAbsent: true)
        }
        #expect(always?.code == .exists)
    }

    @Test func waitingCanBeCancelled() async throws {
        var configuration = S3Configuration(
            endpoint: "http://127.0.0.1:\(ScriptedServer.shared.port)", region: "us-east-1", bucket: "bucket")
        configuration.firstPause = .seconds(1_000)
        configuration.longestPause = .seconds(1_000)
        let credentials = try S3Credentials(accessKey: "A", secretKey: SecretBytes(copying: "s".utf8))
        let client = try S3Client(configuration, credentials: credentials, http: HTTPClient())
        let task = Task {
            await failure { () throws(S3Error) in try await client.delete("503/\(UUID().uuidString)") }
        }
        try await Task.sleep(for: .milliseconds(300))
        task.cancel()
        #expect(await task.value?.code == .cancelled)
    }

    @Test(arguments: ["", "a\0b", String(repeating: "k", count: 1_025)]) func keysAreChecked(key: String) async {
        #expect(await failure { () throws(S3Error) in try await client.delete(key) }?.code == .malformedRequest)
    }
}
