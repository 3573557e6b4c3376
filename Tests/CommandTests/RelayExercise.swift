import Foundation
import SecrRelayClient
import SecrTestSupport
import SecrWire
import Synchronization
import Testing

/// Load on one relay, or on several that share a store, while something goes wrong again and again.
struct RelayExercise {
    /// One for each relay; whoever asks takes any of them, each time.
    let clients: [RelayClient]

    private var client: RelayClient { clients.randomElement()! }

    /// What one box went through.
    private final class Journal: Sendable {
        struct State {
            /// For each writer how many cells were acknowledged to it.
            var written: [Int]
            /// Writer and place, as they were read.
            var read: [(writer: Int, place: Int)] = []
            var numbers: [UInt64] = []
            var problems: [String] = []
        }

        let keys = SampleKeys()
        let state: Mutex<State>

        init(writers: Int) { state = Mutex(State(written: [Int](repeating: 0, count: writers))) }
    }

    private static let writers = 2

    static func cell(_ writer: Int, _ place: Int) -> [UInt8] {
        let text = "\(writer) \(place) "
        return Array(text.utf8)
            + [UInt8](repeating: UInt8(truncatingIfNeeded: place), count: Cell.size - text.utf8.count)
    }

    /// Puts until it is cancelled; each cell with a nonce of its own, for as long as it takes.
    private func write(_ writer: Int, _ journal: Journal, _ isEnding: Flag) async {
        var place = 0
        while !isEnding.isSet {
            let nonce = Nonce(Bytes.random(16))
            while true {
                do {
                    _ = try await client.put(
                        Self.cell(writer, place), into: journal.keys.address, journal.keys.writer, nonce: nonce)
                    break
                } catch RelayClientError.unavailable, RelayClientError.full {
                    try? await Task.sleep(for: .milliseconds(20))
                } catch {
                    journal.state.withLock { $0.problems.append("put: \(error)") }
                    return
                }
            }
            place += 1
            journal.state.withLock { $0.written[writer] = place }
        }
    }

    /// Reads until everything is there that was acknowledged to the writers.
    ///
    /// - Parameter isForgetful: asks for the first cell there is, and not for the one after the last.
    private func read(_ journal: Journal, isForgetful: Bool, _ isWritten: Flag) async {
        let (box, reader) = (journal.keys.address, journal.keys.reader)
        var last: UInt64 = 0
        while true {
            do {
                guard let cell = try await client.get(from: box, reader, after: isForgetful ? 0 : last, wait: 1) else {
                    if isWritten.isSet { return }
                    continue
                }
                let words = String(decoding: cell.content.prefix(24), as: UTF8.self).split(separator: " ").compactMap {
                    Int($0)
                }
                journal.state.withLock { state in
                    if words.count < 2 || cell.content != Self.cell(words[0], words[1]) {
                        return state.problems.append("a damaged cell")
                    }
                    state.read.append((words[0], words[1]))
                    state.numbers.append(cell.number)
                }
                last = cell.number
                while true {
                    do {
                        try await client.acknowledge(box, reader, upTo: last)
                        break
                    } catch RelayClientError.unavailable {}
                }
            } catch RelayClientError.unavailable {
                try? await Task.sleep(for: .milliseconds(20))
            } catch {
                return journal.state.withLock { $0.problems.append("get: \(error)") }
            }
        }
    }

    private final class Flag: Sendable {
        private let value = Atomic(false)

        var isSet: Bool { value.load(ordering: .acquiring) }

        func set() { value.store(true, ordering: .releasing) }
    }

    /// Stores and fetches until it is told to end.
    private func store(_ isEnding: Flag) async -> [(SampleKeys, [UInt8], Day)] {
        var stored: [(SampleKeys, [UInt8], Day)] = []
        while !isEnding.isSet {
            let (keys, content) = (SampleKeys(.blob), Bytes.random(BlobSize.kibi64.count))
            guard let day = try? await client.store(content, .kibi64, at: keys.address, keys.writer, days: 2) else {
                continue
            }
            stored.append((keys, content, day))
        }
        return stored
    }

    /// Puts, gets and stores, and then looks whether everything that was acknowledged came once, in its order, and whether
    /// nothing came back.
    ///
    /// - Parameter disturb: what goes wrong; is called so many times.
    /// - Returns: how many blobs were stored.
    func run(times: Int, disturb: (inout Seeded) async throws -> Void) async throws -> Int {
        let journals = (0..<6).map { _ in Journal(writers: Self.writers) }
        for journal in journals { try await client.create(journal.keys.address, journal.keys.reader) }
        let (isEnding, isWritten) = (Flag(), Flag())
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = Seeded(seed)
        let readers = Task {
            await withTaskGroup(of: Void.self) { group in
                for (place, journal) in journals.enumerated() {
                    group.addTask { await read(journal, isForgetful: place % 2 == 0, isWritten) }
                }
            }
        }
        let writers = Task {
            await withTaskGroup(of: Void.self) { group in
                for journal in journals {
                    for writer in 0..<Self.writers { group.addTask { await write(writer, journal, isEnding) } }
                }
            }
        }
        let storing = Task { await store(isEnding) }
        for _ in 0..<times {
            try await Task.sleep(for: .milliseconds(Int.random(in: 20...600, using: &generator)))
            try await disturb(&generator)
        }
        isEnding.set()
        await writers.value
        isWritten.set()
        await readers.value
        for journal in journals {
            let state = journal.state.withLock { $0 }
            #expect(state.problems.isEmpty, "\(state.problems), seed \(seed)")
            for writer in 0..<Self.writers {
                let places = state.read.filter { $0.writer == writer }.map(\.place)
                #expect(places == Array(0..<state.written[writer]), "seed \(seed)")
                #expect(!places.isEmpty)
            }
            #expect(state.numbers == (1...state.numbers.count).map { UInt64($0) }, "seed \(seed)")
            for client in clients {
                #expect(try await client.get(from: journal.keys.address, journal.keys.reader, after: 0) == nil)
            }
        }
        let stored = await storing.value
        #expect(!stored.isEmpty)
        for (keys, content, day) in stored {
            #expect(try await client.fetch(.kibi64, at: keys.address, keys.reader, expires: day) == content)
        }
        return stored.count
    }
}
