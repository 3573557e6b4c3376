import Foundation
import SecrHTTP
import SecrTestSupport
import Testing

/// `server.py`, for all tests of this module. It ends with the process that started it.
struct TestServer: Sendable {
    struct Ports: Decodable {
        let http, https, other, old, socks: UInt16
    }

    let ports: Ports
    let folder: TemporaryFolder
    /// Keeps the server running.
    private let input = Pipe()

    static let isPossible = Run.isInstalled("python3") && Run.isInstalled("openssl")
    static let shared = try! TestServer()

    init() throws {
        folder = try TemporaryFolder()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "python3", "-W", "ignore", Repository.file("Tests/SecrHTTPTests/server.py").path, folder.path,
        ]
        process.standardInput = input
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        var line = Data()
        while line.last != 0x0A {
            let piece = output.fileHandleForReading.availableData
            guard !piece.isEmpty else { throw CocoaError(.executableLoad) }
            line += piece
        }
        ports = try JSONDecoder().decode(Ports.self, from: line)
    }

    func url(_ path: String) -> String { "http://127.0.0.1:\(ports.http)\(path)" }

    /// The server's own numbers.
    func number(_ path: String, _ client: HTTPClient) async throws -> Int {
        Int(try await client.text(url(path)))!
    }
}

extension HTTPClient {
    func get(_ url: String) async throws(HTTPError) -> HTTPResponse { try await send(HTTPRequest("GET", url)) }

    func text(_ url: String) async throws(HTTPError) -> String { try await get(url).text }
}

extension HTTPResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// The error that comes of it, or `nil`.
func failure(_ client: HTTPClient, _ request: HTTPRequest) async -> HTTPError? {
    do {
        _ = try await client.send(request)
        return nil
    } catch {
        return error
    }
}

/// Waits, for a minute at most, until something is so.
func until(_ condition: () async throws -> Bool) async throws {
    for _ in 0..<600 {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(100))
    }
    Issue.record("it did not come to that")
}
