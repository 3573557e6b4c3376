import SecrRelay
import SecrTestSupport
import SecrWire
import Testing

/// One server for all tests of a suite.
struct WithPostgreSQL: SuiteTrait, TestScoping {
    @TaskLocal static var server: PostgreSQLServer!

    func provideScope(for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void)
        async throws
    {
        try await Self.$server.withValue(PostgreSQLServer()) { try await body() }
    }
}

/// What holds for a store on PostgreSQL beyond what holds for all.
@Suite(
    .enabled(if: PostgreSQLServer.isInstalled, "PostgreSQL is not installed"), .serialized, WithPostgreSQL(),
    .timeLimit(.minutes(5)))
struct PostgreSQLStoreTests {
    let server = WithPostgreSQL.server!
    let today = Day(rawValue: 20_000)

    func stores(_ count: Int, on database: String) async throws -> [PostgreSQLBoxStore] {
        let address = try server.database(database)
        return try await withThrowingTaskGroup(of: PostgreSQLBoxStore.self) { group in
            for _ in 0..<count { group.addTask { try await PostgreSQLBoxStore(connection: address) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    func put(_ box: Int, _ number: Int) -> BoxChange {
        .put(
            BoxStoreSuite.name(box), sealed: BoxStoreSuite.cell(number), expires: today,
            mark: BoxStoreSuite.name(number, 1))
    }

    func create(_ box: Int, cells: Int = 1_000) -> BoxChange {
        .create(BoxStoreSuite.name(box), days: 21, cells: cells, mark: BoxStoreSuite.name(box, 2))
    }

    @Test func conformance() async throws {
        let store = try await stores(1, on: "conformance")[0]
        try await BoxStoreSuite(store: store).run()
        #expect(
            try server.sql(
                """
                SELECT count(*) FROM secr_relay_boxes b
                WHERE held <> (SELECT count(*) FROM secr_relay_cells WHERE box = name)
                """, database: "conformance") == "0")
        await store.close()
        await #expect { try await store.record(of: BoxStoreSuite.name(1)) } throws: {
            ($0 as? StoreError)?.code == .unavailable
        }
    }

    /// Whatever is done, in whatever order: everything is as if it were in memory.
    @Test func asInMemory() async throws {
        let stores: [any BoxStore] = [MemoryBoxStore(), try await stores(1, on: "random")[0]]
        var random = Seeded(7)
        var today = today
        for turn in 0..<150 {
            let changes = (0..<Int.random(in: 1...12, using: &random)).map { _ -> BoxChange in
                let box = BoxStoreSuite.name(.random(in: 0..<4, using: &random))
                switch Int.random(in: 0..<12, using: &random) {
                case 0...1:
                    let mark = Int(today.rawValue) * 8 + Int.random(in: 0..<8, using: &random)
                    return .create(
                        box, days: 9, cells: .random(in: 1...6, using: &random), mark: BoxStoreSuite.name(mark, 2))
                case 2: return .drop(box)
                case 3...4: return .acknowledge(box, upTo: .random(in: 0...UInt64(turn / 4 + 2), using: &random))
                case 5: return .touch(box)
                default:
                    let number = Int.random(in: 0..<60, using: &random)
                    return .put(
                        box, sealed: [UInt8](repeating: UInt8(number), count: number * 60 + 1),
                        expires: today.adding(.random(in: 0...4, using: &random)), mark: BoxStoreSuite.name(number, 1))
                }
            }
            let outcomes = [
                try await stores[0].commit(changes, today: today), try await stores[1].commit(changes, today: today),
            ]
            #expect(outcomes[0] == outcomes[1])
            if turn % 10 == 9 {
                today = today.adding(.random(in: 0...2, using: &random))
                for store in stores { try await store.expire(today: today, unusedDays: 3) }
            }
            for box in (0..<4).map({ BoxStoreSuite.name($0) }) {
                #expect(try await stores[0].record(of: box) == stores[1].record(of: box))
                let contents = try await BoxStoreSuite(store: stores[1]).contents(of: box)
                #expect(try await BoxStoreSuite(store: stores[0]).contents(of: box) == contents)
            }
        }
        #expect(try server.sql("SELECT count(*) FROM secr_relay_marks", database: "random") != "0")
        await stores[1].close()
    }

    /// Nodes that put into the same boxes, partly the same commands: each cell is there once, and nobody waits for
    /// ever.
    @Test func nodesShareBoxes() async throws {
        let stores = try await stores(3, on: "sharing")
        let boxes = 0..<12
        _ = try await stores[0].commit(boxes.map { create($0) }, today: today)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (node, store) in stores.enumerated() {
                for task in 0..<2 {
                    group.addTask {
                        var random = Seeded(UInt64(node * 10 + task))
                        for turn in 0..<12 {
                            // Each number belongs to one box, and comes from two nodes.
                            let numbers = (0..<8).map { ((node / 2 + task) * 12 + turn) * 8 + $0 }.shuffled(
                                using: &random)
                            let changes = numbers.map { put($0 % boxes.count, 10_000 + $0) }
                            let outcomes = try await store.commit(changes, today: today)
                            #expect(outcomes.allSatisfy { $0 == .done })
                        }
                    }
                }
            }
            group.addTask {
                for _ in 0..<10 { try await stores[1].expire(today: today, unusedDays: 90) }
            }
            try await group.waitForAll()
        }
        var found: [[UInt8]] = []
        for box in boxes {
            let contents = try await BoxStoreSuite(store: stores[2]).contents(of: BoxStoreSuite.name(box))
            #expect(contents.keys.sorted() == Array(1...UInt64(contents.count)))
            found += contents.values
        }
        #expect(found.count == 3 * 12 * 8)
        #expect(Set(found) == Set((0..<3 * 12 * 8).map { BoxStoreSuite.cell(10_000 + $0) }))
        for store in stores { await store.close() }
    }

    /// The same box made and filled by several nodes at once.
    @Test func nodesMakeTheSameBox() async throws {
        let stores = try await stores(3, on: "making")
        for box in 0..<40 {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (node, store) in stores.enumerated() {
                    group.addTask {
                        let changes = [create(box), put(box, 1_000 + box), put(box, 10_000 + box * 10 + node)]
                        let outcomes = try await store.commit(changes, today: today)
                        #expect(outcomes == [.done, .done, .done])
                    }
                }
                try await group.waitForAll()
            }
            let contents = try await BoxStoreSuite(store: stores[0]).contents(of: BoxStoreSuite.name(box))
            #expect(contents.keys.sorted() == [1, 2, 3, 4])
        }
        for store in stores { await store.close() }
    }

    @Test func nodesTellEachOther() async throws {
        let stores = try await stores(2, on: "telling")
        let told = Shared<[[StoredName?]]>([[], []])
        for (node, store) in stores.enumerated() {
            try await store.listen { box in told.withLock { $0[node].append(box) } }
        }
        func wait(until isDone: () -> Bool) async throws {
            for _ in 0..<500 where !isDone() { try await Task.sleep(for: .milliseconds(10)) }
            #expect(isDone())
        }
        // More than one notice holds.
        let boxes = 0..<300
        _ = try await stores[0].commit(boxes.map { create($0) }, today: today)
        _ = try await stores[0].commit(boxes.map { put($0, 1_000 + $0) } + [put(5, 5_000)], today: today)
        try await wait { told.withLock { $0[1].count >= boxes.count } }
        told.withLock { told in
            #expect(told[1].count == boxes.count)
            #expect(Set(told[1]) == Set(boxes.map { BoxStoreSuite.name($0) }))
        }
        // Nothing new.
        _ = try await stores[0].commit([put(1, 1_001), .acknowledge(BoxStoreSuite.name(2), upTo: 1)], today: today)
        _ = try await stores[1].commit([put(2, 1)], today: today)
        try await wait { told.withLock { $0[0].count >= 1 } }
        told.withLock { told in
            #expect(told[0] == [BoxStoreSuite.name(2)])
            #expect(told[1].count == boxes.count)
        }
        // What was told while nobody listened may be anything.
        try server.sql(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = 'telling' AND application_name = 'secr-relay'
            """)
        try await wait { told.withLock { $0.allSatisfy { $0.last == .some(nil) } } }
        _ = try await stores[1].commit([put(3, 3)], today: today)
        try await wait { told.withLock { $0[0].last == .some(BoxStoreSuite.name(3)) } }
        for store in stores { await store.close() }
    }

    @Test func nodesStartAtOnce() async throws {
        let stores = try await stores(4, on: "starting")
        #expect(try server.sql("SELECT * FROM secr_relay_schema", database: "starting") == "1")
        for (node, store) in stores.enumerated() {
            #expect(try await store.commit([create(node), put(node, 100 + node)], today: today) == [.done, .done])
        }
        for store in stores { await store.close() }
    }

    @Test func laterTablesAreRefused() async throws {
        let address = try server.database("later")
        let store = try await PostgreSQLBoxStore(connection: address)
        try server.sql("UPDATE secr_relay_schema SET version = 1000", database: "later")
        await #expect { _ = try await PostgreSQLBoxStore(connection: address) } throws: { error in
            guard let error = error as? StoreError else { return false }
            return error.code == .unusable && error.detail.contains("version 1000")
        }
        await store.close()
    }

    @Test func whoMayNotMakeTablesCanUseThem() async throws {
        let address = try server.database("roles")
        try server.sql("CREATE ROLE guest LOGIN", database: "roles")
        let guest = address.replacing("user=relay", with: "user=guest")
        await #expect { _ = try await PostgreSQLBoxStore(connection: guest) } throws: {
            ($0 as? StoreError)?.code == .unusable
        }
        await (try await PostgreSQLBoxStore(connection: address)).close()
        try server.sql(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO guest", database: "roles")
        let store = try await PostgreSQLBoxStore(connection: guest)
        #expect(try await store.commit([create(1), put(1, 1)], today: today) == [.done, .done])
        try await store.expire(today: today.adding(100), unusedDays: 90)
        #expect(try await store.record(of: BoxStoreSuite.name(1)) == nil)
        await store.close()
    }

    @Test(arguments: [
        ("host=/nonexistent dbname=x", StoreError.Code.unavailable, "No such file"),
        ("host=127.0.0.1 port=1 dbname=x password=hidden", .unavailable, "refused"),
        ("host=SERVER user=relay dbname=nothing", .unusable, "nothing"),
        ("host=SERVER user=nobody dbname=postgres password=hidden", .unusable, "nobody"),
        ("passwort=hidden", .unusable, "connection string"), ("hidden", .unusable, "connection string"),
        ("postgresql://relay:hid@den@localhost/x", .unusable, "%40"),
        ("postgresql://relay:hid/den@localhost/x", .unusable, "%2F"),
    ])
    func wrongAddresses(address: String, code: StoreError.Code, detail: String) async throws {
        let socket = server.address().split(separator: " ")[0].split(separator: "=")[1]
        let clock = ContinuousClock.now
        await #expect {
            _ = try await PostgreSQLBoxStore(connection: address.replacing("SERVER", with: socket))
        } throws: {
            guard let error = $0 as? StoreError else { return false }
            #expect(error.detail.contains(detail) && error.code == code, "\(error.code): \(error.detail)")
            #expect(!error.detail.contains("hid") && !error.detail.contains("\n") && !error.isUncertain)
            return true
        }
        #expect(ContinuousClock.now - clock < .seconds(5))
    }

    /// A great deal is over, and several nodes delete it.
    @Test func nodesExpireTogether() async throws {
        let stores = try await stores(2, on: "expiring")
        for box in 0..<20 {
            let changes = (0..<60).map { number in
                BoxChange.put(
                    BoxStoreSuite.name(box), sealed: [UInt8](repeating: 7, count: 10),
                    expires: today.adding(number % 3),
                    mark: BoxStoreSuite.name(box * 100 + number, 1))
            }
            _ = try await stores[0].commit([create(box)] + changes, today: today)
        }
        func expire(_ day: Int, unusedDays: Int) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for store in stores {
                    group.addTask { try await store.expire(today: today.adding(day), unusedDays: unusedDays) }
                }
                try await group.waitForAll()
            }
        }
        func count(_ table: String) throws -> String {
            try server.sql("SELECT count(*) FROM secr_relay_\(table)", database: "expiring")
        }
        try await expire(1, unusedDays: 90)
        #expect(try (count("cells"), count("marks")) == ("800", "1220"))
        #expect(try server.sql("SELECT DISTINCT held FROM secr_relay_boxes", database: "expiring") == "40")
        try await expire(1 + BoxLifetime.markDays, unusedDays: 1_000)
        #expect(try (count("cells"), count("marks"), count("boxes")) == ("0", "0", "20"))
        _ = try await stores[0].commit((0..<20).map { put($0, 10_000 + $0) }, today: today.adding(3))
        try await expire(3, unusedDays: 2)
        #expect(try (count("cells"), count("boxes")) == ("0", "0"))
        for store in stores { await store.close() }
    }

    /// Nothing in the tables or in the server's log says more than it has to.
    @Test func littleIsWritten() async throws {
        let store = try await stores(1, on: "silence")[0]
        try server.sql("ALTER SYSTEM SET log_statement = 'all'")
        try server.sql("SELECT pg_reload_conf()")
        let sealed = [UInt8]("a secret that nobody should find".utf8)
        let change = BoxChange.put(
            BoxStoreSuite.name(1), sealed: sealed, expires: today, mark: BoxStoreSuite.name(2, 1))
        #expect(try await store.commit([create(1), change], today: today) == [.done, .done])
        try server.sql("ALTER SYSTEM RESET log_statement")
        let log = server.log
        #expect(log.contains("RESET log_statement") && !log.contains("INTO secr_relay_cells"))
        #expect(
            try server.sql(
                """
                SELECT DISTINCT data_type FROM information_schema.columns WHERE table_name LIKE 'secr_relay_%'
                ORDER BY 1
                """, database: "silence") == "bigint\nbytea\nuuid")
        let activity = try server.sql(
            "SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname = 'silence'")
        #expect(activity == "secr-relay")
        await store.close()
    }
}
