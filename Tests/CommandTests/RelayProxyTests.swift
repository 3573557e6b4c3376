import Foundation
import SecrRelayClient
import SecrTestSupport
import SecrWire
import Testing

/// What a proxy gets to see, and through it the relay.
@Suite(.enabled(if: Run.isInstalled("python3"), "python3 is the proxy")) struct RelayProxyTests {
    /// `socks.py`, until the end of the test.
    private final class Proxy {
        let port: UInt16
        let folder: TemporaryFolder
        /// Keeps it running.
        private let input = Pipe()

        init(to port: UInt16) throws {
            folder = try TemporaryFolder()
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/env")
            let script = Repository.file("Tests/CommandTests/socks.py").path
            process.arguments = ["python3", script, "\(port)", folder.file("log").path]
            process.standardInput = input
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
            self.port = try #require(UInt16(line.trimmingCharacters(in: .newlines)))
        }

        deinit { try? input.fileHandleForWriting.close() }

        /// User, password and host of each connection so far.
        func log() throws -> [[String]] {
            guard let text = try? String(contentsOf: folder.file("log"), encoding: .utf8) else { return [] }
            return text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        }
    }

    @Test func eachBoxHasAnIdentityOfItsOwn() async throws {
        let relay = try RelayProcess()
        let proxy = try Proxy(to: relay.port)
        var endpoint = RelayEndpoint(origin: "http://relay.invalid")
        endpoint.proxy = .init(host: "127.0.0.1", port: proxy.port)
        let client = try RelayProcess.client(endpoint)
        let boxes = (0..<8).map { _ in SampleKeys() }
        for keys in boxes { try await client.create(keys.address, keys.reader) }
        #expect(Set(try proxy.log().map { $0[0] }).count == 8)
        // Whatever is asked of a box goes the way of that box; one is enough for what comes one after the other.
        for _ in 0..<3 {
            for keys in boxes.shuffled() {
                _ = try await client.put(Bytes.cell(), into: keys.address, keys.writer)
                #expect(try await client.get(from: keys.address, keys.reader, after: 0) != nil)
            }
        }
        #expect(try proxy.log().count == 8)
        // While one waits, another connection is made, under the same name.
        async let waiting = client.get(from: boxes[0].address, boxes[0].reader, after: 3, wait: 20)
        try await Task.sleep(for: .milliseconds(300))
        _ = try await client.put(Bytes.cell(), into: boxes[0].address, boxes[0].writer)
        #expect(try await waiting?.number == 4)
        #expect(try proxy.log().count == 9 && Set(proxy.log().map { $0[0] }).count == 8)
        // Blobs are by themselves, too, and so is the question for the terms.
        let blobs = (0..<2).map { _ in SampleKeys(.blob) }
        for keys in blobs {
            let day = try await client.store(Bytes.random(65_536), .kibi64, at: keys.address, keys.writer, days: 1)
            #expect(try await client.fetch(.kibi64, at: keys.address, keys.reader, expires: day) != nil)
        }
        for _ in 0..<2 { _ = try await client.terms() }
        let log = try proxy.log()
        #expect(Set(log.map { $0[0] }).count == 12)
        // Names tell nothing, and are others for another client.
        let names = (boxes + blobs).map { Bytes.hexadecimal($0.address.name) }
        #expect(log.allSatisfy { entry in entry[2] == "relay.invalid" && !names.contains { $0.hasPrefix(entry[0]) } })
        let other = try RelayProcess.client(endpoint)
        _ = try await other.get(from: boxes[0].address, boxes[0].reader, after: 0)
        #expect(Set(try proxy.log().map { $0[0] }).count == 13)
        withExtendedLifetime(proxy) {}
    }

    /// Without its proxy a client does not reach for the relay.
    @Test func nothingGoesPastAProxy() async throws {
        let relay = try RelayProcess()
        let closed = try RelayProcess()
        #expect(try await closed.stop() == 0)
        var endpoint = relay.endpoint
        endpoint.proxy = .init(host: "127.0.0.1", port: closed.port)
        let client = try RelayProcess.client(endpoint)
        let keys = SampleKeys()
        await #expect(throws: RelayClientError.self) { try await client.create(keys.address, keys.reader) }
        #expect(
            try RelayProcess.run(["audit", "--data", relay.data, Bytes.hexadecimal(keys.address.name)]).status == 10)
    }
}
