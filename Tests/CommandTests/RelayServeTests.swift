import Foundation
import SecrHTTP
import SecrRelayClient
import SecrTestSupport
import SecrWire
import Testing

/// What `secr-relay serve` is there for, over everything that it listens at.
@Suite struct RelayServeTests {
    private static func useBox(_ client: RelayClient) async throws {
        let keys = SampleKeys()
        try await client.create(keys.address, keys.reader)
        try await client.create(keys.address, keys.reader)
        let cells = (0..<3).map { _ in Bytes.cell() }
        for cell in cells {
            let expires = try await client.put(cell, into: keys.address, keys.writer)
            #expect((6...7).contains(SampleKeys.today.distance(to: expires)))
        }
        var last: UInt64 = 0
        for (place, cell) in cells.enumerated() {
            let received = try await client.get(from: keys.address, keys.reader, after: last)
            #expect(
                received?.number == UInt64(place + 1) && received?.content == cell && received?.hasMore == (place < 2))
            last = UInt64(place + 1)
        }
        #expect(try await client.get(from: keys.address, keys.reader, after: last) == nil)
        try await client.acknowledge(keys.address, keys.reader, upTo: 2)
        #expect(try await client.get(from: keys.address, keys.reader, after: 0)?.number == 3)
        try await client.drop(keys.address, keys.reader)
        #expect(try await client.get(from: keys.address, keys.reader, after: 0) == nil)
        await #expect(throws: RelayClientError.refused) {
            try await client.put(cells[0], into: keys.address, keys.writer)
        }
    }

    private static func useBlobs(_ client: RelayClient) async throws {
        for size in BlobSize.allCases {
            let (keys, content) = (SampleKeys(.blob), Bytes.random(size.count))
            let expires = try await client.store(content, size, at: keys.address, keys.writer, days: 3)
            #expect(try await client.fetch(size, at: keys.address, keys.reader, expires: expires) == content)
            try await client.remove(size, at: keys.address, keys.reader, expires: expires)
            #expect(try await client.fetch(size, at: keys.address, keys.reader, expires: expires) == nil)
        }
    }

    @Test func itServes() async throws {
        let relay = try RelayProcess()
        let client = try relay.client()
        try await Self.useBox(client)
        try await Self.useBlobs(client)
        let terms = try await client.terms()
        #expect(terms == Terms(day: terms.day, admission: .open, boxDays: 30, boxCells: 256, blobDays: 30, wait: 60))
        let connection = try relay.connect()
        for (path, status) in [("/health", 200), ("/", 404), ("/v1/box", 405), ("/v1/box/", 404), ("/v1/terms", 200)] {
            try await connection.send(Bytes.get(path))
            #expect(try await connection.response()?.status == status, "\(path)")
        }
        #expect(relay.said == "listening on http://127.0.0.1:\(relay.port)\n")
    }

    @Test func limitsAreThoseOfTheOptions() async throws {
        let relay = try RelayProcess(["--box-days", "2", "--box-cells", "3", "--blob-days", "1", "--blob-storage", "0"])
        let client = try relay.client()
        let terms = try await client.terms()
        #expect(terms.boxDays == 2 && terms.boxCells == 3 && terms.blobDays == 1)
        for kind in [Address.Kind.box(days: 3, cells: 3), .box(days: 2, cells: 4)] {
            let keys = SampleKeys(kind)
            await #expect(throws: RelayClientError.limit) { try await client.create(keys.address, keys.reader) }
        }
        let keys = SampleKeys(.box(days: 2, cells: 3))
        try await client.create(keys.address, keys.reader)
        for _ in 0..<3 { _ = try await client.put(Bytes.cell(), into: keys.address, keys.writer) }
        let nonce = Nonce(Bytes.random(16))
        await #expect(throws: RelayClientError.full) {
            try await client.put(Bytes.cell(), into: keys.address, keys.writer, nonce: nonce)
        }
        // There is room again, and the refused one counts as never sent.
        try await client.acknowledge(keys.address, keys.reader, upTo: 1)
        let cell = Bytes.cell()
        _ = try await client.put(cell, into: keys.address, keys.writer, nonce: nonce)
        #expect(try await client.get(from: keys.address, keys.reader, after: 3)?.content == cell)
        let blob = SampleKeys(.blob)
        await #expect(throws: RelayClientError.limit) {
            try await client.store(Bytes.random(65_536), .kibi64, at: blob.address, blob.writer, days: 1)
        }
    }

    /// A get that waits has the cell as soon as it is there.
    @Test func aPutWakesWhoWaits() async throws {
        let relay = try RelayProcess()
        let keys = SampleKeys()
        let writer = try relay.connect()
        try await writer.send(keys.post(.create(.none)))
        #expect(try await writer.response()?.status == 200)
        let reader = try relay.connect()
        var times: [Double] = []
        for round in 0..<10 as Range<UInt64> {
            try await reader.send(keys.post(.get(after: round, wait: 20)))
            try await Task.sleep(for: .milliseconds(50))
            let start = ContinuousClock.now
            try await writer.send(keys.post(.put, payload: Bytes.cell()))
            let answer = try #require(try await reader.response())
            times.append((ContinuousClock.now - start) / .milliseconds(1))
            #expect(answer.body[1] == Answer.Status.done.rawValue && answer.body.count == Answer.size + Cell.size)
            #expect(try await writer.response()?.status == 200)
        }
        #expect(times.sorted()[2] < 200, "\(times)")
    }

    /// However many wait for one box, each gets the cell.
    @Test func aPutWakesAllWhoWait() async throws {
        let relay = try RelayProcess()
        let (keys, client) = (SampleKeys(), try relay.client())
        try await client.create(keys.address, keys.reader)
        let cell = Bytes.cell()
        try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            for _ in 0..<100 {
                group.addTask { try await client.get(from: keys.address, keys.reader, after: 0, wait: 20)?.content }
            }
            try await Task.sleep(for: .milliseconds(500))
            _ = try await client.put(cell, into: keys.address, keys.writer)
            for try await content in group { #expect(content == cell) }
        }
    }

    /// What was put by one life of the process is there in the next, also at a socket that the last one left behind.
    @Test func itServesAtASocket() async throws {
        let relay = try RelayProcess(listen: "unix:FOLDER/socket")
        var endpoint = RelayEndpoint(origin: "http://relay")
        endpoint.unixSocket = relay.folder.file("socket").path
        let client = try RelayProcess.client(endpoint)
        try await Self.useBox(client)
        let (keys, cell) = (SampleKeys(), Bytes.cell())
        try await client.create(keys.address, keys.reader)
        _ = try await client.put(cell, into: keys.address, keys.writer)
        relay.crash()
        try relay.start()
        #expect(try await RelayProcess.client(endpoint).get(from: keys.address, keys.reader, after: 0)?.content == cell)
        #expect(try await relay.stop() == 0)
    }

    @Test(.enabled(if: Run.isInstalled("openssl"), "openssl makes the certificates"))
    func itSpeaksTLS() async throws {
        let folder = try TemporaryFolder()
        for name in ["good", "other"] { try folder.makeCertificate(name) }
        let (certificate, key) = (folder.file("good.pem").path, folder.file("good.key").path)
        let relay = try RelayProcess(["--certificate", certificate, "--certificate-key", key])
        #expect(relay.said.hasPrefix("listening on https://127.0.0.1:"))
        var endpoint = RelayEndpoint(origin: "https://127.0.0.1:\(relay.port)")
        func refuses() async throws -> Bool {
            do {
                _ = try await RelayProcess.client(endpoint).terms()
                return false
            } catch {
                guard case RelayClientError.unavailable(let error?) = error else { return false }
                return error.code == .refusedCertificate
            }
        }
        #expect(try await refuses())
        endpoint.trust = .certificates(file: folder.file("other.pem").path)
        #expect(try await refuses())
        endpoint.trust = .certificates(file: certificate)
        let client = try RelayProcess.client(endpoint)
        try await Self.useBox(client)
        try await Self.useBlobs(client)
        // What is not TLS gets nothing, and harms nobody.
        let plain = try relay.connect()
        try await plain.send(Bytes.get("/health"))
        #expect(try await plain.response(within: 3)?.status != 200)
        _ = try await client.terms()
        let swapped = try RelayProcess.run([
            "serve", "--data", relay.folder.file("x").path, "--listen", "127.0.0.1:0", "--certificate", certificate,
            "--certificate-key", folder.file("other.key").path,
        ])
        #expect(swapped.status == 1 && swapped.errors.contains("certificate"), "\(swapped)")
    }
}
