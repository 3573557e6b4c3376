import Foundation
import SecrRelayClient
import SecrTestSupport
import SecrWire
import Testing

/// What can be found on the disk of a relay, and in what it says.
@Suite struct RelaySecrecyTests {
    /// Does everything that can be done, also wrongly, from addresses that are easy to recognise.
    ///
    /// - Returns: bytes that must not be found anywhere.
    private func use(_ relay: RelayProcess) async throws -> [(name: String, bytes: [UInt8])] {
        var secrets: [(String, [UInt8])] = []
        for number in 1...5 {
            let address = "127.66.77.\(100 + number)"
            let connection = try relay.connect(from: address)
            let (keys, blob) = (SampleKeys(.box(days: 1, cells: 20)), SampleKeys(.blob))
            let (cell, content) = (Bytes.cell(), Bytes.random(65_536))
            let nonce = Bytes.random(16)
            let messages = [
                keys.post(.create(.none), nonce: nonce), keys.post(.put, payload: cell, nonce: nonce),
                keys.post(.get(after: 0, wait: 1)), keys.post(.get(after: 0, wait: 0), isForged: true),
                keys.post(.put, payload: cell, isForged: true), keys.post(.get(after: 1, wait: 1)),
                blob.post(.store(.kibi64, days: 1, admission: .none), payload: content),
                blob.post(.fetch(.kibi64, expires: SampleKeys.today.adding(1))),
                Bytes.post(Route.box, Bytes.random(512)), Bytes.post(Route.blob, keys.command(.drop)),
                keys.post(
                    .get(after: 0, wait: 0), headers: ["X-Forwarded-For: 203.0.113.77", "User-Agent: recognisable"]),
            ]
            for message in messages {
                try await connection.send(message)
                #expect(try await connection.response() != nil)
            }
            // One box is still there at the end, one is not.
            if number == 1 {
                try await connection.send(keys.post(.acknowledge(upTo: 1)) + keys.post(.drop))
                for _ in 0..<2 { #expect(try await connection.response()?.status == 200) }
            }
            secrets += [
                ("cell", Array(cell[1_000..<1_032])), ("blob", Array(content[1_000..<1_032])),
                ("name of a box", keys.address.name),
                ("name of a blob", blob.address.name), ("key to read", keys.address.readKey),
                ("key to write", keys.address.writeKey), ("key of a blob", blob.address.writeKey), ("nonce", nonce),
                ("address", Array(address.utf8)), ("address in bytes", [127, 66, 77, UInt8(100 + number)]),
            ]
        }
        return secrets + [
            ("forwarded address", Array("203.0.113.77".utf8)), ("program", Array("recognisable".utf8)),
            ("route", Array("/v1/box".utf8)),
        ]
    }

    private func look(
        for secrets: [(name: String, bytes: [UInt8])], in bytes: [UInt8], _ place: String,
        at location: SourceLocation = #_sourceLocation
    ) {
        let data = Data(bytes)
        for (name, secret) in secrets {
            let digits = Bytes.hexadecimal(secret)
            for form in [
                Data(secret), Data(digits.utf8), Data(digits.uppercased().utf8), Data(secret).base64EncodedData(),
            ] {
                #expect(data.range(of: form) == nil, "\(name) in \(place)", sourceLocation: location)
            }
        }
    }

    private func files(below folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: folder).map { folder + "/" + $0 }
    }

    @Test func nothingIsFound() async throws {
        let folder = try TemporaryFolder()
        let metrics = folder.file("metrics").path
        let relay = try RelayProcess(["--metrics", metrics])
        let secrets = try await use(relay)
        for state in ["running", "crashed", "ended"] {
            if state == "crashed" {
                relay.crash()
                try relay.start()
            }
            if state == "ended" { #expect(try await relay.stop() == 0) }
            var count = 0
            for path in try files(below: relay.data) {
                look(for: secrets, in: Array(path.utf8), "the name \(path), \(state)")
                guard let bytes = FileManager.default.contents(atPath: path) else { continue }
                look(for: secrets, in: Array(bytes), "\(path), \(state)")
                count += 1
            }
            #expect(count >= 6, "\(state)")
            look(for: secrets, in: Array(relay.said.utf8), "what it says")
            look(for: secrets, in: Array(FileManager.default.contents(atPath: metrics) ?? Data()), "the metrics")
        }
        #expect(relay.said.split(separator: "\n").allSatisfy { $0.hasPrefix("listening on ") }, "\(relay.said)")
    }

    /// What is there is for the one who runs it and nobody else, whatever the mask.
    @Test func filesAreForTheirOwnerOnly() async throws {
        let relay = try RelayProcess()
        _ = try await use(relay)
        for state in ["running", "ended"] {
            if state == "ended" { #expect(try await relay.stop() == 0) }
            for path in try [relay.data] + files(below: relay.data) {
                let attributes = try FileManager.default.attributesOfItem(atPath: path)
                let isFolder = attributes[.type] as? FileAttributeType == .typeDirectory
                #expect(attributes[.posixPermissions] as? Int == (isFolder ? 0o700 : 0o600), "\(path), \(state)")
            }
        }
    }

    /// Names of blobs and days tell nothing of when, within a day, something came.
    @Test func datesOfBlobsAreAllTheSame() async throws {
        let relay = try RelayProcess()
        _ = try await use(relay)
        let paths = try files(below: relay.data + "/blobs")
        let dates = try paths.compactMap { path -> Date? in
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            return attributes[.type] as? FileAttributeType == .typeRegular
                ? attributes[.modificationDate] as? Date : nil
        }
        #expect(dates.count == 5 && Set(dates).count == 1)
    }

    @Test func countersAreRounded() async throws {
        let folder = try TemporaryFolder()
        let file = folder.file("metrics").path
        let relay = try RelayProcess(["--metrics", file])
        let connection = try relay.connect()
        let message = SampleKeys().post(.acknowledge(upTo: 1))
        for _ in 0..<250 {
            try await connection.send(message)
            #expect(try await connection.response()?.status == 200)
        }
        func numbers() throws -> [String: Int] {
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            #expect(lines.allSatisfy { $0.contains(#/^[a-z_]+(\{kind="[a-z]+"\})? \d+$/#) }, "\(text)")
            return Dictionary(
                uniqueKeysWithValues: lines.map { line in
                    let words = line.split(separator: " ")
                    return (String(words[0]), Int(words[1])!)
                })
        }
        #expect(try numbers().values.allSatisfy { $0 == 0 }, "counted by the hour")
        #expect(try folder.names == ["metrics"])
        #expect(try await relay.stop() == 0)
        #expect(try numbers().values.allSatisfy { $0 % 100 == 0 })
    }
}
