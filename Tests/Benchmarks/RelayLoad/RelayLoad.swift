import Foundation
import SecrCrypto
import SecrHTTP
import SecrRelayClient
import SecrSystem
import SecrWire
import Synchronization

/// Puts load on a relay and prints what came of it, one JSON object. See relay.py beside this folder.
///
///     relay-load puts ORIGIN CLIENTS BOXES SECONDS
///     relay-load waits ORIGIN COUNT PID
///     relay-load rounds ORIGIN PAIRS ROUNDS
@main
struct RelayLoad {
    static func main() async throws {
        let arguments = CommandLine.arguments
        func number(_ place: Int) -> Int { Int(arguments[place]) ?? 0 }
        guard arguments.count > 4 else { fatalError("see the head of RelayLoad.swift") }
        let load = try RelayLoad(origin: arguments[2])
        switch arguments[1] {
        case "puts": try await load.puts(clients: number(3), boxes: number(4), seconds: number(5))
        case "waits": try await load.waits(count: number(3), process: number(4))
        case "rounds": try await load.rounds(pairs: number(3), rounds: number(4))
        default: fatalError("see the head of RelayLoad.swift")
        }
    }

    /// A box with both of its keys.
    struct Box: Sendable {
        let reader: SigningCapability
        let writer: SigningCapability
        let address: Address

        init(
            reader: SigningCapability = SigningCapability(), writer: SigningCapability = SigningCapability(),
            cells: Int = 256
        ) {
            (self.reader, self.writer) = (reader, writer)
            address = Address(
                .box(days: 21, cells: cells), readKey: reader.publicKey, writeKey: writer.publicKey)
        }
    }

    let origin: String
    let http: HTTPClient
    let client: RelayClient

    /// Puts a second for which there are cells.
    private static let fastest = 12_000

    init(origin: String) throws {
        self.origin = origin
        http = try HTTPClient(maximumIdleConnections: 20_000)
        client = RelayClient(RelayEndpoint(origin: origin), http: http) { WallClock.now / 1_000_000_000 }
    }

    static func cell() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<Cell.size / 8).flatMap { _ in
            let word: UInt64 = generator.next()
            return (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
        }
    }

    func makeBoxes(_ count: Int) async throws -> [Box] {
        let boxes = (0..<count).map { _ in Box() }
        try await each(boxes, at: 64) { try await client.create($0.address, $0.reader) }
        return boxes
    }

    func each<Element: Sendable>(
        _ elements: [Element], at width: Int, _ work: @escaping @Sendable (Element) async throws -> Void
    ) async throws {
        let next = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<min(width, elements.count) {
                group.addTask {
                    while true {
                        let place = next.increment() - 1
                        guard place < elements.count else { return }
                        try await work(elements[place])
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// A cell that is ready to be sent.
    private struct Put: Sendable {
        let command: Command
        private let frame: [UInt8]

        init(_ cell: [UInt8], into box: Box) {
            command = Command(
                .put, at: box.address, day: Day(seconds: WallClock.now / 1_000_000_000), nonce: .random(), payload: cell
            )
            frame = command.encoded(signedBy: box.writer.key)
        }

        func request(_ cell: [UInt8], at origin: String) -> HTTPRequest {
            HTTPRequest(
                "POST", origin + Route.box, headers: [("Content-Type", "application/octet-stream")],
                body: frame + cell, maximumBodySize: Request.put.answerSize)
        }
    }

    /// As many clients as fast as they can, each with one cell under way.
    ///
    /// Everything is hashed and signed before: the time of other people's machines is no matter of the relay's.
    func puts(clients: Int, boxes count: Int, seconds: Int) async throws {
        let boxes = try await makeBoxes(count)
        let cell = Self.cell()
        let puts = (0..<clients).map { client in
            (0..<seconds * Self.fastest / clients).map {
                Put(cell, into: boxes[(client + $0 * clients) % count])
            }
        }
        let end = ContinuousClock.now + .seconds(seconds)
        let times = try await withThrowingTaskGroup(of: [Double].self) { group in
            for puts in puts {
                group.addTask {
                    var times: [Double] = []
                    for put in puts where ContinuousClock.now < end {
                        let start = ContinuousClock.now
                        let response = try await http.send(put.request(cell, at: origin))
                        guard try Answer(parsing: response.body, to: put.command).status == .done else {
                            fatalError("a cell was refused")
                        }
                        times.append((ContinuousClock.now - start) / .milliseconds(1))
                    }
                    guard times.count < puts.count else { fatalError("too few cells for so fast a relay") }
                    return times
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }.sorted()
        }
        print(
            """
            {"puts": \(times.count), "rate": \(times.count / seconds), "p50": \(Self.text(times, 0.5)), \
            "p99": \(Self.text(times, 0.99)), "max": \(Self.text(times, 1))}
            """)
    }

    private static func text(_ times: [Double], _ share: Double) -> String {
        String(format: "%.1f", times[min(times.count - 1, Int(Double(times.count) * share))])
    }

    /// So many gets that wait, and what the relay's process takes for them; then a cell for some of them.
    func waits(count: Int, process: Int) async throws {
        // Each secret has pages of its own, and a process only so many of those: these boxes have one reader.
        let reader = SigningCapability()
        let writers = (0..<100).map { _ in SigningCapability() }
        let boxes = (0..<count).map { number in
            Box(reader: reader, writer: writers[number % 100], cells: 1 + number / 100)
        }
        try await each(boxes, at: 64) { try await client.create($0.address, $0.reader) }
        let before = Self.memory(of: process)
        let served = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for box in boxes {
                group.addTask {
                    if try await client.get(from: box.address, box.reader, after: 0, wait: 60) != nil {
                        _ = served.increment()
                    }
                }
            }
            try await Task.sleep(for: .seconds(15))
            let during = Self.memory(of: process)
            let start = ContinuousClock.now
            let cell = Self.cell()
            for box in boxes.prefix(100) { _ = try await client.put(cell, into: box.address, box.writer) }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            while served.value < 100, ContinuousClock.now - start < .seconds(10) {
                try await Task.sleep(for: .milliseconds(10))
            }
            print(
                """
                {"waits": \(count), "megabytes_before": \(before), "megabytes": \(during), \
                "served": \(served.value), "seconds_for_100_puts": \(seconds)}
                """)
            group.cancelAll()
            try? await group.waitForAll()
        }
    }

    /// Resident, of a process.
    private static func memory(of process: Int) -> Int {
        let status = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
        return (Int(line.filter(\.isNumber)) ?? 0) / 1_024
    }

    /// Pairs that send cells to and fro: put, get, acknowledge.
    func rounds(pairs: Int, rounds: Int) async throws {
        let boxes = try await makeBoxes(pairs)
        let cell = Self.cell()
        let start = ContinuousClock.now
        try await each(boxes, at: 64) { box in
            var last: UInt64 = 0
            for _ in 0..<rounds {
                _ = try await client.put(cell, into: box.address, box.writer)
                guard let received = try await client.get(from: box.address, box.reader, after: last, wait: 10),
                    received.content == cell
                else { fatalError("a cell was lost") }
                last = received.number
                try await client.acknowledge(box.address, box.reader, upTo: last)
            }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        print("{\"rounds\": \(pairs * rounds), \"rate\": \(Int(Double(pairs * rounds) / seconds))}")
    }
}

/// A number that several tasks count up.
private final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock(\.self) }

    func increment() -> Int {
        count.withLock { count in
            count += 1
            return count
        }
    }
}
