import SecrRelay
import SecrTestSupport
import SecrWire
import Testing

/// What a relay does when it can't hear others that share its store.
@Suite struct ListeningTests {
    /// A store in memory that listens when it is asked often enough.
    private final class DeafStore: BoxStore {
        let store = MemoryBoxStore()
        let attempts = Shared(0)
        private let told = Shared<(@Sendable (StoredName?) -> Void)?>(nil)

        func listen(_ told: @escaping @Sendable (StoredName?) -> Void) async throws(StoreError) {
            guard
                attempts.withLock({
                    $0 += 1; return $0
                }) > 2
            else {
                throw StoreError(.unavailable, "the system gives no more threads")
            }
            self.told.withLock { $0 = told }
        }

        func tell(_ box: StoredName) { told.value?(box) }

        func next(in box: StoredName, after number: UInt64) async throws(StoreError) -> StoredCell? {
            try await store.next(in: box, after: number)
        }

        func commit(_ changes: [BoxChange], today: Day) async throws(StoreError) -> [BoxOutcome] {
            try await store.commit(changes, today: today)
        }

        func expire(today: Day, unusedDays: Int) async throws(StoreError) {
            try await store.expire(today: today, unusedDays: unusedDays)
        }

        func record(of box: StoredName) async throws(StoreError) -> BoxRecord? { try await store.record(of: box) }

        func close() async {}
    }

    @Test func itIsToldAndTriedAgain() async throws {
        let (store, lines) = (DeafStore(), Shared<[String]>([]))
        let (relay, owner) = (
            try await TestRelay(boxes: store, log: OperatorLog { line in lines.withLock { $0.append(line) } }),
            TestRelay.Owner()
        )
        #expect(lines.value == ["other relays can't be heard: the system gives no more threads"])
        _ = try await relay.ask(owner, .create(.none))
        /// Another relay puts a cell.
        func put(_ number: Int) async throws {
            let (name, expires) = (relay.keys.name(of: owner.address), TestRelay.today.adding(9))
            let sealed = try #require(relay.keys.seal(TestRelay.cell(number), name: name, expires: expires))
            let change = BoxChange.put(name, sealed: sealed, expires: expires, mark: RelayKeys.unusedName())
            #expect(try await store.commit([change], today: TestRelay.today) == [.done])
        }
        func wait(until isSo: () -> Bool) async throws {
            for _ in 0..<1_000 where !isSo() { try await Task.sleep(for: .milliseconds(5)) }
        }
        async let first = relay.ask(owner, .get(after: 0, wait: 60))
        try await wait { relay.relay.waiting == 1 }
        try await put(1)
        await relay.relay.listen()
        #expect(relay.relay.waiting == 1 && store.attempts.value == 2, "nobody could hear of it")
        // What was missed before is looked for.
        await relay.relay.listen()
        #expect(try await first.content == TestRelay.cell(1))
        async let second = relay.ask(owner, .get(after: 1, wait: 60))
        try await wait { relay.relay.waiting == 1 }
        try await put(2)
        store.tell(relay.keys.name(of: owner.address))
        #expect(try await second.content == TestRelay.cell(2))
        await relay.relay.listen()
        #expect(store.attempts.value == 3, "once is enough")
        #expect(lines.value.count == 1)
    }
}
