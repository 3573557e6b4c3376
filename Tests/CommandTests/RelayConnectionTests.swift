import Foundation
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

    /// `crowd.py`, until the end of the test: this process does not have so many descriptors.
    private final class Crowd {
        private let folder: TemporaryFolder
        private let input = Pipe()
        private var asked = 0

        init(at host: String, _ port: UInt16) throws {
            folder = try TemporaryFolder()
            try folder.write([], to: "answers")
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            let script = Repository.file("Tests/CommandTests/crowd.py").path
            process.arguments = ["python3", script, host, "\(port)"]
            process.standardInput = input
            process.standardOutput = try FileHandle(forWritingTo: folder.file("answers"))
            try process.run()
        }

        deinit { try? input.fileHandleForWriting.close() }

        /// Opens so many connections, or closes some; how many then have an answer.
        func served(_ more: Int) async throws -> Int? {
            try input.fileHandleForWriting.write(contentsOf: Data("\(more)\n".utf8))
            asked += 1
            for _ in 0..<1_200 {
                let lines = String(decoding: try folder.bytes("answers"), as: UTF8.self).split(separator: "\n")
                if lines.count == asked { return lines.last.flatMap { Int($0) } }
                try await Task.sleep(for: .milliseconds(50))
            }
            return nil
        }
    }

    private static let canTry = address != nil && Run.isInstalled("python3")

    @Test(.enabled(if: canTry, "it takes an address and python3")) func oneAddressHasSoMany() async throws {
        let relay = try RelayProcess(["--rate", "0"], listen: "0.0.0.0:0")
        let crowd = try Crowd(at: #require(Self.address), relay.port)
        #expect(try await crowd.served(530) == 512)
        // This machine may have more, and is none the worse for it.
        let local = try Crowd(at: "127.0.0.1", relay.port)
        #expect(try await local.served(600) == 600)
        // Whoever goes makes room.
        #expect(try await crowd.served(-20) == 492)
        try await Task.sleep(for: .seconds(1))
        #expect(try await crowd.served(30) == 512)
        #expect(try await local.served(0) == 600)
        #expect(relay.said.split(separator: "\n").count == 1, "\(relay.said)")
    }

    /// What a proxy tells is whom a request is from; how many connections it needs is its own affair.
    @Test(.enabled(if: canTry, "it takes an address and python3")) func aProxyHasAnyNumber() async throws {
        let relay = try RelayProcess(["--rate", "0", "--behind-proxy"], listen: "0.0.0.0:0")
        #expect(try await Crowd(at: #require(Self.address), relay.port).served(600) == 600)
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
