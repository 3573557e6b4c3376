import SecrRelay
import SecrWire
import Testing

/// What holds for every store of boxes, played on whichever is handed in, which is empty at first.
struct BoxStoreSuite {
    let store: any BoxStore
    let today = Day(rawValue: 20_000)

    static func name(_ number: Int, _ kind: UInt8 = 0) -> StoredName {
        StoredName((0..<15).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) } + [kind])
    }

    static func cell(_ number: Int) -> [UInt8] {
        (0..<16_424).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number &* 7 &+ $0 >> 8) }
    }

    func mark(_ number: Int) -> StoredName { Self.name(number, 1) }

    func create(_ box: StoredName, days: Int = 21, cells: Int = 4, mark: Int) async throws -> BoxOutcome {
        try await store.commit([.create(box, days: days, cells: cells, mark: self.mark(mark))], today: today)[0]
    }

    func put(_ box: StoredName, _ number: Int, expires: Int = 21, today: Day? = nil) async throws -> BoxOutcome {
        let day = today ?? self.today
        return try await store.commit(
            [.put(box, sealed: Self.cell(number), expires: day.adding(expires), mark: mark(number))], today: day)[0]
    }

    /// Numbers and contents of everything in a box, and that the store says where it ends.
    func contents(of box: StoredName, after: UInt64 = 0) async throws -> [UInt64: [UInt8]] {
        var (found, last): ([UInt64: [UInt8]], UInt64) = ([:], after)
        while let cell = try await store.next(in: box, after: last) {
            #expect(cell.number > last)
            found[cell.number] = cell.sealed
            last = cell.number
            if !cell.hasMore { break }
        }
        #expect(try await store.next(in: box, after: last) == nil)
        return found
    }

    func run() async throws {
        try await keepsWhatIsPut()
        try await isIdempotent()
        try await holdsQuotas()
        try await acknowledges()
        try await drops()
        try await doesAllOrNothingInOrder()
        try await expires()
        try await forgetsUnusedBoxes()
        try await records()
        try await servesManyAtOnce()
    }

    func keepsWhatIsPut() async throws {
        let box = Self.name(1)
        #expect(try await put(box, 100) == .unknown)
        #expect(try await create(box, mark: 101) == .done)
        #expect(try await contents(of: box) == [:])
        // Refused before, so the same command is no repetition now.
        #expect(try await put(box, 100) == .done)
        #expect(try await put(box, 102) == .done)
        #expect(try await contents(of: box) == [1: Self.cell(100), 2: Self.cell(102)])
        #expect(try await contents(of: box, after: 1) == [2: Self.cell(102)])
        #expect(try await store.next(in: box, after: UInt64.max) == nil)
        #expect(try await store.next(in: Self.name(2), after: 0) == nil)
        let first = try #require(try await store.next(in: box, after: 0))
        #expect(first.hasMore && first.expires == today.adding(21))
    }

    func isIdempotent() async throws {
        let (box, other) = (Self.name(10), Self.name(11))
        _ = try await create(box, mark: 200)
        _ = try await create(other, mark: 201)
        #expect(try await create(box, days: 3, cells: 1, mark: 202) == .done)
        #expect(try await store.record(of: box)?.cells == 4)
        #expect(try await put(box, 203) == .done)
        #expect(try await put(box, 203) == .done)
        #expect(try await contents(of: box).count == 1)
        // Within one transaction, and after an acknowledgement.
        let put = BoxChange.put(box, sealed: Self.cell(204), expires: today, mark: mark(204))
        #expect(try await store.commit([put, put], today: today) == [.done, .done])
        #expect(try await contents(of: box).count == 2)
        _ = try await store.commit([.acknowledge(box, upTo: 2)], today: today)
        #expect(try await store.commit([put], today: today) == [.done])
        #expect(try await contents(of: box) == [:])
        // Marks are still known on the last day on which the command can come, and numbers go on.
        try await store.expire(today: today.adding(2), unusedDays: 90)
        #expect(try await self.put(box, 203, today: today.adding(2)) == .done)
        #expect(try await contents(of: box) == [:])
        #expect(try await self.put(box, 205) == .done)
        #expect(try await contents(of: box).keys.sorted() == [3])
        #expect(try await contents(of: other) == [:])
    }

    func holdsQuotas() async throws {
        let box = Self.name(20)
        _ = try await create(box, cells: 2, mark: 300)
        let puts = (301...303).map {
            BoxChange.put(box, sealed: Self.cell($0), expires: today, mark: mark($0))
        }
        #expect(try await store.commit(puts, today: today) == [.done, .done, .full])
        #expect(try await put(box, 303) == .full)
        // A repetition of what is there is no new cell.
        #expect(try await put(box, 302) == .done)
        _ = try await store.commit([.acknowledge(box, upTo: 1)], today: today)
        #expect(try await put(box, 303) == .done)
        #expect(try await contents(of: box).keys.sorted() == [2, 3])
    }

    func acknowledges() async throws {
        let (box, other) = (Self.name(30), Self.name(31))
        _ = try await create(box, mark: 400)
        _ = try await create(other, mark: 401)
        for number in 402...404 { _ = try await put(box, number) }
        _ = try await put(other, 405)
        let outcomes = try await store.commit(
            [.acknowledge(box, upTo: 2), .acknowledge(box, upTo: 1), .acknowledge(Self.name(32), upTo: 9)],
            today: today)
        #expect(outcomes == [.done, .done, .done])
        #expect(try await contents(of: box) == [3: Self.cell(404)])
        #expect(try await contents(of: other).count == 1)
        _ = try await store.commit([.acknowledge(box, upTo: .max)], today: today)
        #expect(try await contents(of: box) == [:])
    }

    func drops() async throws {
        let box = Self.name(40)
        _ = try await create(box, mark: 500)
        _ = try await put(box, 501)
        #expect(try await store.commit([.drop(box), .drop(Self.name(41))], today: today) == [.done, .done])
        #expect(try await store.record(of: box) == nil)
        #expect(try await store.next(in: box, after: 0) == nil)
        #expect(try await put(box, 502) == .unknown)
        // Neither the command that made it nor the one that filled it brings it back.
        #expect(try await create(box, mark: 500) == .done)
        #expect(try await store.record(of: box) == nil)
        #expect(try await create(box, mark: 503) == .done)
        #expect(try await put(box, 501) == .done)
        #expect(try await contents(of: box) == [:])
    }

    func doesAllOrNothingInOrder() async throws {
        let (one, two) = (Self.name(50), Self.name(51))
        let changes: [BoxChange] = [
            .put(one, sealed: Self.cell(600), expires: today, mark: mark(600)),
            .create(one, days: 1, cells: 9, mark: mark(601)), .create(two, days: 1, cells: 9, mark: mark(602)),
            .put(two, sealed: Self.cell(603), expires: today, mark: mark(603)),
            .put(one, sealed: Self.cell(604), expires: today, mark: mark(604)),
            .acknowledge(two, upTo: 1),
            .put(two, sealed: Self.cell(605), expires: today, mark: mark(605)),
            .drop(one), .put(one, sealed: Self.cell(606), expires: today, mark: mark(606)),
        ]
        #expect(
            try await store.commit(changes, today: today) == [
                .unknown, .done, .done, .done, .done, .done, .done, .done, .unknown,
            ])
        #expect(try await contents(of: two) == [2: Self.cell(605)])
        #expect(try await store.commit([], today: today) == [])
    }

    func expires() async throws {
        let box = Self.name(60)
        _ = try await create(box, cells: 2, mark: 700)
        _ = try await put(box, 701, expires: 5)
        _ = try await put(box, 702, expires: 6)
        try await store.expire(today: today.adding(5), unusedDays: 90)
        #expect(try await contents(of: box).count == 2)
        try await store.expire(today: today.adding(6), unusedDays: 90)
        #expect(try await contents(of: box) == [2: Self.cell(702)])
        // Room is there again; the mark is forgotten with the days on which the command could come.
        #expect(try await put(box, 701, expires: 9, today: today.adding(6)) == .done)
        #expect(try await contents(of: box).keys.sorted() == [2, 3])
    }

    func forgetsUnusedBoxes() async throws {
        let (idle, used) = (Self.name(70), Self.name(71))
        _ = try await create(idle, mark: 800)
        _ = try await create(used, mark: 801)
        _ = try await put(idle, 802, expires: 90)
        let later = today.adding(60)
        #expect(try await store.commit([.touch(used), .touch(Self.name(72))], today: later) == [.done, .done])
        // Never back in time.
        _ = try await store.commit([.touch(used)], today: today)
        try await store.expire(today: today.adding(90), unusedDays: 90)
        #expect(try await store.record(of: idle) != nil)
        try await store.expire(today: today.adding(91), unusedDays: 90)
        #expect(try await store.record(of: idle) == nil)
        #expect(try await store.next(in: idle, after: 0) == nil)
        #expect(try await store.record(of: used)?.used == later)
    }

    func records() async throws {
        let box = Self.name(80)
        let day = today.adding(200)
        _ = try await store.commit([.create(box, days: 7, cells: 9, mark: mark(900))], today: day)
        _ = try await put(box, 901, expires: 3, today: day)
        _ = try await put(box, 902, expires: 4, today: day)
        _ = try await store.commit([.acknowledge(box, upTo: 1)], today: day.adding(1))
        #expect(
            try await store.record(of: box)
                == BoxRecord(days: 7, cells: 9, next: 3, used: day.adding(1), stored: [2: day.adding(4)]))
    }

    /// Many tasks at once: every cell is there once, and those of one task in their order.
    func servesManyAtOnce() async throws {
        let boxes = (0..<4).map { Self.name(1_000 + $0) }
        for (number, box) in boxes.enumerated() { _ = try await create(box, cells: 200, mark: 1_000 + number) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for turn in 0..<10 {
                        let number = 2_000 + task * 100 + turn
                        let outcome = try await put(boxes[turn % 4], number)
                        #expect(outcome == .done)
                    }
                }
            }
            try await group.waitForAll()
        }
        var found: Set<[UInt8]> = []
        for box in boxes {
            let cells = try await contents(of: box)
            #expect(cells.keys.sorted() == Array(1...UInt64(cells.count)))
            found.formUnion(cells.values)
        }
        var expected: Set<[UInt8]> = []
        for task in 0..<8 {
            for turn in 0..<10 { expected.insert(Self.cell(2_000 + task * 100 + turn)) }
        }
        #expect(found == expected)
    }
}
