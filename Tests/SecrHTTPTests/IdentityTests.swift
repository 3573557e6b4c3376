import Foundation
import SecrHTTP
import SecrTestSupport
import Testing

/// Who is talked to, and as whom.
@Suite(.serialized, .enabled(if: TestServer.isPossible, "python3 and openssl are needed")) struct IdentityTests {
    let server = TestServer.shared
    let client: HTTPClient

    init() throws { client = try HTTPClient() }

    private func proxied(_ user: String?, host: String = "relay.invalid") -> HTTPRequest {
        var request = HTTPRequest("GET", "http://\(host)/connection")
        let isolation = user.map { HTTPRequest.Isolation(user: $0, password: "p-\($0)") }
        request.proxy = .init(host: "127.0.0.1", port: server.ports.socks, isolation: isolation)
        return request
    }

    /// Each keeps its own connection, and none gets that of another one, in whatever order they come.
    @Test func identitiesNeverShareAConnection() async throws {
        var connections: [String: Set<String>] = [:]
        var generator = Seeded(1)
        let users: [String?] = [nil, "anna", "ben", "clara"]
        for _ in 0..<60 {
            let user = users.randomElement(using: &generator)!
            let connection = try await client.send(proxied(user)).text
            connections[user ?? "", default: []].insert(connection)
        }
        #expect(connections.count == users.count)
        #expect(connections.values.allSatisfy { $0.count == 1 }, "each keeps its connection")
        #expect(Set(connections.values.flatMap(\.self)).count == users.count)
        // The same name with another password is somebody else.
        var other = proxied("anna")
        other.proxy?.isolation?.password = "other"
        #expect(!connections["anna"]!.contains(try await client.send(other).text))
        // The straight way is not that of anybody.
        #expect(!connections.values.flatMap(\.self).contains(try await client.text(server.url("/connection"))))
    }

    @Test func manyIdentitiesAtOnce() async throws {
        let users = (0..<50).map { "user\($0)" }
        var owners: [String: String] = [:]
        for _ in 0..<3 {
            try await withThrowingTaskGroup(of: (String, String).self) { group in
                for user in users {
                    let request = proxied(user)
                    group.addTask { (user, try await client.send(request).text) }
                }
                for try await (user, connection) in group {
                    #expect(owners[connection, default: user] == user)
                    owners[connection] = user
                }
            }
        }
    }

    /// Names are for the proxy to resolve; one that nobody can resolve here is as good as any.
    @Test func theProxyGetsNamesAndIdentities() async throws {
        let host = "host-\(UInt32.random(in: 0...UInt32.max)).invalid"
        _ = try await client.send(proxied("dora", host: host))
        let body = try await client.get(server.url("/proxied")).body
        let all = try JSONDecoder().decode([[String]].self, from: Data(body))
        #expect(all.contains(["dora", "p-dora", host]))
        let error = await failure(client, proxied("refused"))
        #expect(error?.code == .cannotConnect && error?.mayHaveBeenReceived == false)
        #expect(error.map { !String(reflecting: $0).contains("p-refused") } == true)
        #expect(!String(describing: proxied("dora")).contains("dora"))
        #expect(!String(reflecting: proxied("dora").proxy).contains("dora"))
    }

    @Test func certificatesAreChecked() async throws {
        func request(_ port: UInt16, _ file: String? = nil, host: String = "127.0.0.1") -> HTTPRequest {
            var request = HTTPRequest("GET", "https://\(host):\(port)/ok")
            if let file { request.trust = .certificates(file: server.folder.file(file).path) }
            return request
        }
        let (https, other, old) = (server.ports.https, server.ports.other, server.ports.old)
        #expect(await failure(client, request(https))?.code == .refusedCertificate)
        #expect(try await client.send(request(https, "good.pem")).text == "ok")
        // That it is trusted by somebody does not make it trusted by others.
        #expect(await failure(client, request(https))?.code == .refusedCertificate)
        #expect(await failure(client, request(https, "other.pem"))?.code == .refusedCertificate)
        #expect(await failure(client, request(other, "other.pem"))?.code == .refusedCertificate, "of another host")
        #expect(await failure(client, request(https, "missing.pem"))?.code == .unusableTrust)
        #expect(await failure(client, request(old, "old.pem"))?.code == .cannotConnect, "before TLS 1.2")
        #expect(await failure(client, request(https))?.mayHaveBeenReceived == false)
    }

    /// Variables that would lead requests elsewhere, or around the proxy, count for nothing.
    @Test func theEnvironmentCountsForNothing() async throws {
        await #expect(processExitsWith: .success) {
            for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"] {
                setenv(name, "http://127.0.0.1:1", 1)
            }
            setenv("no_proxy", "*", 1)
            setenv("NO_PROXY", "*", 1)
            let (server, client) = (TestServer.shared, try HTTPClient())
            #expect(try await client.text(server.url("/ok")) == "ok")
            var request = HTTPRequest("GET", "http://relay.invalid/ok")
            request.proxy = .init(host: "127.0.0.1", port: server.ports.socks)
            #expect(try await client.send(request).text == "ok")
        }
    }
}
