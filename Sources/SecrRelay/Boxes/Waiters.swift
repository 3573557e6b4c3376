internal import Synchronization

/// Gets that wait for a cell.
///
/// Ten thousand of them have one timer: waits end at whole seconds.
final class Waiters: Sendable {
    /// A place in the queue, to be given back with ``Waiters/leave(_:)``.
    struct Ticket: Hashable, Sendable {
        fileprivate let box: StoredName
        fileprivate let number: UInt64
    }

    private struct Waiter {
        /// Whether a cell came, or may have come, while nobody listened.
        var isCalled = false
        var continuation: CheckedContinuation<Void, Never>?
        /// Seconds from the start.
        var ends: UInt64
    }

    private struct State {
        var boxes: [StoredName: [UInt64: Waiter]] = [:]
        var ends: [UInt64: Set<Ticket>] = [:]
        var count = 0
        var next: UInt64 = 0
        var second: UInt64 = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    var count: Int { state.withLock(\.count) }

    /// - Parameter seconds: how long at most.
    /// - Returns: `nil` where there is nothing to wait for, because it is no time or because the relay is about to end.
    func enter(_ box: StoredName, seconds: Int) -> Ticket? {
        state.withLock { state in
            guard seconds > 0, !state.isClosed else { return nil }
            let ticket = Ticket(box: box, number: state.next)
            state.next += 1
            state.count += 1
            let ends = state.second + UInt64(seconds)
            state.boxes[box, default: [:]][ticket.number] = Waiter(ends: ends)
            state.ends[ends, default: []].insert(ticket)
            return ticket
        }
    }

    /// Returns when there may be something new since this returned last, or since the ticket was taken; or when the time is
    /// over, see ``isOver(_:)``.
    func wait(_ ticket: Ticket) async {
        // Before the next look, and not after one: what comes in between has to be noticed.
        defer { state.withLock { $0.boxes[ticket.box]?[ticket.number]?.isCalled = false } }
        await withCheckedContinuation { continuation in
            let isNow = state.withLock { state in
                guard var waiter = state.boxes[ticket.box]?[ticket.number], !waiter.isCalled,
                    state.second < waiter.ends, !state.isClosed
                else { return true }
                waiter.continuation = continuation
                state.boxes[ticket.box]?[ticket.number] = waiter
                return false
            }
            if isNow { continuation.resume() }
        }
    }

    /// Whether there is no more time to wait.
    func isOver(_ ticket: Ticket) -> Bool {
        state.withLock { state in
            guard let ends = state.boxes[ticket.box]?[ticket.number]?.ends else { return true }
            return state.second >= ends || state.isClosed
        }
    }

    /// Ends a wait before its time.
    func end(_ ticket: Ticket) {
        resume { state in
            guard let ends = state.boxes[ticket.box]?[ticket.number]?.ends else { return [] }
            state.ends[ends]?.remove(ticket)
            state.boxes[ticket.box]?[ticket.number]?.ends = 0
            return [ticket]
        }
    }

    func leave(_ ticket: Ticket) {
        state.withLock { state in
            guard let waiter = state.boxes[ticket.box]?.removeValue(forKey: ticket.number) else { return }
            state.count -= 1
            if state.boxes[ticket.box]?.isEmpty == true { state.boxes[ticket.box] = nil }
            state.ends[waiter.ends]?.remove(ticket)
        }
    }

    /// A cell came.
    func wake(_ box: StoredName) {
        resume { state in
            guard let numbers = state.boxes[box]?.keys else { return [] }
            return numbers.map { Ticket(box: box, number: $0) }
        }
    }

    /// Cells may have come anywhere.
    func wakeAll() {
        resume { state in state.boxes.flatMap { box, waiters in waiters.keys.map { Ticket(box: box, number: $0) } } }
    }

    /// A second has passed.
    func tick() {
        resume { state in
            state.second += 1
            return Array(state.ends.removeValue(forKey: state.second) ?? [])
        }
    }

    /// Ends all waits, and lets nobody in.
    func close() {
        state.withLock { $0.isClosed = true }
        wakeAll()
    }

    private func resume(_ tickets: (inout State) -> [Ticket]) {
        let called = state.withLock { state in
            tickets(&state).compactMap { ticket in
                state.boxes[ticket.box]?[ticket.number]?.isCalled = true
                return state.boxes[ticket.box]?[ticket.number]?.continuation.take()
            }
        }
        for continuation in called { continuation.resume() }
    }
}
