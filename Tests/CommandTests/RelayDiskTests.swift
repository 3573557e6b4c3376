import Foundation
import SecrRelayClient
import SecrTestSupport
import SecrWire
import Testing

/// A disk that is full.
@Suite(.enabled(if: Run.canMount, "file systems can't be mounted here")) struct RelayDiskTests {
    /// Somewhere with so many MiB.
    private final class SmallDisk {
        let folder: TemporaryFolder

        init(_ mebibytes: Int) throws {
            folder = try TemporaryFolder()
            let run = try Run.program("mount", ["-t", "tmpfs", "-o", "size=\(mebibytes)m", "tmpfs", folder.path])
            try #require(run.status == 0, "\(run.errors)")
        }

        deinit { _ = try? Run.program("umount", ["-l", folder.path]) }
    }

    /// The cells of a box, in order, which are forgotten as they are read.
    private func drain(_ keys: SampleKeys, _ client: RelayClient) async throws -> [[UInt8]] {
        var cells: [[UInt8]] = []
        while let cell = try await client.get(from: keys.address, keys.reader, after: 0) {
            cells.append(cell.content)
            try await client.acknowledge(keys.address, keys.reader, upTo: cell.number)
        }
        return cells
    }

    /// What does not fit is told so; what is there can be read and go, and then there is room again.
    @Test(arguments: [false, true]) func whatDoesNotFitIsRefused(isRestarted: Bool) async throws {
        let disk = try SmallDisk(24)
        let relay = try RelayProcess(["--box-cells", "4096"], data: disk.folder.file("data").path)
        let client = try relay.client()
        let keys = (0..<3).map { _ in SampleKeys(.box(days: 7, cells: 4_096)) }
        for keys in keys { try await client.create(keys.address, keys.reader) }
        try disk.folder.write([UInt8](repeating: 1, count: 8 << 20), to: "filler")
        let blob = (keys: SampleKeys(.blob), content: Bytes.random(65_536))
        let day = try await client.store(blob.content, .kibi64, at: blob.keys.address, blob.keys.writer, days: 2)
        var written = [[[UInt8]]](repeating: [], count: 3)
        var failure: RelayClientError?
        while failure == nil, written.joined().count < 5_000 {
            let (place, cell) = (written.joined().count % 3, Bytes.cell())
            do {
                _ = try await client.put(cell, into: keys[place].address, keys[place].writer)
                written[place].append(cell)
            } catch {
                failure = error
            }
        }
        #expect(failure == .limit && written[2].count > 50, "\(String(describing: failure)) after \(written[2].count)")
        await #expect(throws: RelayClientError.limit) {
            for _ in 0..<300 {
                let more = SampleKeys(.blob)
                _ = try await client.store(Bytes.random(65_536), .kibi64, at: more.address, more.writer, days: 2)
            }
        }
        let connection = try relay.connect()
        func health() async throws -> Int? {
            try await connection.send(Bytes.get("/health"))
            return try await connection.response()?.status
        }
        #expect(try await health() == 503)
        if isRestarted {
            relay.crash()
            try relay.start()
        }
        #expect(try await client.fetch(.kibi64, at: blob.keys.address, blob.keys.reader, expires: day) == blob.content)
        let first = try await client.get(from: keys[0].address, keys[0].reader, after: 0)
        #expect(first?.content == written[0][0])
        // Somebody makes room.
        try FileManager.default.removeItem(at: disk.folder.file("filler"))
        #expect(try await drain(keys[0], client) == written[0])
        for _ in 0..<100 {
            let cell = Bytes.cell()
            _ = try await client.put(cell, into: keys[1].address, keys[1].writer)
            written[1].append(cell)
        }
        if !isRestarted { #expect(try await health() == 200) }
        #expect(try await drain(keys[1], client) == written[1])
        #expect(try await drain(keys[2], client) == written[2])
        #expect(try await relay.stop() == 0)
        #expect(relay.said.contains("secr-relay: warning: "), "\(relay.said)")
        #expect(relay.said.split(separator: "\n").count < 10, "\(relay.said)")
    }

    /// Whoever reads makes room, even where nothing else does.
    @Test func whatWasReadMakesRoom() async throws {
        let disk = try SmallDisk(24)
        let relay = try RelayProcess(["--box-cells", "4096"], data: disk.folder.file("data").path)
        let client = try relay.client()
        let keys = SampleKeys(.box(days: 7, cells: 4_096))
        try await client.create(keys.address, keys.reader)
        var written: [[UInt8]] = []
        do {
            while written.count < 5_000 {
                let cell = Bytes.cell()
                _ = try await client.put(cell, into: keys.address, keys.writer)
                written.append(cell)
            }
        } catch { #expect(error == .limit) }
        #expect(written.count > 100 && written.count < 5_000)
        #expect(
            try await client.get(from: keys.address, keys.reader, after: UInt64(written.count - 1))?.content
                == written.last)
        #expect(try await drain(keys, client) == written)
        for _ in 0..<20 { _ = try await client.put(Bytes.cell(), into: keys.address, keys.writer) }
    }
}
