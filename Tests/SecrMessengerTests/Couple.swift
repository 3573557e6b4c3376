import SecrHTTP
import SecrMessenger
import SecrRelayClient
import SecrTestSupport
import SecrVault
import SecrWire
import Testing

/// Two people who can meet, and the relay that they use.
struct Couple {
    let relay: RelayProcess
    let clock = TestClock()
    let (anna, ben): (Person, Person)
    let client: RelayClient
    /// Whose folders are there for as long as the test runs.
    private let others = Shared<[Person]>([])
    /// What is in front of the relay, and remembers all that they ask of it.
    private let recorder: Forwarder?
    private let keys = Shared(KnownKeys())

    /// - Parameter isRecorded: whether ``expectFreshNonces(at:)`` looks at the cells afterwards.
    init(isRecorded: Bool = false) throws {
        relay = try RelayProcess()
        recorder = isRecorded ? try Forwarder(to: [relay.port], records: true) : nil
        let origin = recorder?.origin ?? relay.origin
        (anna, ben) = (try Person(at: origin, clock: clock), try Person(at: origin, clock: clock))
        let clock = clock
        client = RelayClient(RelayEndpoint(origin: origin), http: try HTTPClient(), retries: .never) {
            Int64(clock.now)
        }
    }

    func keep(_ person: Person) -> Person {
        others.withLock { $0.append(person) }
        return person
    }

    /// Anna invites Ben, and both go on until each knows the other's box.
    func meet() async throws -> (anna: Messenger, ben: Messenger) {
        let (a, b) = (try anna.messenger(), try ben.messenger())
        let invitation = try await a.invite("Ben")
        try await b.accept(invitation.link, as: "Anna")
        try learn(a, b)
        try await greet(a, b)
        return (a, b)
    }

    /// From an invitation that was answered to a conversation.
    func greet(_ a: Messenger, _ b: Messenger, at location: SourceLocation = #_sourceLocation) async throws {
        _ = try await b.synchronize()
        try await exchange(a, b)
        #expect(try a.contact("Ben").state == .active, sourceLocation: location)
        #expect(try b.contact("Anna").state == .active, sourceLocation: location)
        #expect(try a.contact("Ben").safetyCode == b.contact("Anna").safetyCode, sourceLocation: location)
    }

    /// All that waits gets there.
    @discardableResult
    func exchange(_ a: Messenger, _ b: Messenger) async throws -> [Happening] {
        var happenings: [Happening] = []
        for _ in 0..<2 {
            happenings += try await a.synchronize()
            happenings += try await b.synchronize()
            try learn(a, b)
        }
        return happenings
    }

    /// One message each way, which arrives.
    func expectTalk(
        _ a: Messenger, _ b: Messenger, _ text: String = "hello", at location: SourceLocation = #_sourceLocation
    ) async throws {
        try a.send("\(text), Ben", to: a.contact("Ben"))
        try b.send("\(text), Anna", to: b.contact("Anna"))
        try await exchange(a, b)
        #expect(try b.heard("Anna").last == "\(text), Ben", sourceLocation: location)
        #expect(try a.heard("Ben").last == "\(text), Anna", sourceLocation: location)
    }

    // MARK: What is recorded

    /// Remembers the keys that vaults have now, where cells are recorded: they go with their epochs.
    func learn(_ messengers: Messenger...) throws {
        if recorder == nil { return }
        var known = keys.value
        for messenger in messengers { try known.learn(messenger) }
        keys.withLock { $0 = known }
    }

    /// All cells that were on their way to the relay.
    func audit() throws -> NonceAudit {
        try NonceAudit(try RelayRequests(try #require(recorder)).cells, keys.value)
    }

    /// Nothing was ever encrypted twice under one key and one nonce.
    func expectFreshNonces(at location: SourceLocation = #_sourceLocation) throws {
        try audit().expectFresh(at: location)
    }

    // MARK: What a relay can do

    /// Takes all cells out of a box, as if they had never come.
    func takeAll(from box: OwnBox) async throws -> [[UInt8]] {
        var (cells, last) = ([[UInt8]](), box.received)
        while let cell = try await client.get(from: box.address, box.reader, after: last) {
            cells.append(cell.content)
            last = cell.number
        }
        if !cells.isEmpty { try await client.acknowledge(box.address, box.reader, upTo: last) }
        return cells
    }

    func put(_ cells: [[UInt8]], into box: OwnBox) async throws {
        for cell in cells { _ = try await client.put(cell, into: box.address, box.capability.writer) }
    }
}

extension Messenger {
    /// What the other side wrote, in order.
    func heard(_ name: String) throws -> [String] { try texts(name, .incoming) }

    func said(_ name: String) throws -> [String] { try texts(name, .outgoing) }

    private func texts(_ name: String, _ direction: Message.Direction) throws -> [String] {
        try history(of: contact(name)).filter { $0.direction == direction }.map {
            if case .text(let text) = $0.body { text } else { "?" }
        }
    }

    /// Where a contact's messages are taken in.
    func inbox(_ name: String) throws -> OwnBox { try #require(try contact(name).conversation?.inbox) }

    func pending(_ name: String) throws -> PendingInvitation {
        let id = try contact(name).id
        return try #require(try vault.readState { try $0.invitation(id) })
    }

    func outbox(_ name: String) throws -> [OutboxCell] {
        let id = try contact(name).id
        return try vault.readState { try $0.outbox(id, limit: .max) }
    }
}

extension [Happening] {
    func count(where isMeant: (Happening) -> Bool) -> Int { filter(isMeant).count }

    var skipped: UInt64 { reduce(0) { if case .skipped(_, let count) = $1 { $0 + count } else { $0 } } }
    var unopened: Int { count { if case .unopened = $0 { true } else { false } } }
    var refusals: [String] { compactMap { if case .refused(_, let reason) = $0 { reason } else { nil } } }
    var failures: [MessengerError] { compactMap { if case .relay(_, let error) = $0 { error } else { nil } } }
    var began: Bool { contains { if case .began = $0 { true } else { false } } }
    var texts: [String] {
        compactMap {
            if case .message(_, let message) = $0, case .text(let text) = message.body { text } else { nil }
        }
    }
}
