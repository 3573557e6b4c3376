import Foundation
import SecrSystem
import SecrTestSupport
import SecrWire
import Testing

/// How many connections there may be, and how long they may take.
@Suite struct RelayConnectionTests {
    /// One of this machine by which it does not know itself.
    private static let address: String? = {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return nil }
        defer { freeifaddrs(list) }
        return sequence(first: list, next: { $0?.pointee.ifa_next }).lazy.compactMap { entry -> String? in
            guard let name = entry?.pointee.ifa_addr, name.pointee.sa_family == sa_family_t(AF_INET) else { return nil }
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let size = socklen_t(MemoryLayout<sockaddr_in>.size)
            guard getnameinfo(name, size, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else { return nil }
            let address = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
            return address.hasPrefix("127.") ? nil : address
        }.first
    }()

    /// How many of them have an answer, and those that have none.
    private func ask(_ connections: [RawConnection]) async throws -> (served: Int, closed: [RawConnection]) {
        for connection in connections { _ = connection.sendNow(Bytes.get("/health")) }
        var closed: [RawConnection] = []
        for connection in connections where try await connection.response() == nil { closed.append(connection) }
        return (connections.count - closed.count, closed)
    }

    @Test(.enabled(if: address != nil, "this machine has no address")) func oneAddressHasSoMany() async throws {
        _ = OwnedDescriptor.raiseLimit()
        let host = try #require(Self.address)
        let relay = try RelayProcess(["--rate", "0"], listen: "0.0.0.0:0")
        var connections = try (0..<530).map { _ in try relay.connect(to: host) }
        let (served, closed) = try await ask(connections)
        #expect(served == 512)
        #expect(try await closed.first?.isClosed(within: 1) == true)
        // This machine may have more, and is none the worse for it.
        #expect(try await ask((0..<600).map { _ in try relay.connect() }).served == 600)
        // Whoever goes makes room.
        connections.removeAll { connection in closed.contains { $0 === connection } }
        for connection in connections[..<10] { connection.close() }
        for connection in connections[10..<20] { connection.reset() }
        try await Task.sleep(for: .milliseconds(500))
        #expect(try await ask((0..<30).map { _ in try relay.connect(to: host) }).served == 20)
        #expect(try await ask(Array(connections[20...])).served == 492)
        #expect(relay.said.split(separator: "\n").count == 1, "\(relay.said)")
    }

    /// What a proxy tells is whom a request is from; how many connections it needs is its own affair.
    @Test(.enabled(if: address != nil, "this machine has no address")) func aProxyHasAnyNumber() async throws {
        _ = OwnedDescriptor.raiseLimit()
        let host = try #require(Self.address)
        let relay = try RelayProcess(["--rate", "0", "--behind-proxy"], listen: "0.0.0.0:0")
        #expect(try await ask((0..<600).map { _ in try relay.connect(to: host) }).served == 600)
    }

    /// A head has to be there in 20 seconds; between requests a connection may rest for longer.
    @Test func aHeadHasItsTime() async throws {
        let relay = try RelayProcess()
        let health = Bytes.get("/health")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let silent = try relay.connect()
                #expect(try await !silent.isClosed(within: 15))
                #expect(try await silent.isClosed(within: 25))
            }
            group.addTask {
                let slow = try relay.connect()
                try await slow.send(health)
                #expect(try await slow.response()?.status == 200)
                let start = ContinuousClock.now
                for byte in health.dropLast() {
                    _ = slow.sendNow([byte])
                    if try await slow.isClosed(within: 1) { break }
                }
                #expect((15...40).contains((ContinuousClock.now - start) / .seconds(1)))
            }
            group.addTask {
                let resting = try relay.connect()
                for pause in [0, 30] {
                    try await Task.sleep(for: .seconds(pause))
                    try await resting.send(health)
                    #expect(try await resting.response()?.status == 200)
                }
            }
            // Whoever waits for an answer may take time for the next question.
            group.addTask {
                let patient = try relay.connect()
                try await patient.send(SampleKeys().post(.get(after: 0, wait: 27)))
                try await Task.sleep(for: .seconds(1))
                try await patient.send(Array(health[..<25]))
                #expect(try await patient.response(within: 60)?.body.count == Answer.size + Cell.size)
                try await patient.send(Array(health[25...]))
                #expect(try await patient.response()?.status == 200)
            }
            try await group.waitForAll()
        }
    }
}
