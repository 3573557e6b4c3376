import SecrStream
import SecrTestSupport
import SecrVault
import Synchronization
import Testing

/// The newest checkpoint is found, whenever whoever wrote one was stopped.
@Suite struct MilestoneTests {
    /// A store on which only so many changes happen; the next one stops its user.
    private final class Stopping: ObjectStore {
        struct Stopped: Error {}

        let memory = MemoryStore()
        private let left = Mutex(Int.max)

        func allow(_ changes: Int) { left.withLock { $0 = changes } }

        private func change() throws(StoreError) {
            let isAllowed = left.withLock { left in
                left -= 1
                return left >= 0
            }
            if !isAllowed { throw StoreError(.failed) }
        }

        func makeDraft() throws(StoreError) -> any ObjectDraft {
            try change()
            return memory.makeDraft()
        }
        func open(_ name: ObjectName) -> (any SealedSource)? { memory.open(name) }
        func exists(_ name: ObjectName) -> Bool { memory.exists(name) }
        func delete(_ name: ObjectName) throws(StoreError) {
            guard memory.exists(name) else { return }
            try change()
            memory.delete(name)
        }
        func list(_ body: (ObjectName, Int) throws(StoreError) -> Void) throws(StoreError) { try memory.list(body) }
        var failedSyncs: Int { 0 }
        func sync(after failures: Int) {}
        func settle(_ name: ObjectName) {}
    }

    /// Roots, as the checkpointer writes, marks and clears them: each of its writers is stopped after a random step.
    private struct Area {
        let store = Stopping()
        let keys = makeKeys()
        var milestones: Milestones { Milestones(store: store, keys: keys) }

        /// As somebody finds it who opens the area.
        func find() throws -> UInt64 {
            var number = try milestones.newest()
            while store.exists(keys.name(.root, number + 1)) { number += 1 }
            return number
        }

        func write(_ number: UInt64, changes: Int) {
            store.allow(.max)
            _ = try? store.put(keys.name(.root, number), [1], durably: true)
            store.allow(changes)
            do {
                try milestones.mark(number)
                // As in the checkpointer: only then the root before the last one goes.
                if number > 2 { try store.delete(keys.name(.root, number - 2)) }
                try milestones.clean(after: number)
            } catch {}
            store.allow(.max)
        }
    }

    @Test func withoutAStopEachIsFoundAndMarksStayFew() throws {
        let area = Area()
        #expect(try area.find() == 0)
        var most = 0
        for number in 1...10_000 as ClosedRange<UInt64> {
            area.write(number, changes: .max)
            if number < 300 || number % 61 == 0 || (4_090...4_100).contains(number) {
                #expect(try area.milestones.newest() == number)
            }
            most = max(most, area.store.memory.contents.count)
        }
        #expect(most < 3 * 128 + 3)
        // All of them are known to maintenance, which would clear others away.
        let known = Set(area.milestones.names(upTo: 10_000) + (9_999...10_000).map { area.keys.name(.root, $0) })
        #expect(Set(area.store.memory.contents.keys).subtracting(known) == [])
    }

    @Test(arguments: [1, 3, 10, 40]) func whoeverIsStoppedTheNewestIsFound(oneIn: Int) throws {
        let seed = freshSeed("milestones")
        var generator = Seeded(seed)
        let area = Area()
        var most = 0
        for number in 1...10_000 as ClosedRange<UInt64> {
            let isStopped = Int.random(in: 1...oneIn, using: &generator) == 1
            area.write(number, changes: isStopped ? Int.random(in: 0...6, using: &generator) : .max)
            let found = try area.find()
            #expect(found == number, "seed \(seed)")
            if found != number { return }
            most = max(most, area.store.memory.contents.count)
        }
        // Some that nobody clears away stay behind each stop, but there is no more than one for each checkpoint.
        #expect(most < 20_000)
    }

    /// The root at which the search ends is one of the two that are complete.
    @Test func stopsInARowAreHarmlessAtEveryPlace() throws {
        for first in [2, 62, 63, 64, 65, 127] as [UInt64] {
            for changes in 0...3 {
                for stops in 1...4 as ClosedRange<UInt64> {
                    let area = Area()
                    for number in 1...200 as ClosedRange<UInt64> {
                        let isStopped = (first..<first + stops).contains(number)
                        area.write(number, changes: isStopped ? changes : .max)
                        let found = try area.find()
                        #expect(found == number, "\(stops) stops from \(first) on after \(changes) changes")
                        if found != number { break }
                    }
                }
            }
        }
    }
}
