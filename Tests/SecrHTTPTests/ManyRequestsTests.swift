import SecrHTTP
import SecrTestSupport
import Testing

/// Cancelling, ending, and many at a time.
@Suite(.serialized, .enabled(if: TestServer.isPossible, "python3 and openssl are needed")) struct ManyRequestsTests {
    let server = TestServer.shared

    @Test func aCancelledTaskGoesOnAtOnce() async throws {
        let client = try HTTPClient()
        let request = HTTPRequest("GET", server.url("/wait"))
        let task = Task { await failure(client, request) }
        try await Task.sleep(for: .milliseconds(100))
        let clock = ContinuousClock.now
        task.cancel()
        #expect(await task.value?.code == .cancelled)
        #expect(ContinuousClock.now - clock < .seconds(30))
        // One that was cancelled before.
        let late = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await failure(client, request)
        }
        #expect(await late.value == HTTPError(.cancelled, mayHaveBeenReceived: false, "the request was cancelled"))
    }

    @Test func theEndOfTheClientEndsEverything() async throws {
        let client = try HTTPClient()
        let requests = (0..<10).map { _ in Task { await failure(client, HTTPRequest("GET", server.url("/wait"))) } }
        try await Task.sleep(for: .milliseconds(100))
        client.shutdown()
        for request in requests { #expect(await request.value?.code == .shutDown) }
        #expect(await failure(client, HTTPRequest("GET", server.url("/ok")))?.code == .shutDown)
        client.shutdown()
        for _ in 0..<50 { _ = try HTTPClient() }
    }

    /// Their connections are gone, too, when nobody waits for them any more.
    @Test func thousandsWait() async throws {
        let (client, other) = (try HTTPClient(), try HTTPClient())
        var request = HTTPRequest("GET", server.url("/wait"))
        request.timeouts.connect = .seconds(120)
        let waiting = request
        let count = 2_000
        let tasks = (0..<count).map { _ in Task { await failure(client, waiting) } }
        try await until { try await server.number("/waiting", other) >= count }
        // While they wait, others are served by the same client.
        for _ in 0..<100 { #expect(try await client.text(server.url("/ok")) == "ok") }
        for task in tasks { task.cancel() }
        for task in tasks { #expect(await task.value?.code == .cancelled) }
        try await until { try await server.number("/waiting", other) < count }
        #expect(try await client.text(server.url("/ok")) == "ok")
    }

    /// All at once and each cancelled at some time, before, while or after it is answered.
    @Test func cancellationsAtAnyTime() async throws {
        let client = try HTTPClient()
        var generator = Seeded(7)
        var answered = 0
        for _ in 0..<20 {
            let delays = (0..<50).map { _ in UInt64.random(in: 0...3_000_000, using: &generator) }
            await withTaskGroup(of: HTTPError?.self) { group in
                for delay in delays {
                    let task = Task { await failure(client, HTTPRequest("GET", server.url("/size?20000"))) }
                    group.addTask {
                        try? await Task.sleep(nanoseconds: delay)
                        task.cancel()
                        return await task.value
                    }
                }
                for await error in group {
                    #expect(error == nil || error?.code == .cancelled)
                    if error == nil { answered += 1 }
                }
            }
        }
        #expect(try await client.text(server.url("/ok")) == "ok")
    }
}
