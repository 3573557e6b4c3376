import SecrHTTP
import SecrTestSupport
import Testing

/// What is sent, and what comes of answers that are as they should be.
@Suite(.enabled(if: TestServer.isPossible, "python3 and openssl are needed")) struct HTTPClientTests {
    let server = TestServer.shared
    let client: HTTPClient

    init() throws { client = try HTTPClient() }

    @Test func anAnswerHasStatusHeadersAndBody() async throws {
        let answer = try await client.get(server.url("/ok"))
        #expect(answer.status == 200)
        #expect(answer.text == "ok")
        #expect(answer.headers["x-test"] == "a value")
        #expect(answer.headers["X-TEST"] == "a value")
        #expect(answer.headers["x-empty"] == "")
        #expect(answer.headers["x-none"] == nil)
        #expect(answer.headers.all("x-twice") == ["1", "2"])
        #expect(answer.headers.map(\.name) == ["content-length", "x-test", "x-twice", "x-twice", "x-empty"])
    }

    @Test(arguments: [
        ("/missing", 404, "no"), ("/redirect", 302, ""), ("/nothing", 204, ""), ("/early", 200, "ok"),
        ("/chunked", 200, "ok"), ("/until-close", 200, "ok"), ("/encoded", 200, "not gzip"),
    ])
    func answersOfManyKinds(path: String, status: Int, body: String) async throws {
        let answer = try await client.get(server.url(path))
        #expect(answer.status == status && answer.text == body)
        #expect(answer.headers["link"] == nil, "an early head is not that of the answer")
    }

    /// Nothing that tells who asks: no agent, no cookie, no encodings, nothing accepted but what the caller says.
    @Test(arguments: [
        (HTTPRequest("GET", "/echo"), "GET /echo HTTP/1.1\r\nHost: HOST\r\n\r\n"),
        (HTTPRequest("DELETE", "/echo?a=%20&b"), "DELETE /echo?a=%20&b HTTP/1.1\r\nHost: HOST\r\n\r\n"),
        (HTTPRequest("GET", "/x/../echo/./..//echo/../../echo"), ""),
        (HTTPRequest("POST", "/echo"), "POST /echo HTTP/1.1\r\nHost: HOST\r\nContent-Length: 0\r\n\r\n"),
        (
            HTTPRequest(
                "PUT", "/echo", headers: [("X-A", "b"), ("X-Blank", ""), ("X-Space", "  ")], body: [65, 0, 66]),
            "PUT /echo HTTP/1.1\r\nHost: HOST\r\nX-A: b\r\nX-Blank:\r\nX-Space:\r\nContent-Length: 3\r\n\r\nA\0B"
        ),
        (
            HTTPRequest("POST", "/echo", headers: [("Content-Type", "a/b"), ("Accept", "*/*")], body: [65]),
            "POST /echo HTTP/1.1\r\nHost: HOST\r\nContent-Type: a/b\r\nAccept: */*\r\nContent-Length: 1\r\n\r\nA"
        ),
        (
            HTTPRequest("GET", "/echo", body: [65]),
            "GET /echo HTTP/1.1\r\nHost: HOST\r\nContent-Length: 1\r\n\r\nA"
        ),
    ])
    func onlyWhatWasAskedForIsSent(request: HTTPRequest, sent: String) async throws {
        var request = request
        let path = request.url
        request.url = server.url(path)
        if sent.isEmpty {
            // Dots stay where they are: the server sees them, and has no such page.
            #expect(try await client.send(request).status == 404)
            #expect(try await server.number("/requests?\(path)", client) > 0)
            return
        }
        let answer = try await client.send(request)
        #expect(answer.text == sent.replacing("HOST", with: "127.0.0.1:\(server.ports.http)"))
    }

    @Test func headHasNoBody() async throws {
        var request = HTTPRequest("HEAD", server.url("/size?0"), maximumBodySize: 0)
        #expect(try await client.send(request).body.isEmpty)
        request.method = "GET"
        #expect(try await client.send(request).body.isEmpty)
    }

    @Test(arguments: [0, 1, 16_384, 32_768, 32_769, 65_536, 1_000_000]) func bodiesOfManySizes(size: Int) async throws {
        var generator = Seeded(UInt64(size))
        let body = (0..<size).map { _ in UInt8.random(in: 0...255, using: &generator) }
        for method in ["PUT", "POST"] {
            let request = HTTPRequest(method, server.url("/echo"), body: body, maximumBodySize: size + 1_000)
            let answer = try await client.send(request)
            #expect(answer.body.suffix(size) == body[...])
            #expect(!answer.text.prefix(500).contains("Expect"))
        }
        let request = HTTPRequest("GET", server.url("/size?\(size)"), maximumBodySize: size)
        #expect(try await client.send(request).body == [UInt8](repeating: UInt8(ascii: "s"), count: size))
    }

    /// One handle does all of it in turn; nothing of one request is left for the next one.
    @Test func requestsLeaveNoTraces() async throws {
        for round in 0..<3 {
            let put = HTTPRequest("PUT", server.url("/echo"), headers: [("X-Secret", "s")], body: [UInt8(65 + round)])
            #expect(try await client.send(put).text.contains("X-Secret"))
            let get = try await client.text(server.url("/echo"))
            #expect(get == "GET /echo HTTP/1.1\r\nHost: 127.0.0.1:\(server.ports.http)\r\n\r\n")
            #expect(try await client.send(HTTPRequest("HEAD", server.url("/nothing"))).status == 204)
            _ = try await client.get(server.url("/cookie"))
        }
    }

    @Test func connectionsAreKept() async throws {
        let first = try await server.number("/connection", client)
        for _ in 0..<10 { #expect(try await server.number("/connection", client) == first) }
        #expect(try await server.number("/connection", HTTPClient()) != first)
    }

    @Test func noMoreConnectionsAreKeptThanAllowed() async throws {
        // A server that nobody else has connections to.
        let server = try TestServer()
        for most in [1, 2, 10] {
            let client = try HTTPClient(maximumIdleConnections: most)
            for _ in 0..<3 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<600 { group.addTask { _ = try await client.get(server.url("/size?10000")) } }
                    try await group.waitForAll()
                }
            }
            // The one that asks is another one.
            try await until { try await server.number("/opened", self.client) <= most + 1 }
            client.shutdown()
            try await until { try await server.number("/opened", self.client) == 1 }
        }
    }

    @Test func aUnixSocketIsAsGood() async throws {
        var request = HTTPRequest("GET", "http://relay/echo")
        request.unixSocket = server.folder.file("http.sock").path
        #expect(try await client.send(request).text == "GET /echo HTTP/1.1\r\nHost: relay\r\n\r\n")
        // And is not taken for the host of that name.
        request.unixSocket = nil
        request.timeouts.connect = .seconds(20)
        #expect(await failure(client, request)?.code == .cannotResolve)
    }
}
