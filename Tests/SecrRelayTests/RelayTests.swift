import SecrRelay
import SecrRelayClient
import SecrTestSupport
import SecrWire
import Testing

/// What a relay answers, without a network.
@Suite struct RelayTests {
    typealias Owner = TestRelay.Owner

    @Test func cellsComeInTheirOrderUntilTheyAreAcknowledged() async throws {
        let (relay, owner) = (try await TestRelay(), Owner())
        #expect(try await relay.ask(owner, .create(.none)).answer.status == .done)
        for number in 1...3 {
            let put = try await relay.ask(owner, .put, payload: TestRelay.cell(number))
            #expect(put.answer.status == .done && put.answer.expires == TestRelay.today.adding(21))
        }
        for number in 1...3 {
            let got = try await relay.ask(owner, .get(after: UInt64(number - 1), wait: 0))
            #expect(got.answer.status == .done && got.answer.number == UInt64(number))
            #expect(got.answer.hasMore == (number < 3) && got.content == TestRelay.cell(number))
        }
        #expect(try await relay.ask(owner, .acknowledge(upTo: 2)).answer.status == .done)
        #expect(try await relay.ask(owner, .get(after: 0, wait: 0)).answer.number == 3)
        #expect(try await relay.ask(owner, .drop).answer.status == .done)
        #expect(try await relay.ask(owner, .get(after: 0, wait: 0)).answer.status == .nothing)
        #expect(try await relay.ask(owner, .put, payload: TestRelay.cell(4)).answer.status == .refused)
    }

    @Test func whatIsRepeatedHappensOnce() async throws {
        let (relay, owner, nonce) = (try await TestRelay(), Owner(), Nonce.random())
        let creation = Nonce.random()
        _ = try await relay.ask(owner, .create(.none), nonce: creation)
        for _ in 0..<3 {
            let put = try await relay.ask(owner, .put, payload: TestRelay.cell(1), nonce: nonce)
            #expect(put.answer.status == .done)
        }
        #expect(try await relay.ask(owner, .get(after: 1, wait: 0)).answer.status == .nothing)
        _ = try await relay.ask(owner, .acknowledge(upTo: 1))
        _ = try await relay.ask(owner, .put, payload: TestRelay.cell(1), nonce: nonce)
        #expect(try await relay.ask(owner, .get(after: 0, wait: 0)).answer.status == .nothing)
        // Nor does it bring back what was dropped.
        _ = try await relay.ask(owner, .drop)
        _ = try await relay.ask(owner, .create(.none), nonce: creation)
        #expect(try await relay.ask(owner, .put, payload: TestRelay.cell(2)).answer.status == .refused)
    }

    @Test func oldCommandsAreWorthNothing() async throws {
        let (relay, owner) = (try await TestRelay(), Owner())
        for days in [-400, -2, 2, 30] {
            let answer = try await relay.ask(owner, .create(.none), day: TestRelay.today.adding(days)).answer
            #expect(answer.status == .day && answer.day == TestRelay.today)
        }
        for days in -1...1 {
            let day = TestRelay.today.adding(days)
            #expect(try await relay.ask(owner, .create(.none), day: day).answer.status == .done)
        }
        let get = try await relay.ask(owner, .get(after: 0, wait: 0), day: TestRelay.today.adding(5))
        #expect(get.content.count == Cell.size)
    }

    /// Whoever has no keys learns nothing: not even whether there is a box.
    @Test func emptyUnknownAndForbiddenLookTheSame() async throws {
        let (relay, empty, full, unknown) = (try await TestRelay(), Owner(), Owner(), Owner())
        for owner in [empty, full] { _ = try await relay.ask(owner, .create(.none)) }
        _ = try await relay.ask(full, .put, payload: TestRelay.cell(1))
        let nonce = Nonce.random()
        for wait in [0, 1] {
            let requests: [(Owner, Bool)] = [(empty, false), (unknown, false), (full, true), (unknown, true)]
            let answers = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                group.addTask {
                    try await Task.sleep(for: .milliseconds(100))
                    for _ in 0..<2 { relay.relay.tick() }
                    return []
                }
                for (owner, forged) in requests {
                    let message = owner.message(.get(after: 0, wait: wait), nonce: nonce, forged: forged)
                    group.addTask { try await relay.relay.box(message.bytes, from: .local) }
                }
                return try await group.reduce(into: Set<[UInt8]>()) { if !$1.isEmpty { $0.insert($1) } }
            }
            #expect(answers.count == 1)
        }
        for request in [Request.acknowledge(upTo: 9), .drop] {
            #expect(try await relay.ask(unknown, request).answer.status == .done)
            #expect(try await relay.ask(full, request, forged: true).answer.status == .done)
        }
        #expect(try await relay.ask(unknown, .put, payload: TestRelay.cell(1)).answer.status == .refused)
        #expect(try await relay.ask(full, .put, payload: TestRelay.cell(1), forged: true).answer.status == .refused)
        // Nothing of it has had an effect.
        #expect(try await relay.ask(full, .get(after: 0, wait: 0)).content == TestRelay.cell(1))
        #expect(try await relay.ask(full, .get(after: 1, wait: 0)).answer.status == .nothing)
    }

    @Test func aCellWakesWhoeverWaits() async throws {
        let (relay, owner) = (try await TestRelay(), Owner())
        _ = try await relay.ask(owner, .create(.none))
        async let first = relay.ask(owner, .get(after: 0, wait: 30))
        async let second = relay.ask(owner, .get(after: 0, wait: 30))
        async let other = relay.ask(owner, .get(after: 1, wait: 3))
        try await Task.sleep(for: .milliseconds(50))
        _ = try await relay.ask(owner, .put, payload: TestRelay.cell(1))
        #expect(try await first.content == TestRelay.cell(1))
        #expect(try await second.content == TestRelay.cell(1))
        // Who waits for more waits on, until the time is over.
        for _ in 0..<3 { relay.relay.tick() }
        #expect(try await other.answer.status == .nothing)
    }

    /// A cell comes after the look that does not find it, and before the wait.
    @Test(.timeLimit(.minutes(5))) func aCellBetweenLookAndWaitIsNoticed() async throws {
        let store = DistractedStore()
        let (relay, owner) = (try await TestRelay(boxes: store), Owner())
        _ = try await relay.ask(owner, .create(.none))
        for number in 1...3 {
            let before = UInt64(number - 1)
            store.distract { _ = try? await relay.ask(owner, .put, payload: TestRelay.cell(number)) }
            #expect(try await relay.ask(owner, .get(after: before, wait: 60)).content == TestRelay.cell(number))
        }
    }

    @Test func whenTheRelayEndsEverybodyHasAnAnswer() async throws {
        let (relay, owner) = (try await TestRelay(), Owner())
        async let waiting = relay.ask(owner, .get(after: 0, wait: 60))
        try await Task.sleep(for: .milliseconds(50))
        relay.relay.stopWaiting()
        #expect(try await waiting.answer.status == .nothing)
        #expect(try await relay.ask(owner, .get(after: 0, wait: 60)).answer.status == .nothing)
    }

    /// More than may wait are answered at once, whoever they are.
    @Test func waitsAreCapped() async throws {
        var limits = RelayLimits()
        limits.waits = 2
        let relay = try await TestRelay(limits: limits)
        let owners = (0..<3).map { _ in Owner() }
        let (over, ended) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for owner in owners {
                group.addTask {
                    _ = try await relay.ask(owner, .get(after: 0, wait: 60))
                    ended.yield()
                }
            }
            for await _ in over { break }
            // Nobody else has an answer meanwhile.
            try await Task.sleep(for: .milliseconds(200))
            #expect(relay.relay.waiting == 2)
            relay.relay.stopWaiting()
            try await group.waitForAll()
        }
    }

    @Test func termsAreHeld() async throws {
        var limits = RelayLimits()
        (limits.boxDays, limits.boxCells, limits.blobDays) = (7, 2, 3)
        let relay = try await TestRelay(limits: limits)
        #expect(relay.relay.terms.boxDays == 7 && relay.relay.terms.boxCells == 2)
        for kind in [Address.Kind.box(days: 8, cells: 1), .box(days: 1, cells: 3)] {
            #expect(try await relay.ask(Owner(kind), .create(.none)).answer.status == .limit)
        }
        let owner = Owner(.box(days: 7, cells: 2))
        _ = try await relay.ask(owner, .create(.none))
        for number in 1...2 { _ = try await relay.ask(owner, .put, payload: TestRelay.cell(number)) }
        #expect(try await relay.ask(owner, .put, payload: TestRelay.cell(3)).answer.status == .full)
        let blob = [UInt8](repeating: 1, count: BlobSize.kibi64.count)
        #expect(
            try await relay.ask(Owner(.blob), .store(.kibi64, days: 4, admission: .none), payload: blob).answer.status
                == .limit)
    }

    @Test func invitationsAreAskedOfEverybodyAlike() async throws {
        let relay = try await TestRelay(admission: .invitations(["one", "two"]))
        #expect(relay.relay.terms.admission == .invitation)
        for admission in [Admission.none, .invitation(code: "three")] {
            #expect(try await relay.ask(Owner(), .create(admission)).answer.status == .admission)
        }
        #expect(try await relay.ask(Owner(), .create(.invitation(code: "two"))).answer.status == .done)
        let blob = [UInt8](repeating: 1, count: BlobSize.kibi64.count)
        let store = Request.store(.kibi64, days: 1, admission: .none)
        #expect(try await relay.ask(Owner(.blob), store, payload: blob).answer.status == .admission)
    }

    @Test(arguments: BlobSize.allCases) func blobsAreKeptUntilTheyAreRemoved(size: BlobSize) async throws {
        let (relay, owner) = (try await TestRelay(), Owner(.blob))
        let content = (0..<size.count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
        let store = Request.store(size, days: 2, admission: .none)
        let stored = try await relay.ask(owner, store, payload: content)
        #expect(stored.answer.status == .done)
        // The first one stays.
        let other = [UInt8](repeating: 7, count: size.count)
        #expect(try await relay.ask(owner, store, payload: other).answer.status == .done)
        let fetch = Request.fetch(size, expires: stored.answer.expires)
        #expect(try await relay.ask(owner, fetch).content == content)
        #expect(try await relay.ask(owner, fetch, forged: true).answer.status == .nothing)
        #expect(try await relay.ask(Owner(.blob), fetch).answer.status == .nothing)
        let earlier = Request.fetch(size, expires: stored.answer.expires.adding(-1))
        #expect(try await relay.ask(owner, earlier).answer.status == .nothing)
        let remove = Request.remove(size, expires: stored.answer.expires)
        #expect(try await relay.ask(owner, remove, forged: true).answer.status == .done)
        #expect(try await relay.ask(owner, fetch).answer.status == .done)
        #expect(try await relay.ask(owner, remove).answer.status == .done)
        #expect(try await relay.ask(owner, fetch).answer.status == .nothing)
    }

    @Test func whatIsMalformedIsToldSo() async throws {
        let (relay, owner) = (try await TestRelay(), Owner())
        let (put, _) = owner.message(.put, payload: TestRelay.cell(1))
        for bytes in [[], [1], Array(put.dropLast()), put + [0], Array(put[..<512])] {
            await #expect(throws: WireError.self) { try await relay.relay.box(bytes, from: .local) }
        }
        var other = put
        other[600] ^= 1
        await #expect(throws: WireError.self) { try await relay.relay.box(other, from: .local) }
        await #expect(throws: WireError.self) { try await relay.relay.blob(put) }
    }

    @Test func unreadBoxesGoAndReadOnesStay() async throws {
        let (relay, read, unread) = (try await TestRelay(), Owner(), Owner())
        for owner in [read, unread] { _ = try await relay.ask(owner, .create(.none)) }
        await relay.relay.advance(to: TestRelay.today.adding(80))
        let day = TestRelay.today.adding(80)
        _ = try await relay.ask(read, .get(after: 0, wait: 0), day: day)
        await relay.relay.noteReaders()
        await relay.relay.advance(to: TestRelay.today.adding(91))
        let later = TestRelay.today.adding(91)
        #expect(try await relay.ask(read, .put, payload: TestRelay.cell(1), day: later).answer.status == .done)
        #expect(try await relay.ask(unread, .put, payload: TestRelay.cell(1), day: later).answer.status == .refused)
    }
}
