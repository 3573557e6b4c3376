internal import SecrCrypto
public import SecrWire
internal import Synchronization

/// A relay: takes commands, gives answers, and forgets what is over.
///
/// It has no clock of its own; whoever runs it tells it which day it is, see ``advance(to:)``, and when a second has passed,
/// see ``tick()``.
public final class Relay: Sendable {
    private let boxes: BoxService
    private let blobs: BlobService
    private let keys: RelayKeys
    private let limits: RelayLimits
    private let admission: AdmissionCheck
    private let rates: RateLimiter
    private let transfers: Shares
    private let waits: Shares
    private let log: OperatorLog
    private let metrics = Metrics()
    private let calendar: Calendar
    /// The last days on which what was over was forgotten.
    private let expired = Mutex((boxes: Day(rawValue: 0), blobs: Day(rawValue: 0)))
    private let room: Room
    private let health = Mutex<(at: ContinuousClock.Instant, isGood: Bool)?>(nil)

    /// Whether there is room for more than what deleting takes, for which some has to stay.
    public struct Room: Sendable {
        public var forBoxes: @Sendable () -> Bool = { true }
        public var forBlobs: @Sendable () -> Bool = { true }

        public init() {}
    }

    /// The day that it is for everything that is done.
    private final class Calendar: Sendable {
        private let day: Atomic<UInt32>

        init(_ day: Day) { self.day = Atomic(day.rawValue) }

        var today: Day {
            get { Day(rawValue: day.load(ordering: .relaxed)) }
            set { day.store(newValue.rawValue, ordering: .relaxed) }
        }
    }

    /// - Parameter today: not before the day of the keys.
    public init(
        boxes: any BoxStore, blobs: any BlobStore, keys: RelayKeys, today: Day, limits: RelayLimits = RelayLimits(),
        admission: AdmissionCheck = .open, log: OperatorLog = OperatorLog { _ in },
        room: Room = Room()
    ) {
        self.room = room
        let calendar = Calendar(today)
        self.calendar = calendar
        self.boxes = BoxService(boxes, keys: keys, limits: limits) { calendar.today }
        self.blobs = BlobService(blobs, keys: keys, limits: limits)
        self.keys = keys
        self.limits = limits
        self.admission = admission
        rates = RateLimiter(rate: limits.rate, burst: limits.burst)
        transfers = Shares(total: limits.blobMemory, perAddress: limits.blobsPerAddress)
        waits = Shares(total: limits.waits, perAddress: limits.waitsPerAddress)
        self.log = log
    }

    public var terms: Terms { limits.terms(day: calendar.today, admission: admission.policy) }

    /// To be called before the first command.
    public func start() async throws(StoreError) {
        await listen()
        await expire()
        // Whoever can't be read now is not ready to serve.
        try await boxes.probe()
    }

    /// Hears from now on what other relays tell, unless it does already.
    public func listen() async {
        await noting("other relays can't be heard") { () throws(StoreError) in try await boxes.listen() }
    }

    /// A new day has begun: what expired before can't be opened any more, even if forgetting it fails.
    public func advance(to today: Day) async {
        guard today > calendar.today else { return }
        keys.advance(to: today)
        calendar.today = today
        await expire()
    }

    /// Forgets what is over, unless that was done today.
    public func expire() async {
        let today = calendar.today
        let done = expired.withLock { $0 }
        if done.boxes < today {
            await noting("expired cells could not be deleted") { () throws(StoreError) in
                try await boxes.expire(today: today)
                expired.withLock { $0.boxes = today }
            }
        }
        if done.blobs < today {
            await noting("expired blobs could not be deleted") { () throws(StoreError) in
                try await blobs.expire(today: today)
                expired.withLock { $0.blobs = today }
            }
        }
    }

    /// A second has passed.
    public func tick() { boxes.waiters.tick() }

    /// To be called now and then, so that boxes are kept that somebody reads.
    public func noteReaders() async {
        await noting("which boxes are in use could not be noted") { () throws(StoreError) in
            try await boxes.noteReaders(today: calendar.today)
        }
    }

    private func noting(_ what: String, _ work: () async throws(StoreError) -> Void) async {
        do { try await work() } catch { log.note("\(what): \(error)") }
    }

    /// Answers everybody who waits; from now on nobody waits any more.
    public func stopWaiting() { boxes.waiters.close() }

    /// Counters for the operator, see ``Metrics``.
    public var metricsText: String { metrics.text(waiting: waiting) }

    /// Gets that wait now.
    package var waiting: Int { boxes.waiters.count }

    /// Whether boxes can be stored and read, as far as is known.
    func isHealthy() async -> Bool {
        guard hasRoomForBoxes else { return false }
        let now = ContinuousClock.now
        if let known = health.withLock({ $0 }), now - known.at < .seconds(1) { return known.isGood }
        let isGood: Bool
        do throws(StoreError) {
            try await boxes.probe()
            isGood = true
        } catch {
            isGood = false
        }
        health.withLock { $0 = (now, isGood) }
        return isGood
    }

    /// Whether `address` may ask for anything now.
    func allows(_ address: NetworkAddress) -> Bool {
        if rates.allows(address) { return true }
        metrics.count(.busy)
        return false
    }
}

// Commands.
extension Relay {
    /// Bytes of the longest command upon a box.
    static let longestBoxCommand = Command.size + Cell.size

    /// Answers a command upon a box.
    ///
    /// - Parameter bytes: frame and payload.
    package func box(
        _ bytes: [UInt8], from address: NetworkAddress, departure: Departure? = nil
    ) async throws(WireError) -> [UInt8] {
        let (command, payload, isAuthentic) = try read(bytes, isOfBox: true)
        guard isOfToday(command) else { return encoded(Answer(.day, to: command.nonce, day: today), to: command) }
        do {
            switch command.request {
            case .create(let shown):
                guard admission.admits(shown) else { return short(.admission, command) }
                guard hasRoomForBoxes else { return short(.limit, command) }
                return try await short(boxes.create(command, isAuthentic: isAuthentic), command)
            case .put:
                guard hasRoomForBoxes else { return short(.limit, command) }
                let (status, expires) = try await boxes.put(command, payload, isAuthentic: isAuthentic, today: today)
                return short(status, command, expires: expires)
            case .get(let after, let wait):
                let isPatient = wait > 0 && waits.take(1, for: address)
                defer { if isPatient { waits.give(back: 1, from: address) } }
                return try await get(
                    command, after: after, wait: isPatient ? wait : 0, isAuthentic: isAuthentic, departure)
            case .acknowledge(let number):
                try await boxes.acknowledge(command, upTo: number, isAuthentic: isAuthentic)
                return short(.done, command)
            case .drop:
                try await boxes.drop(command, isAuthentic: isAuthentic)
                return short(.done, command)
            case .store, .fetch, .remove:
                preconditionFailure("read as a command upon a box")
            }
        } catch {
            return failed(error, command)
        }
    }

    private func get(
        _ command: Command, after: UInt64, wait: Int, isAuthentic: Bool, _ departure: Departure?
    ) async throws(StoreError) -> [UInt8] {
        let found = try await boxes.get(
            command, after: after, wait: wait, isAuthentic: isAuthentic, departure: departure)
        guard let found else { return encoded(Answer(.nothing, to: command.nonce, day: today), to: command) }
        let answer = Answer(
            .done, to: command.nonce, day: today, number: found.cell.number, hasMore: found.cell.hasMore)
        return answer.encoded(capacity: command.request.answerSize) + found.content
    }

    /// The room in memory that a command upon a blob takes, given back when nobody holds it any more.
    final class Transfer: Sendable {
        /// Bytes of the frame and of what has to follow it.
        let length: Int
        private let room: Int
        private let shares: Shares
        private let address: NetworkAddress

        fileprivate init?(_ command: Command, room: Int, in shares: Shares, for address: NetworkAddress) {
            guard shares.take(room, for: address) else { return nil }
            length = Command.size + command.request.payloadSize
            self.room = room
            self.shares = shares
            self.address = address
        }

        deinit { shares.give(back: room, from: address) }
    }

    /// What is to be done with what follows a frame.
    enum Reception {
        /// It may come. To be held until the answer is sent.
        case transfer(Transfer)
        /// There is no room now.
        case busy
        /// It is of no use; what to answer.
        case answer([UInt8])
    }

    /// - Parameter frame: what came first.
    func receive(_ frame: [UInt8], from address: NetworkAddress) throws(WireError) -> Reception {
        let command = try Command(parsing: frame)
        guard let size = command.request.blobSize else { throw .wrongRoute }
        // Room is for those who prove that they may have it.
        if case .store(_, _, let shown) = command.request {
            guard isOfToday(command) else { return .answer(short(.day, command)) }
            guard admission.admits(shown) else { return .answer(short(.admission, command)) }
            guard command.isAuthentic(in: frame) else { return .answer(short(.refused, command)) }
        }
        let transfer = Transfer(command, room: size.count, in: transfers, for: address)
        return transfer.map { .transfer($0) } ?? .busy
    }

    /// Answers a command upon a blob.
    ///
    /// - Parameter bytes: frame and payload.
    package func blob(_ bytes: [UInt8]) async throws(WireError) -> [UInt8] {
        let (command, payload, isAuthentic) = try read(bytes, isOfBox: false)
        guard isOfToday(command) else { return short(.day, command) }
        do {
            switch command.request {
            case .store(let size, let days, let shown):
                guard admission.admits(shown) else { return short(.admission, command) }
                guard isAuthentic else { return short(.refused, command) }
                guard isThere(room.forBlobs()) else { return short(.limit, command) }
                let (status, expires) = try await blobs.store(command, size, days: days, payload, today: today)
                return short(status, command, expires: expires)
            case .fetch(let size, let expires):
                let content = try await blobs.fetch(command, size, expires: expires, isAuthentic: isAuthentic)
                guard let content else { return short(.nothing, command) }
                return Answer(.done, to: command.nonce, day: today, expires: expires)
                    .encoded(capacity: command.request.answerSize) + content
            case .remove(_, let expires):
                try await blobs.remove(command, expires: expires, isAuthentic: isAuthentic)
                return short(.done, command)
            case .create, .put, .get, .acknowledge, .drop:
                preconditionFailure("read as a command upon a blob")
            }
        } catch {
            return failed(error, command, isShort: true)
        }
    }

    private var today: Day { calendar.today }

    private var hasRoomForBoxes: Bool { boxes.hasRoom || isThere(room.forBoxes()) }

    private func isThere(_ hasRoom: Bool) -> Bool {
        if !hasRoom { log.note("the disk is nearly full: nothing is put or stored until there is room again") }
        return hasRoom
    }

    private func read(
        _ bytes: [UInt8], isOfBox: Bool
    ) throws(WireError) -> (Command, payload: [UInt8], isAuthentic: Bool) {
        let command: Command
        let payload = Array(bytes.dropFirst(Command.size))
        do throws(WireError) {
            command = try Command(parsing: bytes)
            guard command.request.isOfBox == isOfBox else { throw WireError.wrongRoute }
            guard payload.count == command.request.payloadSize else { throw WireError.wrongSize }
            guard command.announces(payload) else { throw WireError.wrongPayload }
        } catch {
            metrics.count(.malformed)
            throw error
        }
        metrics.count(Metrics.Counter(command.request))
        return (command, payload, SignatureCheck.isAuthentic(command, in: bytes))
    }

    private func isOfToday(_ command: Command) -> Bool {
        (-1...1).contains(today.distance(to: command.day))
    }

    private func short(_ status: Answer.Status, _ command: Command, expires: Day = Day(rawValue: 0)) -> [UInt8] {
        if status != .done { metrics.count(.refused) }
        return Answer(status, to: command.nonce, day: today, expires: status == .done ? expires : Day(rawValue: 0))
            .encoded()
    }

    private func failed(_ error: StoreError, _ command: Command, isShort: Bool = false) -> [UInt8] {
        metrics.count(.failed)
        log.note("\(error)")
        let isFull = error.code == .full && command.request.statuses.contains(.limit)
        let status: Answer.Status = isFull ? .limit : .busy
        return isShort ? short(status, command) : encoded(Answer(status, to: command.nonce, day: today), to: command)
    }

    /// With what follows it in any case.
    private func encoded(_ answer: Answer, to command: Command) -> [UInt8] {
        let size = command.request.answerSize
        let frame = answer.encoded(capacity: size)
        return frame + [UInt8](repeating: 0, count: size - frame.count)
    }
}

extension Request {
    fileprivate var blobSize: BlobSize? {
        switch self {
        case .store(let size, _, _), .fetch(let size, _): size
        // Nothing travels.
        case .remove: .kibi64
        case .create, .put, .get, .acknowledge, .drop: nil
        }
    }
}
