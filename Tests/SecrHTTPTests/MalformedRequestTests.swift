import SecrHTTP
import Testing

/// What is refused before anything is sent.
@Suite struct MalformedRequestTests {
    @Test(arguments: [
        "", "/path", "ftp://127.0.0.1/", "file:///etc/passwd", "http:/127.0.0.1/", "http:///path", "http://:80/",
        "https://user@127.0.0.1/", "https://user:secret@127.0.0.1/", "http://127.0.0.1/a b",
        "http://127.0.0.1/\r\nX: y",
        "http://127.0.0.1/\0", "http://b\u{FC}cher.example/", "http://127.0.0.1:99999/", "http://127.0.0.1:port/",
        "http://[::1/", "httpx://127.0.0.1/", "http://127.0.0.1\\@example.com/", "http://a%00b/",
    ])
    func urls(url: String) async throws {
        let error = try #require(await failure(HTTPClient(), HTTPRequest("GET", url)))
        #expect(error.code == .malformedRequest)
        #expect(!error.description.contains("secret"))
    }

    @Test(arguments: [
        ("", "v"), ("a b", "v"), ("a:", "v"), ("a\r\nb", "v"), ("\u{E4}", "v"), ("X", "a\r\nB: c"), ("X", "a\nb"),
        ("X", "a\0b"), ("X", "\u{1B}"), ("X", "\u{7F}"), ("Content-Length", "1"), ("transfer-encoding", "chunked"),
        ("Expect", "100-continue"), ("TE", "trailers"), ("Upgrade", "h2c"),
    ])
    func headers(name: String, value: String) async throws {
        let error = await failure(try HTTPClient(), HTTPRequest("GET", "http://127.0.0.1:1/", headers: [(name, value)]))
        #expect(error?.code == .malformedRequest)
    }

    @Test(arguments: ["", "GET /", "G\r\nET", "CONNECT", "GET\0"]) func methods(method: String) async throws {
        let error = await failure(try HTTPClient(), HTTPRequest(method, "http://127.0.0.1:1/"))
        #expect(error?.code == .malformedRequest)
    }

    @Test func everythingElse() async throws {
        typealias Change = (inout HTTPRequest) -> Void
        let long = String(repeating: "x", count: 256)
        let changes: [Change] = [
            { $0.maximumBodySize = -1 },
            { $0.timeouts.connect = .zero },
            { $0.timeouts.total = .seconds(-1) },
            { $0.timeouts.total = .seconds(Int64.max / 2) },
            { $0.timeouts.lowSpeed = .init(bytesPerSecond: 0, seconds: 1) },
            { $0.timeouts.lowSpeed = .init(bytesPerSecond: 1, seconds: 0) },
            { $0.headers = Array(repeating: ("a", "b"), count: HTTPRequest.mostHeaders + 1) },
            { $0.unixSocket = "" },
            { $0.unixSocket = String(repeating: "x", count: 108) },
            { $0.unixSocket = "/a\0b" },
            { $0.trust = .certificates(file: "") },
            { $0.trust = .certificates(file: "/a\0b") },
            { $0.proxy = .init(host: "", port: 1) },
            { $0.proxy = .init(host: "a/b", port: 1) },
            { $0.proxy = .init(host: "user@a", port: 1) },
            { $0.proxy = .init(host: "a", port: 0) },
            { $0.proxy = .init(host: "a", port: 1, isolation: .init(user: "", password: "p")) },
            { $0.proxy = .init(host: "a", port: 1, isolation: .init(user: "u", password: long)) },
            { $0.proxy = .init(host: "a", port: 1, isolation: .init(user: "u\0", password: "p")) },
            {
                $0.proxy = .init(host: "a", port: 1)
                $0.unixSocket = "/a"
            },
        ]
        for (number, change) in changes.enumerated() {
            var request = HTTPRequest("GET", "http://127.0.0.1:1/")
            change(&request)
            let error = await failure(try HTTPClient(), request)
            #expect(error?.code == .malformedRequest, "change \(number)")
            #expect(error?.mayHaveBeenReceived == false)
        }
    }
}
