import Foundation
import SecrRelay
import SecrTestSupport
import SecrWire
import Testing

/// How many cells a second become durable; with `SECR_BENCHMARKS=1` only.
@Suite(
    .enabled(if: ProcessInfo.processInfo.environment["SECR_BENCHMARKS"] == "1", "a benchmark"),
    .enabled(if: PostgreSQLServer.isInstalled, "PostgreSQL is not installed"), .serialized)
struct PostgreSQLBenchmark {
    static let boxes = 1_000
    static let batch = 32
    static let batches = 400

    let today = Day(rawValue: 20_000)

    @Test(arguments: [(1, false), (4, false), (1, true), (4, true)])
    func commits(nodes: Int, acknowledges: Bool) async throws {
        let server = try PostgreSQLServer()
        var stores: [PostgreSQLBoxStore] = []
        for _ in 0..<nodes { stores.append(try await PostgreSQLBoxStore(connection: server.address())) }
        _ = try await stores[0].commit(
            (0..<Self.boxes).map {
                .create(BoxStoreSuite.name($0), days: 21, cells: 100_000, mark: BoxStoreSuite.name($0, 2))
            }, today: today)
        for store in stores { try await store.listen { _ in } }
        let (start, used, served) = (ContinuousClock.now, Self.processorTime, server.processorTime)
        let slowest = Shared(Duration.zero)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (node, store) in stores.enumerated() {
                group.addTask {
                    var random = Seeded(UInt64(node))
                    for turn in 0..<Self.batches / nodes {
                        var changes = (0..<Self.batch).map { number in
                            BoxChange.put(
                                BoxStoreSuite.name(.random(in: 0..<Self.boxes, using: &random)),
                                sealed: Self.cell, expires: today.adding(21),
                                mark: BoxStoreSuite.name((node * Self.batches + turn) * Self.batch + number, 1))
                        }
                        if acknowledges {
                            changes += changes.map { change in
                                guard case .put(let box, _, _, _) = change else { return change }
                                return .acknowledge(box, upTo: UInt64(turn / 40))
                            }
                        }
                        let begin = ContinuousClock.now
                        let outcomes = try await store.commit(changes, today: today)
                        #expect(outcomes.allSatisfy { $0 == .done })
                        let took = ContinuousClock.now - begin
                        slowest.withLock { $0 = max($0, took) }
                    }
                }
            }
            try await group.waitForAll()
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let cells = Double(Self.batch * Self.batches)
        let each = [Self.processorTime - used, server.processorTime - served].map { Int($0 / cells * 1e6) }
        print(
            "\(nodes) nodes\(acknowledges ? ", acknowledging" : ""): \(Int(cells / seconds)) cells/s; "
                + "of processor time \(each[0]) us a cell here, \(each[1]) us at the server; "
                + "slowest batch \(slowest.value)")
        for store in stores { await store.close() }
    }

    static let cell = BoxStoreSuite.cell(1)

    /// Seconds of this process.
    static var processorTime: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6
    }
}
