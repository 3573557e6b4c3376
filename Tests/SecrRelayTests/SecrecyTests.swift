import Foundation
import SecrRelay
import SecrTestSupport
import SecrWire
import SystemPackage
import Testing

/// What a relay's store and its pace give away.
@Suite(.serialized) struct SecrecyTests {
    /// Four people, eight boxes, in two arrangements: what is stored differs in random names only.
    @Test func storesDoNotTellWhoTalksWithWhom() async throws {
        let pairs = [[(0, 1), (2, 3)], [(0, 3), (2, 1)]]
        var dumps: [[String]] = []
        for arrangement in pairs {
            let folder = try TemporaryFolder()
            let path = FilePath(folder.path).appending("boxes.sqlite")
            let store = try SQLiteBoxStore(path)
            let relay = try await TestRelay(boxes: store)
            for (one, other) in arrangement {
                let there = TestRelay.Owner()
                let back = TestRelay.Owner()
                for owner in [there, back] { _ = try await relay.ask(owner, .create(.none)) }
                // Everybody writes as much as in the other arrangement, and reads what comes.
                for number in 0..<3 {
                    _ = try await relay.ask(there, .put, payload: TestRelay.cell(one * 10 + number))
                    _ = try await relay.ask(back, .put, payload: TestRelay.cell(other * 10 + number))
                }
                for owner in [there, back] { _ = try await relay.ask(owner, .acknowledge(upTo: 1)) }
            }
            await store.close()
            dumps.append(try dump(path.string))
        }
        #expect(dumps[0] == dumps[1])
        #expect(dumps[0].count > 10)
    }

    /// Every row of every table, in order, with lengths in the place of bytes.
    private func dump(_ path: String) throws -> [String] {
        let query = """
            SELECT 'box', length(name), days, cells, next, stored, used FROM boxes;
            SELECT 'cell', length(box), number, expires, length(sealed) FROM cells;
            SELECT 'mark', length(mark), day FROM marks;
            SELECT sql FROM sqlite_schema;
            """
        let run = try Run.program("sqlite3", [path, query])
        #expect(run.status == 0)
        return run.text.split(separator: "\n").map(String.init).sorted()
    }

    /// Ten thousand gets each, taken in turns: nobody can tell from the time which was which.
    @Test func emptyUnknownAndForbiddenTakeTheSameTime() async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteBoxStore(FilePath(folder.path).appending("boxes.sqlite"))
        let relay = try await TestRelay(boxes: store)
        let (empty, forbidden, unknown) = (TestRelay.Owner(), TestRelay.Owner(), TestRelay.Owner())
        for owner in [empty, forbidden] { _ = try await relay.ask(owner, .create(.none)) }
        for number in 1...4 { _ = try await relay.ask(forbidden, .put, payload: TestRelay.cell(number)) }
        var times: [[Double]] = [[], [], []]
        for turn in 0..<30_000 {
            let which = (turn + turn / 3) % 3
            let message =
                switch which {
                case 0: empty.message(.get(after: 0, wait: 0))
                case 1: unknown.message(.get(after: 0, wait: 0))
                default: forbidden.message(.get(after: 0, wait: 0), forged: true)
                }
            let start = ContinuousClock.now
            let answer = try await relay.relay.box(message.bytes, from: .local)
            times[which].append((ContinuousClock.now - start) / .microseconds(1))
            #expect(answer.count == Answer.size + Cell.size)
        }
        await store.close()
        for (one, other) in [(0, 1), (0, 2), (1, 2)] {
            let share = Self.shareOfSlower(times[one], times[other])
            #expect(abs(share - 0.5) < 0.05, "\(one) is slower than \(other) with the probability \(share)")
        }
    }

    /// With what probability a random member of the first is larger than one of the second (Mann-Whitney).
    private static func shareOfSlower(_ one: [Double], _ other: [Double]) -> Double {
        let sorted = other.sorted()
        let wins = one.reduce(0) { sum, time in
            var (low, high) = (0, sorted.count)
            while low < high {
                let middle = (low + high) / 2
                if sorted[middle] < time { low = middle + 1 } else { high = middle }
            }
            return sum + low
        }
        return Double(wins) / Double(one.count * other.count)
    }
}
