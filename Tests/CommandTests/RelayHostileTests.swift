import Foundation
import SecrRelayClient
import SecrTestSupport
import SecrWire
import Testing

/// What comes from those who mean no good, while somebody else is served all the time.
@Suite struct RelayHostileTests {
    /// Runs an attack, and looks whether others were served as always.
    ///
    /// - Parameter slowest: seconds that a round of put, get and acknowledge may take at most.
    private func attack(
        _ relay: RelayProcess, slowest: Double = 5, at location: SourceLocation = #_sourceLocation,
        _ work: () async throws -> Void
    ) async throws {
        let regular = try RelayRegular(relay)
        try await work()
        let (times, problems) = try await regular.end()
        #expect(problems.isEmpty, "\(problems)", sourceLocation: location)
        #expect(!times.isEmpty && times.last ?? 0 < slowest, "\(times.last ?? 0) s", sourceLocation: location)
        #expect(relay.isRunning, sourceLocation: location)
        #expect(relay.said.split(separator: "\n").count == 1, "\(relay.said)", sourceLocation: location)
    }

    private static func bytes(_ text: String) -> [UInt8] { Array(text.replacing("\n", with: "\r\n").utf8) }

    // MARK: What is no request

    /// What is sent, and with which status it may be answered; it may always be that there is no answer.
    private static let nonsense: [(String, [UInt8], Set<Int>)] = {
        let command = SampleKeys().command(.get(after: 0, wait: 0))
        let length = "Content-Length: \(command.count)\r\n"
        func post(_ headers: String, _ body: [UInt8], version: String = "HTTP/1.1") -> [UInt8] {
            Array("POST /v1/box \(version)\r\nHost: x\r\n\(headers)\r\n".utf8) + body
        }
        return [
            ("zeros", [UInt8](repeating: 0, count: 1_000), [400]),
            ("random bytes", Bytes.random(5_000), [400]),
            ("lines", [UInt8](repeating: 10, count: 5_000), [400]),
            ("TLS", [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3] + Bytes.random(512), [400]),
            ("HTTP/2", bytes("PRI * HTTP/2.0\n\nSM\n\n") + [0, 0, 0, 4, 0, 0, 0, 0, 0], [400, 404, 405, 505]),
            ("SOCKS", [5, 1, 0], [400]),
            ("no version", bytes("GET /health\n\n"), [200, 400]),
            ("HTTP/3.7", bytes("GET /health HTTP/3.7\nHost: x\n\n"), [400, 505]),
            ("another method", bytes("BREW /v1/box HTTP/1.1\nHost: x\n\n"), [400, 405]),
            ("CONNECT", bytes("CONNECT 127.0.0.1:22 HTTP/1.1\nHost: x\n\n"), [400, 404, 405]),
            ("asterisk", bytes("OPTIONS * HTTP/1.1\nHost: x\n\n"), [400, 404, 405]),
            ("a path outwards", bytes("GET /../../etc/passwd HTTP/1.1\nHost: x\n\n"), [400, 404]),
            (
                "a long path", bytes("GET /" + String(repeating: "a", count: 100_000) + " HTTP/1.1\nHost: x\n\n"),
                [400, 404, 414, 431]
            ),
            (
                "a long header", bytes("GET /health HTTP/1.1\nX: " + String(repeating: "a", count: 100_000) + "\n\n"),
                [400, 431]
            ),
            (
                "many headers", bytes("GET /health HTTP/1.1\n" + String(repeating: "X: a\n", count: 1_000) + "\n"),
                [400, 431]
            ),
            ("a folded header", bytes("GET /health HTTP/1.1\nHost: x\nX: a\n b\n\n"), [200, 400]),
            ("NUL in a header", bytes("GET /health HTTP/1.1\nHost: x\nX: a\0b\n\n"), [400]),
            ("a negative length", post("Content-Length: -1\r\n", command), [400]),
            ("a length that is none", post("Content-Length: 5x\r\n", command), [400]),
            ("a huge length", post("Content-Length: 99999999999999999999\r\n", command), [400, 413]),
            ("two lengths", post(length + "Content-Length: 5\r\n", command), [400]),
            ("length and chunks", post(length + "Transfer-Encoding: chunked\r\n", command), [400]),
            ("a coding that is none", post("Transfer-Encoding: frob\r\n", command), [400, 501]),
            ("a chunk that is none", post("Transfer-Encoding: chunked\r\n\r\nxyz\r\n", []), [400]),
            ("a huge chunk", post("Transfer-Encoding: chunked\r\n", bytes("ffffffffffffffffff\n")), [400]),
            ("no body", post("", []), [400]),
            ("an empty body", post("Content-Length: 0\r\n", []), [400]),
            ("too short", post("Content-Length: 511\r\n", Array(command.dropLast())), [400]),
            ("too long", post("Content-Length: 513\r\n", command + [0]), [400]),
            ("far too long", post("Content-Length: 100000\r\n", Bytes.random(100_000)), [400, 413]),
            ("an upgrade", post(length + "Upgrade: websocket\r\nConnection: Upgrade\r\n", command), [200, 400]),
            ("HTTP/1.0", post(length, command, version: "HTTP/1.0"), [200]),
        ]
    }()

    @Test func nonsenseIsRefused() async throws {
        let relay = try RelayProcess()
        try await attack(relay) {
            for (name, bytes, statuses) in Self.nonsense {
                let connection = try relay.connect()
                try await connection.send(bytes)
                if let response = try await connection.response(within: 2) {
                    #expect(statuses.contains(response.status), "\(name): \(response.status)")
                }
            }
        }
    }

    /// A command in chunks of whatever size is one; what follows it is the next request.
    @Test func chunksArePutTogether() async throws {
        let relay = try RelayProcess()
        let keys = SampleKeys()
        let connection = try relay.connect()
        try await connection.send(keys.post(.create(.none)))
        #expect(try await connection.response()?.status == 200)
        let cell = Bytes.cell()
        var body: [UInt8] = []
        let message = keys.command(.put, payload: cell)
        for start in stride(from: 0, to: message.count, by: 1_000) {
            let piece = message[start..<min(message.count, start + 1_000)]
            body += Array((String(piece.count, radix: 16) + "\r\n").utf8) + piece + Array("\r\n".utf8)
        }
        let head = Array("POST /v1/box HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        try await connection.send(head + body + Array("0\r\n\r\n".utf8) + keys.post(.get(after: 0, wait: 0)))
        #expect(try await connection.response()?.body[1] == Answer.Status.done.rawValue)
        #expect(try await connection.response()?.body[Answer.size...].elementsEqual(cell) == true)
    }

    /// Many requests at once come back in their order, and what is nonsense ends the connection.
    @Test func manyRequestsAtOnce() async throws {
        let relay = try RelayProcess()
        try await attack(relay) {
            let keys = SampleKeys()
            let connection = try relay.connect()
            let nonces = (0..<500).map { _ in Bytes.random(16) }
            let messages = nonces.flatMap { keys.post(.acknowledge(upTo: 1), nonce: $0) }
            #expect(try await connection.send(messages + Bytes.random(1_000)) > messages.count)
            for nonce in nonces {
                let response = try await connection.response()
                guard response?.body.count == Answer.size, Array(response!.body[8..<24]) == nonce else {
                    Issue.record("not in order")
                    break
                }
            }
            #expect(try await connection.isClosed(within: 5))
        }
    }

    /// Bodies without an end cost the sender more than the relay.
    @Test func endlessBodiesAreCut() async throws {
        let relay = try RelayProcess()
        try await attack(relay) {
            let piece = Array("10000\r\n".utf8) + [UInt8](repeating: 1, count: 65_536) + Array("\r\n".utf8)
            for path in ["/v1/box", "/v1/blob", "/nothing"] {
                let connection = try relay.connect()
                try await connection.send(Self.bytes("POST \(path) HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n"))
                var sent = 0
                while sent < 64 << 20 {
                    let count = try await connection.send(piece, within: 2)
                    sent += count
                    if count < piece.count { break }
                }
                #expect(sent < 32 << 20, "\(path): \(sent)")
            }
        }
        #expect(relay.memory() < 250_000)
    }

    // MARK: What is no command

    /// Wherever the line breaks, there is nothing in the box, and the same nonce is still good.
    @Test func aPutMayBeCutAnywhere() async throws {
        let relay = try RelayProcess()
        let keys = SampleKeys()
        let good = try relay.connect()
        try await good.send(keys.post(.create(.none)))
        #expect(try await good.response()?.status == 200)
        try await attack(relay) {
            let message = keys.post(.put, payload: Bytes.cell())
            let step = relayTestsAreLong ? 1 : 61
            for place in Array(0..<64) + Array(stride(from: 64, to: message.count, by: step)) + [message.count - 1] {
                let connection = try relay.connect()
                _ = connection.sendNow(Array(message[..<place]))
                switch place % 3 {
                case 0: connection.close()
                case 1: connection.reset()
                default:
                    connection.finish()
                    if place % 30 == 2 {
                        if let response = try await connection.response(within: 1) { #expect(response.status != 200) }
                    }
                }
            }
            try await good.send(keys.post(.get(after: 0, wait: 1)))
            #expect(try await good.response()?.body[1] == Answer.Status.nothing.rawValue)
            try await good.send(message)
            #expect(try await good.response()?.body[1] == Answer.Status.done.rawValue)
        }
    }

    /// No other command comes out of it, whichever byte is another one.
    @Test func aCommandMayBeChangedAnywhere() async throws {
        let relay = try RelayProcess(["--rate", "0"])
        let keys = SampleKeys()
        var connection = try relay.connect()
        try await connection.send(keys.post(.create(.none)))
        #expect(try await connection.response()?.status == 200)
        let (payload, kept) = (Bytes.cell(), Bytes.cell())
        try await connection.send(keys.post(.put, payload: kept))
        #expect(try await connection.response()?.status == 200)
        try await attack(relay) {
            for request in [SecrWire.Request.put, .acknowledge(upTo: 5), .drop, .get(after: 0, wait: 0)] {
                let good = keys.command(request, payload: request == .put ? payload : [])
                let places =
                    Array(0..<Command.size) + (request == .put ? Array(stride(from: 512, to: good.count, by: 401)) : [])
                // Another time to wait is waited for.
                for place in places where request != .get(after: 0, wait: 0) || place != 129 {
                    var bad = good
                    bad[place] ^= UInt8.random(in: 1...255)
                    try await connection.send(Bytes.post(Route.box, bad))
                    guard let response = try await connection.response() else {
                        Issue.record("no answer to \(request) with another byte \(place)")
                        connection = try relay.connect()
                        continue
                    }
                    // An acknowledgement is told to be done in any case.
                    let isDone = response.status == 200 && response.body[1] == Answer.Status.done.rawValue
                    let isTold = [SecrWire.Request.acknowledge(upTo: 5), .drop].contains(request)
                    #expect(!isDone || isTold, "\(request) with another byte \(place)")
                }
            }
            try await connection.send(keys.post(.get(after: 0, wait: 0)))
            let response = try #require(try await connection.response())
            #expect(response.body[Answer.size...].elementsEqual(kept), "the one cell is still there")
            #expect(response.body[2] == 0, "and no other")
        }
    }

    // MARK: Those who take their time

    /// Heads, bodies and chunks that come byte by byte.
    @Test func whoSendsSlowlyIsCut() async throws {
        let relay = try RelayProcess()
        try await attack(relay) {
            let starts: [(String, [UInt8])] =
                [
                    ("box", Self.bytes("POST /v1/box HTTP/1.1\nHost: x\nContent-Length: 512\n\n")),
                    ("blob", Self.bytes("POST /v1/blob HTTP/1.1\nHost: x\nContent-Length: 512\n\n")),
                    ("chunks", Self.bytes("POST /v1/box HTTP/1.1\nHost: x\nTransfer-Encoding: chunked\n\n")),
                    // These are answered before they have ended.
                    ("nowhere", Self.bytes("POST /nothing HTTP/1.1\nHost: x\nContent-Length: 512\n\n")),
                    ("terms", Self.bytes("GET /v1/terms HTTP/1.1\nHost: x\nContent-Length: 512\n\n")),
                    ("head", Self.bytes("POST /v1/box HTTP/1.1\nX: ")),
                ]
            let seconds = 25.0
            let times = try await withThrowingTaskGroup(of: (String, Double?).self) { group in
                for (name, start) in starts {
                    for _ in 0..<10 {
                        let connection = try relay.connect()
                        group.addTask {
                            let began = ContinuousClock.now
                            try await connection.send(start)
                            while ContinuousClock.now - began < .seconds(seconds) {
                                _ = connection.sendNow(name == "chunks" ? Array("1\r\na\r\n".utf8) : [97])
                                if try await connection.isClosed(within: 1) {
                                    return (name, (ContinuousClock.now - began) / .seconds(1))
                                }
                            }
                            return (name, nil)
                        }
                    }
                }
                return try await group.reduce(into: [String: [Double?]]()) { $0[$1.0, default: []].append($1.1) }
            }
            for (name, times) in times { #expect(times.allSatisfy { $0 != nil }, "\(name): \(times)") }
        }
    }

    /// Answers that nobody takes.
    @Test func whoReadsNothingIsCut() async throws {
        let relay = try RelayProcess()
        try await attack(relay) {
            let keys = SampleKeys()
            let messages = (0..<600).flatMap { _ in keys.post(.get(after: 0, wait: 0)) }
            let connections = try (0..<10).map { _ in try relay.connect(receiveBuffer: 4_096) }
            for connection in connections { try await connection.send(messages, within: 2) }
            // Asking for more is no way to be let alone.
            for place in 0..<26 {
                try await Task.sleep(for: .seconds(1))
                if place < 20 { for connection in connections[..<5] { _ = connection.sendNow(messages) } }
            }
            for (place, connection) in connections.enumerated() {
                _ = try await connection.response(within: 2)
                #expect(try await connection.isClosed(within: 4), "\(place)")
            }
        }
    }

    // MARK: More than there is

    @Test func moreWaitsThanAllowedAreAnsweredAtOnce() async throws {
        let relay = try RelayProcess(["--waits", "50"])
        let keys = SampleKeys()
        let client = try relay.client()
        try await client.create(keys.address, keys.reader)
        let waiting = try (0..<50).map { _ in try relay.connect() }
        for connection in waiting { try await connection.send(keys.post(.get(after: 0, wait: 50))) }
        try await Task.sleep(for: .seconds(1))
        let other = try relay.connect()
        let start = ContinuousClock.now
        try await other.send(keys.post(.get(after: 0, wait: 50)))
        #expect(try await other.response()?.body[1] == Answer.Status.nothing.rawValue)
        #expect(ContinuousClock.now - start < .seconds(20))
        // One goes, another one may wait.
        _ = try await client.put(Bytes.cell(), into: keys.address, keys.writer)
        for connection in waiting { #expect(try await connection.response()?.body[1] == Answer.Status.done.rawValue) }
        try await other.send(keys.post(.get(after: 1, wait: 10)))
        #expect(try await other.response(within: 0.5) == nil)
        #expect(try await other.response(within: 20)?.status == 200)
    }

    /// Whoever goes away while waiting leaves the place to others.
    @Test func whoIsGoneDoesNotWait() async throws {
        let relay = try RelayProcess(["--waits", "50"])
        let keys = SampleKeys()
        let waiting = try (0..<50).map { _ in try relay.connect() }
        for connection in waiting { try await connection.send(keys.post(.get(after: 0, wait: 50))) }
        try await Task.sleep(for: .seconds(1))
        for (place, connection) in waiting.enumerated() { place % 2 == 0 ? connection.close() : connection.reset() }
        try await Task.sleep(for: .seconds(1))
        let other = try relay.connect()
        try await other.send(keys.post(.get(after: 0, wait: 10)))
        let isAtOnce = try await other.response(within: 0.5) != nil
        #expect(!isAtOnce, "the places are still taken")
    }

    @Test func moreConnectionsThanAllowedHaveToWait() async throws {
        let relay = try RelayProcess(["--connections", "20"])
        let connections = try (0..<40).map { _ in try relay.connect() }
        for connection in connections { try await connection.send(Bytes.get("/health")) }
        try await Task.sleep(for: .seconds(1))
        var waiting: [RawConnection] = []
        for connection in connections {
            if try await connection.response(within: 0.05) == nil { waiting.append(connection) }
        }
        // The system hands them over a few at a time.
        #expect((16...20).contains(waiting.count), "\(waiting.count)")
        for connection in connections where !waiting.contains(where: { $0 === connection }) { connection.close() }
        for connection in waiting { #expect(try await connection.response()?.status == 200) }
    }

    @Test func moreCommandsThanAllowedAreRefused() async throws {
        let relay = try RelayProcess(["--behind-proxy", "--rate", "30"])
        let keys = SampleKeys()
        let connection = try relay.connect()
        func ask(_ address: String, times: Int) async throws -> [Int] {
            let message = keys.post(.acknowledge(upTo: 1), headers: ["X-Forwarded-For: \(address)"])
            var statuses: [Int] = []
            for _ in 0..<times {
                try await connection.send(message)
                let response = try #require(try await connection.response())
                if response.status == 429 { #expect(response.head.contains { $0.lowercased() == "retry-after: 1" }) }
                statuses.append(response.status)
            }
            return statuses
        }
        let first = try await ask("192.0.2.1", times: 1_500)
        #expect(first[..<500].allSatisfy { $0 == 200 })
        #expect(first.contains(429))
        // What somebody else may have written before does not count.
        #expect(try await ask("198.51.100.77, 192.0.2.1", times: 300).contains(429))
        #expect(try await ask("192.0.2.1, 192.0.2.2", times: 300).allSatisfy { $0 == 200 })
        // The neighbour in the same network of IPv6 is the same customer, and another one is not.
        #expect(try await ask("2001:db8:0:1::1", times: 1_500).contains(429))
        #expect(try await ask("2001:db8:0:1:ffff::2", times: 300).contains(429))
        #expect(try await ask("2001:db8:0:2::1", times: 300).allSatisfy { $0 == 200 })
        // Nobody is this machine because he says so, and what can't be read has limits, too.
        #expect(try await ask("127.0.0.1", times: 1_500).contains(429))
        #expect(try await ask("unknown", times: 300).contains(429))
        try await Task.sleep(for: .seconds(1))
        #expect(try await ask("192.0.2.1", times: 20).allSatisfy { $0 == 200 })
    }

    // MARK: Memory

    private static func frame(_ keys: SampleKeys, _ content: [UInt8]) -> [UInt8] {
        keys.post(.store(.mebi4, days: 1, admission: .none), payload: content)
    }

    /// 96 MiB are 24 blobs; who comes then is told so, and whoever is gone makes room.
    @Test func moreBlobsThanMemoryAreRefused() async throws {
        let relay = try RelayProcess()
        let content = Bytes.random(4 << 20)
        try await attack(relay) {
            let half = try (0..<24).map { _ in try relay.connect() }
            for connection in half {
                try await connection.send(Array(Self.frame(SampleKeys(.blob), content)[..<100_000]))
            }
            try await Task.sleep(for: .milliseconds(300))
            let next = try relay.connect()
            try await next.send(Array(Self.frame(SampleKeys(.blob), content)[..<100_000]))
            let refused = try #require(try await next.response())
            #expect(refused.status == 503 && refused.head.contains { $0.lowercased() == "retry-after: 2" })
            half[0].reset()
            half[1].close()
            try await Task.sleep(for: .milliseconds(300))
            let another = try relay.connect()
            try await another.send(Self.frame(SampleKeys(.blob), content))
            #expect(try await another.response()?.status == 200)
        }
    }

    /// One address has eight.
    @Test func moreBlobsOfOneAddressAreRefused() async throws {
        let relay = try RelayProcess(["--behind-proxy"])
        let content = Bytes.random(4 << 20)
        func start(_ address: String) async throws -> RawConnection {
            let connection = try relay.connect()
            let message = SampleKeys(.blob).post(
                .store(.mebi4, days: 1, admission: .none), payload: content, headers: ["X-Forwarded-For: \(address)"])
            try await connection.send(Array(message[..<10_000]))
            return connection
        }
        var held: [RawConnection] = []
        for _ in 0..<8 { held.append(try await start("192.0.2.1")) }
        try await Task.sleep(for: .milliseconds(200))
        #expect(try await start("192.0.2.1").response()?.status == 503)
        #expect(try await start("192.0.2.2").response(within: 0.3) == nil)
        #expect(held.count == 8)
    }

    @Test func manyUploadsHaveBoundedMemory() async throws {
        let relay = try RelayProcess(["--rate", "0"], isInMemory: false)
        try await attack(relay, slowest: 20) {
            let content = Bytes.random(4 << 20)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        let connection = try relay.connect()
                        try await connection.send(Self.frame(SampleKeys(.blob), content), within: 60)
                        return try await connection.response(within: 60)?.status ?? 0
                    }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(
                statuses.keys.allSatisfy { [200, 503, 0].contains($0) } && statuses[200, default: 0] > 0, "\(statuses)")
        }
        #expect(relay.memory() < 700_000, "\(relay.memory())")
    }

    /// Blobs that were asked for and that nobody takes.
    @Test func manyDownloadsHaveBoundedMemory() async throws {
        let relay = try RelayProcess(["--rate", "0"], isInMemory: false)
        let (keys, client) = (SampleKeys(.blob), try relay.client())
        let day = try await client.store(Bytes.random(4 << 20), .mebi4, at: keys.address, keys.writer, days: 1)
        try await attack(relay, slowest: 20) {
            let connections = try (0..<250).map { _ in try relay.connect(receiveBuffer: 4_096) }
            for connection in connections {
                try await connection.send(keys.post(.fetch(.mebi4, expires: day)))
                try await connection.begins(within: 5)
            }
            #expect(relay.memory("VmRSS") < 500_000, "\(relay.memory("VmRSS"))")
        }
        #expect(relay.memory() < 500_000, "\(relay.memory())")
    }

    /// What follows a frame is as long as it says, and not as long as any.
    @Test func shortCommandsHaveNoLongBodies() async throws {
        let relay = try RelayProcess(["--rate", "0"])
        try await attack(relay, slowest: 20) {
            let keys = SampleKeys(.blob)
            let requests: [SecrWire.Request] = [
                .fetch(.kibi64, expires: SampleKeys.today), .remove(.kibi64, expires: SampleKeys.today),
                .store(.kibi64, days: 1, admission: .none),
            ]
            var connections: [RawConnection] = []
            for place in 0..<150 {
                let connection = try relay.connect()
                let request = requests[place % 3]
                let frame = keys.command(request, payload: [UInt8](repeating: 1, count: request.payloadSize))
                let head = Self.bytes("POST /v1/blob HTTP/1.1\nHost: x\nContent-Length: 4194816\n\n")
                try await connection.send(
                    head + frame + [UInt8](repeating: 1, count: 4_190_000 - frame.count), within: 0.3)
                connections.append(connection)
            }
            try await Task.sleep(for: .milliseconds(500))
            #expect(relay.memory() < 350_000, "\(relay.memory())")
            #expect(connections.count == 150)
        }
    }
}
