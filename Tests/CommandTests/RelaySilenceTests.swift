import Foundation
import SecrRelayClient
import SecrTestSupport
import SecrWire
import Testing

/// Nobody can tell from the answers whether there is a box that is not his: neither from what they say nor from how
/// long they take.
@Suite(.serialized) struct RelaySilenceTests {
    let relay: RelayProcess
    /// A box without a cell.
    let empty = SampleKeys()
    /// One with a cell.
    let filled = SampleKeys()
    /// One that nobody made.
    let unknown = SampleKeys()

    init() async throws {
        relay = try RelayProcess()
        let client = try relay.client()
        for keys in [empty, filled] { try await client.create(keys.address, keys.reader) }
        _ = try await client.put(Bytes.cell(), into: filled.address, filled.writer)
    }

    /// Boxes and signatures between which nobody may see a difference.
    private func cases(withEmpty: Bool) -> [(name: String, keys: SampleKeys, isForged: Bool)] {
        (withEmpty ? [("empty", empty, false)] : []) + [
            ("unknown", unknown, false), ("forbidden", filled, true), ("forbidden and empty", empty, true),
            ("forbidden and unknown", unknown, true),
        ]
    }

    private static let requests: [(SecrWire.Request, withEmpty: Bool)] = [
        (.get(after: 0, wait: 0), true), (.acknowledge(upTo: 1), true), (.drop, false), (.put, false),
    ]

    @Test func answersAreAlike() async throws {
        for (request, withEmpty) in Self.requests {
            var answers: [String: RawConnection.Response] = [:]
            let nonce = Bytes.random(16)
            for (name, keys, isForged) in cases(withEmpty: withEmpty) {
                let connection = try relay.connect()
                let payload = request == .put ? Bytes.cell() : []
                try await connection.send(keys.post(request, payload: payload, nonce: nonce, isForged: isForged))
                let answer: RawConnection.Response = try #require(try await connection.response())
                answers[name] = answer
            }
            let one = try #require(answers["unknown"])
            for (name, answer) in answers { #expect(answer == one, "\(request), \(name)") }
            #expect(one.status == 200 && one.body.count == request.answerSize)
        }
    }

    /// They end together, since waits end at the relay's seconds.
    @Test func waitsAreAlike() async throws {
        for _ in 0..<2 {
            let times = try await withThrowingTaskGroup(of: (String, Double, RawConnection.Response?).self) { group in
                let nonce = Bytes.random(16)
                for (name, keys, isForged) in cases(withEmpty: true) {
                    let connection = try relay.connect()
                    group.addTask {
                        let start = ContinuousClock.now
                        try await connection.send(keys.post(.get(after: 0, wait: 2), nonce: nonce, isForged: isForged))
                        let answer = try await connection.response()
                        return (name, (ContinuousClock.now - start) / .seconds(1), answer)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let seconds = times.map(\.1).sorted()
            #expect(seconds[0] > 0.9 && seconds.last! < 4, "\(times.map { ($0.0, $0.1) })")
            #expect(seconds.last! - seconds[0] < 0.5, "\(times.map { ($0.0, $0.1) })")
            for (_, _, answer) in times { #expect(answer == times[0].2) }
        }
    }

    /// Many times in turn, so that whatever else the machine does meets all of them; what is there is there each time.
    @Test func answersTakeTheSameTime() async throws {
        for (request, withEmpty) in Self.requests {
            var seen: [[String: Double]] = []
            repeat {
                // The owner's acknowledgement is noted, so it takes longer; he knows that there is the box.
                seen.append(try await times(request, withEmpty && request != .acknowledge(upTo: 1)))
            } while !Self.areAlike(seen.last!) && seen.count < 4
            #expect(Self.areAlike(seen.last!), "\(request): \(seen)")
        }
    }

    private static func areAlike(_ times: [String: Double]) -> Bool {
        times.values.max()! < 1.15 * times.values.min()! + 0.05
    }

    /// Milliseconds that a fifth of the answers needs at most, for each case.
    private func times(_ request: SecrWire.Request, _ withEmpty: Bool) async throws -> [String: Double] {
        let (connection, rounds) = (try relay.connect(), relayTestsAreLong ? 2_000 : 150)
        let cases = cases(withEmpty: withEmpty)
        let times = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var times: [String: [Double]] = [:]
                for round in 0..<rounds * cases.count {
                    let (name, keys, isForged) = cases[(round + round / cases.count) % cases.count]
                    let payload = request == .put ? Bytes.cell() : []
                    let message = keys.post(request, payload: payload, isForged: isForged)
                    let start = ContinuousClock.now
                    _ = connection.sendNow(message)
                    guard connection.responseNow() != nil else { break }
                    times[name, default: []].append((ContinuousClock.now - start) / .milliseconds(1))
                }
                continuation.resume(returning: times)
            }
        }
        #expect(times.values.map(\.count).reduce(0, +) == rounds * cases.count)
        return times.mapValues { $0.sorted()[$0.count / 5] }
    }
}
