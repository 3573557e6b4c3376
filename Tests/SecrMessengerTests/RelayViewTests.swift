import Foundation
import SecrTestSupport
import Testing

/// What a relay gets to see of people who talk: on its disk, in its memory, in what it says and on the wire there is
/// nothing of what they say, of their names, of their groups and of their keys.
@Suite struct RelayViewTests {
    private static let canReadMemory: Bool = {
        guard let relay = try? RelayProcess() else { return false }
        return ProcessMemory.isReadable(of: relay.identifier)
    }()

    private func expectNothing(
        _ found: Set<String>, _ place: String, at location: SourceLocation = #_sourceLocation
    ) {
        #expect(found.isEmpty, "\(found.sorted()) in \(place)", sourceLocation: location)
    }

    /// All that went through, in each direction.
    private func found(_ traces: Traces, on wire: Forwarder) -> Set<String> {
        wire.passages.reduce(into: []) { found, passage in
            found.formUnion(traces.found(in: passage.sent))
            found.formUnion(traces.found(in: passage.answered))
        }
    }

    @Test func neitherOnDiskNorInWordsNorOnTheWire() async throws {
        let folder = try TemporaryFolder()
        let metrics = folder.file("metrics").path
        let relay = try RelayProcess(["--metrics", metrics])
        let wire = try Forwarder(to: [relay.port], records: true)
        let story = try await Story(at: wire.origin)
        #expect(story.epochs >= 6)
        var database = Traces()
        database.add("a database", text: "SQLite format 3")
        for state in ["running", "crashed", "ended"] {
            if state == "crashed" {
                relay.crash()
                try relay.start()
            }
            if state == "ended" { #expect(try await relay.stop() == 0) }
            var count = 0
            expectNothing(try story.hidden.found(below: relay.data, count: &count), "the folder, \(state)")
            #expect(try database.found(below: relay.data, count: &count) == ["a database"])
            #expect(count >= 4, "\(state)")
            expectNothing(story.hidden.found(in: relay.said), "what it says, \(state)")
            expectNothing(story.hidden.found(in: Array(try folder.bytes("metrics"))), "the metrics, \(state)")
        }
        // No TLS here, so what is asked can be read, and nothing beyond that.
        expectNothing(found(story.hidden, on: wire), "the wire")
        #expect(found(story.asked, on: wire) == Story.questions)
    }

    @Test(.enabled(if: canReadMemory, "the memory of another process can't be read here"))
    func notInMemory() async throws {
        let relay = try RelayProcess()
        let story = try await Story(at: relay.origin)
        var arguments = Traces()
        arguments.add("an argument", text: relay.data)
        var size = 0
        expectNothing(try ProcessMemory.found(story.hidden, in: relay.identifier, size: &size), "the memory")
        #expect(size > 1 << 20)
        #expect(try ProcessMemory.found(arguments, in: relay.identifier, size: &size) == ["an argument"])
        #expect(try await relay.stop() == 0)
    }

    /// With TLS, nobody on the way sees even what the relay is asked.
    @Test(.enabled(if: Run.isInstalled("openssl"), "openssl makes the certificate"))
    func notBehindTLS() async throws {
        let folder = try TemporaryFolder()
        try folder.makeCertificate("relay")
        let certificate = folder.file("relay.pem").path
        let relay = try RelayProcess(["--certificate", certificate, "--certificate-key", folder.file("relay.key").path])
        let wire = try Forwarder(to: [relay.port], records: true)
        let story = try await Story(
            at: "https://127.0.0.1:\(wire.port)", trust: .certificates(file: certificate))
        expectNothing(found(story.hidden, on: wire), "the wire")
        expectNothing(found(story.asked, on: wire), "the wire")
        let passages = wire.passages
        #expect(passages.allSatisfy { $0.sent.starts(with: [0x16, 0x03]) && $0.answered.starts(with: [0x16, 0x03]) })
        #expect(passages.reduce(0) { $0 + $1.sent.count } > 30 * 16_384)
    }

    /// Each form of what is looked for is found wherever it stands, and what was not there is not.
    @Test func tracesAreFound() throws {
        let (secret, other) = ((1...32).map { UInt8($0 * 7) }, (1...32).map { UInt8($0 * 5) })
        let text = "Anna Xenoglossa"
        var traces = Traces()
        traces.add("secret", secret)
        traces.add("other", other)
        traces.add("text", text: text)
        let digits = secret.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        let forms: [[UInt8]] =
            [secret, Array(digits.utf8), Array(digits.uppercased().utf8)]
            + (0..<3).map { before in
                Array(Data([UInt8](repeating: 0xAB, count: before) + secret + [0xCD, 0xEF]).base64EncodedData())
            }
        for form in forms {
            for before in 0..<9 {
                let bytes = [UInt8](repeating: 0x5A, count: before) + form
                #expect(traces.found(in: bytes) == ["secret"])
                #expect(traces.found(in: bytes + [1, 2, 3]) == ["secret"])
                #expect(traces.found(in: bytes.dropLast(form.count / 2) + []).isEmpty)
            }
        }
        #expect(traces.found(in: secret + other + Array(text.utf8)) == ["secret", "other", "text"])
        #expect(traces.found(in: text.utf16.flatMap { [UInt8($0), 0] }) == ["text"])
        #expect(traces.found(in: text.utf16.flatMap { [0, UInt8($0)] }) == ["text"])
        #expect(traces.found(in: Array("Anna Xenogloss".utf8)).isEmpty && traces.found(in: [1, 2]).isEmpty)
    }
}
