import Foundation
import SecrRelayClient
import SecrTestSupport
import SecrWire
import Testing

/// How a relay starts and ends, and why it does not.
@Suite struct RelayLifeTests {
    private func fails(
        _ status: Int32, _ message: String, _ arguments: [String], at location: SourceLocation = #_sourceLocation
    ) throws {
        let run = try RelayProcess.run(arguments)
        #expect(run.status == status && !run.wasSignaled, "\(arguments): \(run)", sourceLocation: location)
        #expect(
            run.errors.hasPrefix("secr-relay: error: \(message)"), "\(arguments): \(run.errors)",
            sourceLocation: location)
        #expect(run.output.isEmpty, sourceLocation: location)
    }

    @Test(arguments: [SIGTERM, SIGINT]) func aSignalEndsItWell(signal: Int32) async throws {
        let relay = try RelayProcess()
        let (keys, client) = (SampleKeys(), try relay.client())
        try await client.create(keys.address, keys.reader)
        let cells = (0..<5).map { _ in Bytes.cell() }
        for cell in cells { _ = try await client.put(cell, into: keys.address, keys.writer) }
        let waiting = try (0..<20).map { _ in try relay.connect() }
        for connection in waiting { try await connection.send(keys.post(.get(after: 5, wait: 60))) }
        // Some who have nothing to ask.
        let idle = try (0..<20).map { _ in try relay.connect() }
        try await Task.sleep(for: .milliseconds(300))
        let start = ContinuousClock.now
        #expect(try await relay.stop(signal: signal) == 0)
        #expect(ContinuousClock.now - start < .seconds(3))
        for connection in waiting {
            let answer = try #require(try await connection.response())
            #expect(answer.status == 200 && answer.body[1] == Answer.Status.nothing.rawValue)
            #expect(answer.body.count == Answer.size + Cell.size)
        }
        idle.forEach { $0.close() }
        #expect(relay.said == "listening on http://127.0.0.1:\(relay.port)\n")
        try relay.start()
        for (place, cell) in cells.enumerated() {
            let received = try await client.get(from: keys.address, keys.reader, after: UInt64(place))
            #expect(received?.content == cell)
        }
    }

    /// Those who send no more, or read no more, don't keep it.
    @Test func nobodyKeepsItFromEnding() async throws {
        let relay = try RelayProcess()
        let (keys, client) = (SampleKeys(.blob), try relay.client())
        let day = try await client.store(Bytes.random(4 << 20), .mebi4, at: keys.address, keys.writer, days: 1)
        let sending = try relay.connect()
        try await sending.send(Array(SampleKeys().post(.put, payload: Bytes.cell())[..<5_000]))
        let reading = try relay.connect(receiveBuffer: 4_096)
        try await reading.send(keys.post(.fetch(.mebi4, expires: day)))
        try await Task.sleep(for: .milliseconds(500))
        #expect(try await relay.stop(within: 15) == 0)
    }

    /// Under load nobody who has an answer is deceived.
    @Test func nothingIsLostWhenItEndsUnderLoad() async throws {
        let relay = try RelayProcess()
        let client = try relay.client()
        let boxes = (0..<20).map { _ in SampleKeys() }
        for keys in boxes { try await client.create(keys.address, keys.reader) }
        let counts = try await withThrowingTaskGroup(of: (Int, Int).self) { group in
            for (place, keys) in boxes.enumerated() {
                group.addTask {
                    var count = 0
                    while (try? await client.put(Bytes.cell(), into: keys.address, keys.writer)) != nil { count += 1 }
                    return (place, count)
                }
            }
            try await Task.sleep(for: .milliseconds(500))
            #expect(try await relay.stop() == 0)
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        try relay.start()
        for (place, keys) in boxes.enumerated() {
            var found = 0
            while let cell = try await client.get(from: keys.address, keys.reader, after: UInt64(found)) {
                found = Int(cell.number)
            }
            // One more may be there whose answer was lost.
            #expect([counts[place]!, counts[place]! + 1].contains(found))
        }
    }

    @Test func oneRelayServesAFolder() async throws {
        let relay = try RelayProcess()
        try fails(
            11, "'\(relay.data)': another relay serves it\n",
            ["serve", "--data", relay.data, "--listen", "127.0.0.1:0"])
        relay.crash()
        try relay.start()
        #expect(try await relay.client().terms().boxDays == 30)
    }

    @Test func aPortThatIsTakenIsTold() throws {
        let relay = try RelayProcess()
        let folder = try TemporaryFolder()
        let address = "127.0.0.1:\(relay.port)"
        let run = try RelayProcess.run(["serve", "--data", folder.file("x").path, "--listen", address])
        #expect(run.status == 1)
        #expect(run.errors.hasPrefix("secr-relay: error: can't listen"), "\(run.errors)")
        #expect(run.errors.contains("in use") && !run.errors.contains("errno"), "\(run.errors)")
        #expect(run.errors.split(separator: "\n").count <= 2, "\(run.errors)")
        let foreign = try RelayProcess.run(["serve", "--data", folder.file("y").path, "--listen", "192.0.2.1:0"])
        #expect(foreign.status == 1 && foreign.errors.hasPrefix("secr-relay: error: can't listen"), "\(foreign.errors)")
    }

    @Test func keysAreGuarded() async throws {
        let relay = try RelayProcess()
        let serve = ["serve", "--data", relay.data, "--listen", "127.0.0.1:0"]
        let (keys, client) = (SampleKeys(), try relay.client())
        try await client.create(keys.address, keys.reader)
        #expect(try await relay.stop() == 0)
        let file = URL(filePath: relay.data + "/keys")
        for mode in [0o640, 0o604, 0o660] {
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
            try fails(1, "others may read the key file\nsecr-relay: hint: ", serve)
        }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        let good = try Data(contentsOf: file)
        // Nothing but zeros, a bit in each part, half of it, none of it.
        var damaged: [Data] = [Data(count: good.count), good.prefix(50), Data()]
        let used = good.prefix(4_096).contains { $0 != 0 } ? 0 : 4_096
        for place in [0, 25, 40, 80, 110] {
            var copy = good
            copy[used + place] ^= 1
            damaged.append(copy)
        }
        for bytes in damaged {
            try bytes.write(to: file)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
            try fails(13, "the key file holds no keys\nsecr-relay: hint: ", serve)
            #expect(try Data(contentsOf: file) == bytes)
        }
        // The place that is not in use may hold anything.
        var other = good
        for place in 0..<100 { other[4_096 - used + place] = 0xAA }
        try other.write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        try relay.start()
        _ = try await client.put(Bytes.cell(), into: keys.address, keys.writer)
    }

    /// A key file of its own, on a place of its own.
    @Test func keysCanLieElsewhere() async throws {
        let folder = try TemporaryFolder()
        let file = folder.file("elsewhere").path
        let relay = try RelayProcess(["--keys", file])
        let (keys, client) = (SampleKeys(), try relay.client())
        try await client.create(keys.address, keys.reader)
        #expect(try await relay.stop() == 0)
        #expect(!FileManager.default.fileExists(atPath: relay.data + "/keys"))
        // Without it everything is strange, and nothing is there.
        let id = Bytes.hexadecimal(keys.address.name)
        #expect(try RelayProcess.run(["audit", "--data", relay.data, "--keys", file, id]).status == 0)
        #expect(try RelayProcess.run(["audit", "--data", relay.data, id]).status == 10)
        try fails(10, "'\(file)-none'", ["audit", "--data", relay.data, "--keys", file + "-none", id])
    }

    @Test func whatCantBeMeantIsRefused() throws {
        let folder = try TemporaryFolder()
        let data = ["serve", "--data", folder.file("data").path]
        for options in [
            ["--listen", "nonsense"], ["--listen", "127.0.0.1:65536"], ["--listen", "127.0.0.1:-1"],
            ["--listen", ":80"],
            ["--listen", "unix:"], ["--listen", ""], ["--certificate", "x"], ["--certificate-key", "x"], ["--frob"],
            ["--box-days", "0"], ["--box-days", "91"], ["--box-days", "x"], ["--box-cells", "0"],
            ["--box-cells", "4097"],
            ["--blob-days", "0"], ["--blob-days", "91"], ["--blob-storage", "-1"], ["--wait", "601"],
            ["--wait", "1.5"],
            ["--waits", "99999999999999999999"], ["--rate", "-1"], ["--connections", "0"], ["operand"], ["--quiet=yes"],
        ] {
            let run = try RelayProcess.run(data + options)
            #expect(run.status == 64 && run.output.isEmpty, "\(options): \(run)")
            #expect(run.errors.hasPrefix("secr-relay: error: "), "\(options): \(run.errors)")
        }
        for arguments in [
            [], ["frob"], ["audit"], ["audit", "x"], ["audit", String(repeating: "0", count: 63)],
            ["audit", String(repeating: "g", count: 64)], ["audit", "é" + String(repeating: "0", count: 62)],
            ["invite", "x"],
        ] {
            #expect(try RelayProcess.run(arguments).status == 64, "\(arguments)")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.file("data").path))
        try fails(10, "", data + ["--invitations", folder.file("none").path, "--listen", "127.0.0.1:0"])
        let missing = ["--certificate", folder.file("none").path, "--certificate-key", folder.file("none").path]
        let run = try RelayProcess.run(data + ["--listen", "127.0.0.1:0"] + missing)
        #expect([1, 10].contains(run.status) && run.errors.contains("certificate"), "\(run)")
    }

    /// Where something else lies than a relay's data.
    @Test func strangeDataIsRefused() throws {
        let folder = try TemporaryFolder()
        let serve = ["serve", "--listen", "127.0.0.1:0", "--data"]
        try folder.write(Array("a file".utf8), to: "file")
        #expect(try RelayProcess.run(serve + [folder.file("file").path]).status == 1)
        try folder.write(Bytes.random(10_000), to: "data/boxes.sqlite")
        try fails(13, "", serve + [folder.file("data").path])
    }
}
