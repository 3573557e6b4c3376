import Foundation
import SecrRelay
import SecrTestSupport
import SecrWire
import Testing

/// What a store on PostgreSQL promises when the server ends, stands still or has no room.
@Suite(
    .enabled(if: PostgreSQLServer.isInstalled, "PostgreSQL is not installed"), .serialized, .timeLimit(.minutes(20)))
struct PostgreSQLCrashTests {
    static let isLong = ProcessInfo.processInfo.environment["SECR_LONG_TESTS"] == "1"

    let today = Day(rawValue: 20_000)

    /// How many answers were of which kind.
    private struct Count {
        var done = 0
        var uncertain = 0
        var unavailable = 0
    }

    /// Repeats until it is done, as a client does.
    private func insist(
        _ store: any BoxStore, _ changes: [BoxChange], _ count: Shared<Count>
    ) async throws -> [BoxOutcome] {
        while true {
            do throws(StoreError) {
                let outcomes = try await store.commit(changes, today: today)
                count.withLock { $0.done += 1 }
                return outcomes
            } catch {
                guard error.code == .unavailable else { throw error }
                count.withLock { count in
                    if error.isUncertain { count.uncertain += 1 } else { count.unavailable += 1 }
                }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Writers put into four boxes through two nodes; two of the boxes are read and acknowledged all the time. The
    /// server is killed again and again, all of it or one process, and what was answered holds.
    @Test func nothingIsLostOrDoubled() async throws {
        let server = try PostgreSQLServer()
        let stores = [
            try await PostgreSQLBoxStore(connection: server.address()),
            try await PostgreSQLBoxStore(connection: server.address()),
        ]
        let count = Shared(Count())
        let boxes = (0..<4).map { BoxStoreSuite.name($0) }
        _ = try await stores[0].commit(
            boxes.enumerated().map {
                .create($1, days: 21, cells: 1_000_000, mark: BoxStoreSuite.name($0, 2))
            }, today: today)
        let isOver = Shared(false)
        let read = Shared<[StoredName: [UInt64: [UInt8]]]>([:])
        try await withThrowingTaskGroup(of: [Int].self) { group in
            for task in 0..<4 {
                group.addTask {
                    var number = task * 1_000_000
                    var put: [Int] = []
                    while !isOver.value {
                        let numbers = (0..<6).map { number + $0 }
                        number += 6
                        let changes = numbers.map { number in
                            BoxChange.put(
                                boxes[number % 4], sealed: Self.cell(number), expires: today,
                                mark: BoxStoreSuite.name(number, 1))
                        }
                        let outcomes = try await insist(stores[task % 2], changes, count)
                        #expect(outcomes.allSatisfy { $0 == .done })
                        put += numbers
                    }
                    return put
                }
            }
            for box in boxes[..<2] {
                group.addTask {
                    try await consume(box, from: stores[1], count, until: { isOver.value }) { cell in
                        read.withLock { read in
                            // Read again only where it could not be acknowledged.
                            #expect(read[box]?[cell.number] ?? cell.sealed == cell.sealed)
                            read[box, default: [:]][cell.number] = cell.sealed
                        }
                    }
                    return []
                }
            }
            var random = SystemRandomNumberGenerator()
            for kill in 0..<(Self.isLong ? 200 : 20) {
                try await Task.sleep(for: .milliseconds(.random(in: 20...150, using: &random)))
                if kill % 4 == 3 {
                    server.crashOne()
                } else {
                    server.crash()
                    try server.start()
                }
            }
            try await Task.sleep(for: .milliseconds(100))
            isOver.withLock { $0 = true }
            let put = try await group.reduce(into: []) { $0 += $1 }

            var found = read.value
            for box in boxes {
                try await consume(box, from: stores[0], count, until: { true }) {
                    found[box, default: [:]][$0.number] = $0.sealed
                }
            }
            for box in boxes {
                let numbers = found[box, default: [:]].keys.sorted()
                #expect(numbers == Array(1...UInt64(numbers.count)), "a number is missing")
            }
            let cells = found.values.flatMap(\.values)
            #expect(cells.count == put.count, "\(cells.count) cells are there, \(put.count) were put")
            #expect(Set(cells) == Set(put.map(Self.cell)))
        }
        let counted = count.value
        print("kills: \(counted.done) done, \(counted.uncertain) uncertain, \(counted.unavailable) unavailable")
        #expect(counted.done > 20)
        for store in stores { await store.close() }
    }

    /// Two parts of the tables' store for large values, and different for each number.
    private static func cell(_ number: Int) -> [UInt8] {
        BoxStoreSuite.name(number).bytes + [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 3_000)
    }

    /// Reads what there is, tells it, acknowledges it; at least once.
    private func consume(
        _ box: StoredName, from store: any BoxStore, _ count: Shared<Count>, until isOver: () -> Bool,
        _ tell: (StoredCell) -> Void
    ) async throws {
        var last: UInt64 = 0
        while true {
            let wasOver = isOver()
            do throws(StoreError) {
                while let cell = try await store.next(in: box, after: last) {
                    tell(cell)
                    last = cell.number
                }
            } catch {
                guard error.code == .unavailable else { throw error }
                try await Task.sleep(for: .milliseconds(20))
                continue
            }
            _ = try await insist(store, [.acknowledge(box, upTo: last)], count)
            if wasOver { return }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// A server that stands still counts as away after a while, and is used again when it goes on.
    @Test func isPatientButNotForever() async throws {
        let server = try PostgreSQLServer()
        let store = try await PostgreSQLBoxStore(connection: server.address(), readers: 1, patience: .milliseconds(500))
        let box = BoxStoreSuite.name(1)
        let create = BoxChange.create(box, days: 1, cells: 9, mark: BoxStoreSuite.name(1, 2))
        let put = BoxChange.put(box, sealed: [1, 2, 3], expires: today, mark: BoxStoreSuite.name(1, 1))
        #expect(try await store.commit([create], today: today) == [.done])
        #expect(try await store.record(of: box) != nil)
        server.freeze(true)
        let start = ContinuousClock.now
        for ask in [
            { () async throws -> Void in _ = try await store.commit([put], today: today) },
            { () async throws -> Void in _ = try await store.next(in: box, after: 0) },
        ] {
            await #expect { try await ask() } throws: { ($0 as? StoreError)?.code == .unavailable }
        }
        #expect(ContinuousClock.now - start < .seconds(15))
        server.freeze(false)
        let count = Shared(Count())
        #expect(try await insist(store, [put], count) == [.done])
        #expect(try await insist(store, [put], count) == [.done])
        // Those who read don't ask the server again at once.
        try await Task.sleep(for: .milliseconds(300))
        #expect(try await store.record(of: box)?.stored.count == 1)
        await store.close()
    }

    /// What somebody else holds for too long is not waited for longer than patience lasts.
    @Test func locksOfOthers() async throws {
        let server = try PostgreSQLServer()
        let store = try await PostgreSQLBoxStore(connection: server.address(), patience: .seconds(1))
        let box = BoxStoreSuite.name(1)
        let create = BoxChange.create(box, days: 1, cells: 9, mark: BoxStoreSuite.name(1, 2))
        #expect(try await store.commit([create], today: today) == [.done])
        let other = Task.detached {
            try server.sql("BEGIN; SELECT FROM secr_relay_boxes FOR UPDATE; SELECT pg_sleep(2.5); COMMIT")
        }
        while try server.sql("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(2.5)%'") != "2" {}
        await #expect { _ = try await store.commit([.touch(box)], today: today) } throws: {
            ($0 as? StoreError)?.code == .unavailable && ($0 as? StoreError)?.isUncertain == false
        }
        #expect(try await store.next(in: box, after: 0) == nil)
        _ = try await other.value
        #expect(try await store.commit([.touch(box)], today: today) == [.done])
        await store.close()
    }

    @Test(.enabled(if: Run.canMount, "needs to mount a small file system"))
    func diskFull() async throws {
        let folder = try TemporaryFolder()
        let tables = folder.file("tables").path
        try FileManager.default.createDirectory(atPath: tables, withIntermediateDirectories: true)
        #expect(try Run.program("mount", ["-t", "tmpfs", "-o", "size=12m", "none", tables]).status == 0)
        defer { _ = try? Run.program("umount", ["-l", tables]) }
        #expect(try Run.program("chown", ["postgres", folder.path, tables]).status == 0)
        let server = try PostgreSQLServer()
        try server.sql("CREATE TABLESPACE small LOCATION '\(tables)'")
        try server.sql("CREATE DATABASE small TABLESPACE small")
        let store = try await PostgreSQLBoxStore(connection: server.address(of: "small"))
        let box = BoxStoreSuite.name(1)
        _ = try await store.commit(
            [.create(box, days: 1, cells: 100_000, mark: BoxStoreSuite.name(1, 2))], today: today)
        var put = 0
        await #expect {
            while put < 100_000 {
                let changes = (put..<put + 20).map {
                    BoxChange.put(
                        box, sealed: BoxStoreSuite.cell($0), expires: today, mark: BoxStoreSuite.name($0, 1))
                }
                _ = try await store.commit(changes, today: today)
                put += 20
            }
        } throws: {
            guard let error = $0 as? StoreError else { return false }
            return error.code == .full && !error.isUncertain
        }
        #expect(try await store.record(of: box)?.stored.count == put)
        // There is room for what deletes.
        #expect(try await store.commit([.acknowledge(box, upTo: .max)], today: today) == [.done])
        #expect(try await store.record(of: box)?.stored.count == 0)
        await store.close()
    }
}
