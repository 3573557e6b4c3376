import SecrHTTP
import SecrTestSupport
import Testing

/// Servers that are broken, hostile or silent.
@Suite(.enabled(if: TestServer.isPossible, "python3 and openssl are needed")) struct BadAnswerTests {
    let server = TestServer.shared
    let client: HTTPClient

    init() throws { client = try HTTPClient() }

    @Test(arguments: [
        ("/close", HTTPError.Code.connectionLost), ("/partial", .connectionLost), ("/partial-chunk", .connectionLost),
        ("/half-head", .connectionLost), ("/old", .malformedAnswer), ("/status-text", .malformedAnswer),
        ("/status-short", .malformedAnswer), ("/status-only-1xx", .connectionLost), ("/garbage", .malformedAnswer),
        ("/no-colon", .malformedAnswer), ("/no-name", .malformedAnswer), ("/spaced-name", .malformedAnswer),
        ("/folded", .malformedAnswer), ("/nul", .malformedAnswer), ("/length-text", .malformedAnswer),
        ("/length-negative", .malformedAnswer), ("/length-huge", .malformedAnswer), ("/chunk-bad", .connectionLost),
        ("/bomb-headers", .answerTooLarge), ("/bomb-header", .answerTooLarge), ("/bomb-early", .answerTooLarge),
        ("/bomb-body", .answerTooLarge), ("/bomb-chunks", .answerTooLarge), ("/bomb-trailers", .answerTooLarge),
    ])
    func damagedAnswers(path: String, code: HTTPError.Code) async throws {
        let error = try #require(await failure(client, HTTPRequest("GET", server.url(path))))
        #expect(error.code == code, "\(error)")
        #expect(error.mayHaveBeenReceived)
        // Others do not suffer.
        #expect(try await client.text(server.url("/ok")) == "ok")
    }

    @Test func aLongAnswerIsRefusedAtOnce() async throws {
        for size in [11, 1_000_000_000] {
            let request = HTTPRequest("GET", server.url("/size?\(min(size, 50_000_000))"), maximumBodySize: 10)
            #expect(await failure(client, request)?.code == .answerTooLarge)
        }
        let head = HTTPRequest("HEAD", server.url("/partial"), maximumBodySize: 10)
        #expect(try await client.send(head).headers["content-length"] == "100")
    }

    @Test func timesAreKept() async throws {
        for path in ["/wait", "/slow"] {
            var request = HTTPRequest("GET", server.url(path))
            request.timeouts.total = .milliseconds(300)
            let clock = ContinuousClock.now
            let error = try #require(await failure(client, request))
            #expect(error.code == .timedOut && error.mayHaveBeenReceived)
            #expect((.milliseconds(290)...(.seconds(60))).contains(ContinuousClock.now - clock))
        }
    }

    @Test func slownessIsNoticed() async throws {
        var request = HTTPRequest("GET", server.url("/slow"))
        request.timeouts.lowSpeed = .init(bytesPerSecond: 1_000, seconds: 1)
        #expect(await failure(client, request)?.code == .timedOut)
    }

    @Test func nobodyListens() async throws {
        let error = try #require(await failure(client, HTTPRequest("GET", "http://127.0.0.1:1/")))
        #expect(error.code == .cannotConnect && !error.mayHaveBeenReceived)
        var request = HTTPRequest("GET", "http://relay/")
        request.unixSocket = "/nowhere/at/all"
        #expect(await failure(client, request)?.code == .cannotConnect)
        let unknown = HTTPRequest("GET", "http://name.invalid/")
        #expect(await failure(client, unknown)?.code == .cannotResolve)
    }

    /// A kept connection that breaks before an answer: what may be sent twice is.
    @Test func onlyWhatMayBeRepeatedIsSentTwice() async throws {
        let mark = UInt64.random(in: 0...UInt64.max)
        let (get, post) = (server.url("/second-breaks?g\(mark)"), server.url("/second-breaks?p\(mark)"))
        let other = server.url("/ok")
        // Each on a client of its own, whose one connection has served a request.
        let first = try HTTPClient()
        _ = try await first.get(other)
        #expect(try await first.text(get) == "ok")
        #expect(try await server.number("/requests?/second-breaks?g\(mark)", client) == 2)
        let second = try HTTPClient()
        _ = try await second.get(other)
        let error = await failure(second, HTTPRequest("POST", post, body: [1]))
        #expect(error?.code == .connectionLost && error?.mayHaveBeenReceived == true)
        #expect(try await server.number("/requests?/second-breaks?p\(mark)", client) == 1)
        var large = HTTPRequest("POST", post, body: [UInt8](repeating: 1, count: 100_000))
        large.mayBeRepeated = true
        _ = try await second.get(other)
        #expect(try await second.send(large).text == "ok")
    }

    @Test func errorsTellNothing() async throws {
        let request = HTTPRequest(
            "POST", server.url("/close?secret"), headers: [("Authorization", "secret")], body: Array("secret".utf8))
        let error = try #require(await failure(client, request))
        #expect(!String(reflecting: error).contains("secret"))
        let first = try #require(error.description.first)
        #expect(first.isLowercase && !error.description.hasSuffix("."))
    }
}
