import Foundation
import SecrRelayClient
import SecrTestSupport
import SecrWire
import Testing

/// `audit` and `invite`: what everybody may know, and who may come.
@Suite struct RelayAuditTests {
    @Test func auditTellsEverythingThatIsStored() async throws {
        let relay = try RelayProcess()
        let (keys, client) = (SampleKeys(.box(days: 3, cells: 17)), try relay.client())
        let id = Bytes.hexadecimal(keys.address.name)
        func audit(_ options: [String] = []) throws -> Run {
            try RelayProcess.run(["audit", "--data", relay.data, id] + options)
        }
        let none = try audit()
        #expect(none.status == 10 && none.text == "there is no such box\n" && none.errors == "", "\(none)")
        #expect(try audit(["--json"]).text == "{\"type\":\"box\",\"found\":false}\n")
        try await client.create(keys.address, keys.reader)
        for _ in 0..<3 { _ = try await client.put(Bytes.cell(), into: keys.address, keys.writer) }
        try await client.acknowledge(keys.address, keys.reader, upTo: 1)
        let today = try await client.terms().day
        let last = today.adding(3).text
        func look(at location: SourceLocation = #_sourceLocation) throws {
            let run = try audit()
            #expect(run.status == 0 && run.errors == "", "\(run)", sourceLocation: location)
            let name = try #require(
                run.text.firstMatch(of: #/^stored as: ([0-9a-f]{32})\n/#)?.1, sourceLocation: location)
            #expect(!id.contains(name), sourceLocation: location)
            #expect(
                run.text.dropFirst(44) == """
                    a cell is kept for: 3 days
                    room for: 17 cells
                    the next cell has the number: 4
                    last read on: \(today.text)
                    cells: 2
                      cell 2, sealed, until \(last)
                      cell 3, sealed, until \(last)
                    not stored: keys, addresses, times of day, who put or read a cell

                    """, "\(run.text)", sourceLocation: location)
            let json = try audit(["--json"])
            #expect(
                json.text == """
                    {"type":"box","found":true,"name":"\(name)","days":3,"room":17,"next":4,"used":"\(today.text)",\
                    "cells":[{"number":2,"expires":"\(last)"},{"number":3,"expires":"\(last)"}]}

                    """, "\(json.text)", sourceLocation: location)
        }
        try look()
        // It changes nothing for the relay that is at work.
        _ = try await client.put(Bytes.cell(), into: keys.address, keys.writer)
        #expect(try audit().text.contains("cell 4, sealed"))
        try await client.drop(keys.address, keys.reader)
        #expect(try audit().status == 10)
    }

    /// Also when no relay is at work, after an orderly end and after another one; and nothing is left behind by it.
    @Test(arguments: [false, true]) func auditNeedsNoRelay(isCrash: Bool) async throws {
        let relay = try RelayProcess()
        let (keys, client) = (SampleKeys(), try relay.client())
        try await client.create(keys.address, keys.reader)
        _ = try await client.put(Bytes.cell(), into: keys.address, keys.writer)
        if isCrash { relay.crash() } else { try await relay.stop() }
        let before = try FileManager.default.contentsOfDirectory(atPath: relay.data).sorted()
        for _ in 0..<2 {
            let run = try RelayProcess.run(["audit", "--data", relay.data, Bytes.hexadecimal(keys.address.name)])
            #expect(run.status == 0 && run.text.contains("cells: 1\n"), "\(run)")
        }
        let unknown = try RelayProcess.run(["audit", "--data", relay.data, Bytes.hexadecimal(Bytes.random(32))])
        #expect(unknown.status == 10, "\(unknown)")
        let after = try FileManager.default.contentsOfDirectory(atPath: relay.data).sorted()
        #expect(isCrash || before == after, "\(before), \(after)")
        try relay.start()
        #expect(try await client.get(from: keys.address, keys.reader, after: 0)?.number == 1)
    }

    @Test func auditMakesNothing() throws {
        let folder = try TemporaryFolder()
        let id = String(repeating: "0", count: 64)
        #expect(try RelayProcess.run(["audit", "--data", folder.file("none").path, id]).status == 10)
        #expect(try RelayProcess.run(["audit", "--data", folder.path, id]).status == 10)
        #expect(try folder.names == [])
    }

    @Test func whoIsNotInvitedIsRefused() async throws {
        let folder = try TemporaryFolder()
        let codes = try (0..<2).map { _ in try RelayProcess.run(["invite"]).text.trimmingCharacters(in: .newlines) }
        #expect(Set(codes).count == 2 && codes.allSatisfy { $0.contains(#/^[a-z2-7]{26}$/#) })
        try folder.write(Array("# for friends\n\n\(codes[0]) a name\r\n  \(codes[1])\n".utf8), to: "invitations")
        let relay = try RelayProcess(["--invitations", folder.file("invitations").path])
        let client = try relay.client()
        #expect(try await client.terms().admission == .invitation)
        for admission in [
            Admission.none, .invitation(code: "a"), .invitation(code: "# for friends"), .invitation(code: ""),
        ] {
            let (keys, blob) = (SampleKeys(), SampleKeys(.blob))
            await #expect(throws: RelayClientError.admission) {
                try await client.create(keys.address, keys.reader, admission: admission)
            }
            await #expect(throws: RelayClientError.admission) {
                try await client.store(
                    Bytes.random(65_536), .kibi64, at: blob.address, blob.writer, days: 1, admission: admission)
            }
        }
        for code in codes {
            let (keys, blob) = (SampleKeys(), SampleKeys(.blob))
            try await client.create(keys.address, keys.reader, admission: .invitation(code: code))
            // Whoever has a box needs nothing more to use it.
            _ = try await client.put(Bytes.cell(), into: keys.address, keys.writer)
            _ = try await client.store(
                Bytes.random(65_536), .kibi64, at: blob.address, blob.writer, days: 1,
                admission: .invitation(code: code))
        }
        #expect(codes.allSatisfy { !relay.said.contains($0) })
    }
}
