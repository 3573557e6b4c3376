internal import SecrCrypto
internal import SecrWire
internal import Synchronization

/// What a relay does with boxes: what is sealed, who waits.
///
/// Whoever signed with another key is treated like somebody whose box does not exist: the same questions are asked of the
/// store, under a name that nothing has.
final class BoxService: Sendable {
    private let store: any BoxStore
    private let keys: RelayKeys
    private let limits: RelayLimits
    private let queue: CommitQueue
    let waiters: Waiters
    private let isListening = Mutex(false)
    /// Boxes that were read since the store was told last.
    private let read = Mutex<Set<StoredName>>([])
    private static let mostRead = 1 << 18
    /// Of them, so many in one transaction.
    private static let mostTouches = 1_000

    init(_ store: any BoxStore, keys: RelayKeys, limits: RelayLimits, today: @escaping @Sendable () -> Day) {
        self.store = store
        self.keys = keys
        self.limits = limits
        queue = CommitQueue(store, limit: limits.queue, today: today)
        waiters = Waiters()
    }

    /// Hears what other relays tell, unless it does already.
    func listen() async throws(StoreError) {
        if isListening.withLock({ $0 }) { return }
        try await store.listen { [waiters] box in
            if let box { waiters.wake(box) } else { waiters.wakeAll() }
        }
        isListening.withLock { $0 = true }
        // What was told before, nobody has heard.
        waiters.wakeAll()
    }

    func create(_ command: Command, isAuthentic: Bool) async throws(StoreError) -> Answer.Status {
        guard case .box(let days, let cells) = command.address.kind else { return .refused }
        guard days <= limits.boxDays, cells <= limits.boxCells else { return .limit }
        // Nobody can have signed for a box that he does not want, so there is nothing to hide here.
        guard isAuthentic else { return .refused }
        _ = try await queue.commit(
            .create(keys.name(of: command.address), days: days, cells: cells, mark: keys.mark(of: command)))
        return .done
    }

    /// - Returns: with ``Answer/Status/done`` the last day on which the cell is there.
    func put(
        _ command: Command, _ cell: [UInt8], isAuthentic: Bool, today: Day
    ) async throws(StoreError) -> (Answer.Status, Day) {
        guard case .box(let days, _) = command.address.kind else { return (.refused, today) }
        let box = name(command, isAuthentic)
        let expires = today.adding(days)
        guard let sealed = keys.seal(cell, name: box, expires: expires) else { return (.day, today) }
        switch try await queue.commit(.put(box, sealed: sealed, expires: expires, mark: keys.mark(of: command))) {
        case .done:
            waiters.wake(box)
            return (.done, expires)
        case .full: return (.full, today)
        case .unknown: return (.refused, today)
        }
    }

    /// The first cell after a number, opened; `nil` where there is none when the time is over.
    ///
    /// - Parameter wait: seconds, at most as many as the relay allows.
    func get(
        _ command: Command, after number: UInt64, wait: Int, isAuthentic: Bool, departure: Departure?
    ) async throws(StoreError) -> (cell: StoredCell, content: [UInt8])? {
        let box = name(command, isAuthentic)
        // Names that nothing has would take the places of others.
        if isAuthentic { note(box) }
        // First in the queue, then the look: what comes in between is noticed.
        let ticket = waiters.enter(box, seconds: min(wait, limits.wait))
        if let ticket { departure?.watch { [waiters] in waiters.end(ticket) } }
        defer {
            if let ticket {
                departure?.forget()
                waiters.leave(ticket)
            }
        }
        while true {
            var after = number
            while let cell = try await store.next(in: box, after: after) {
                // A cell whose last day is over may still lie there.
                if let content = keys.open(cell.sealed, name: box, expires: cell.expires) { return (cell, content) }
                after = cell.number
            }
            guard let ticket, !waiters.isOver(ticket) else { return nil }
            await waiters.wait(ticket)
        }
    }

    func acknowledge(_ command: Command, upTo number: UInt64, isAuthentic: Bool) async throws(StoreError) {
        _ = try await queue.commit(.acknowledge(name(command, isAuthentic), upTo: number))
    }

    func drop(_ command: Command, isAuthentic: Bool) async throws(StoreError) {
        _ = try await queue.commit(.drop(name(command, isAuthentic)))
    }

    private func name(_ command: Command, _ isAuthentic: Bool) -> StoredName {
        let name = keys.name(of: command.address)
        return isAuthentic ? name : RelayKeys.unusedName()
    }

    private func note(_ box: StoredName) {
        read.withLock { read in
            // Those beyond are noted when they are read again after the next time; until then nothing expires.
            if read.count < Self.mostRead { read.insert(box) }
        }
    }

    /// Boxes that somebody reads are kept; to be called now and then.
    func noteReaders(today: Day) async throws(StoreError) {
        var boxes = Array(
            read.withLock { read in
                defer { read = [] }
                return read
            })[...]
        while !boxes.isEmpty {
            _ = try await store.commit(boxes.prefix(Self.mostTouches).map { .touch($0) }, today: today)
            boxes = boxes.dropFirst(Self.mostTouches)
        }
    }

    /// Whether the store can take more without more of the disk.
    var hasRoom: Bool { store.reusable > Self.leastReusable }

    /// Bytes that commits and cells on their way may take.
    private static let leastReusable = 1 << 20

    /// Throws unless the store can be read and changed.
    func probe() async throws(StoreError) {
        _ = try await store.next(in: RelayKeys.unusedName(), after: 0)
        _ = try await queue.commit(.touch(RelayKeys.unusedName()))
    }

    func expire(today: Day) async throws(StoreError) {
        try await store.expire(today: today, unusedDays: limits.unusedDays)
    }
}
