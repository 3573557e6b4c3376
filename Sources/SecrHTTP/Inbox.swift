internal import SecrSystem
internal import Synchronization

/// A request's name between the task that sends it and the engine.
final class Ticket: Sendable {
    typealias Continuation = CheckedContinuation<Result<HTTPResponse, HTTPError>, Never>

    let id: UInt64
    /// Set before the engine is told.
    let isCancelled = Atomic<Bool>(false)

    init(id: UInt64) { self.id = id }
}

/// A request that the engine is to send.
struct Arrival: Sendable {
    let ticket: Ticket
    let request: HTTPRequest
    let continuation: Ticket.Continuation
}

/// What tasks tell the engine.
final class Inbox: Sendable {
    struct Contents {
        var arrivals: [Arrival] = []
        /// Tickets of requests that nobody waits for any more; they may be unknown by now.
        var cancellations: [UInt64] = []
        var isClosed = false

        var isEmpty: Bool { arrivals.isEmpty && cancellations.isEmpty && !isClosed }
    }

    let queue: ReadinessQueue
    private let contents = Mutex(Contents())
    private let tickets = Atomic<UInt64>(0)

    init(_ queue: ReadinessQueue) { self.queue = queue }

    func ticket() -> Ticket { Ticket(id: tickets.add(1, ordering: .relaxed).newValue) }

    /// Returns whether somebody will take care of it.
    func add(_ arrival: Arrival) -> Bool {
        change { contents in
            guard !contents.isClosed else { return false }
            contents.arrivals.append(arrival)
            return true
        }
    }

    func cancel(_ ticket: Ticket) {
        ticket.isCancelled.store(true, ordering: .sequentiallyConsistent)
        change { if !$0.isClosed { $0.cancellations.append(ticket.id) } }
    }

    /// Nothing is taken any more, and what is there is given up.
    func close() {
        change { $0.isClosed = true }
    }

    private func change<Result>(_ body: (inout sending Contents) -> Result) -> Result where Result: Sendable {
        let (result, wasEmpty) = contents.withLock { contents in
            let wasEmpty = contents.isEmpty
            return (body(&contents), wasEmpty)
        }
        // Otherwise somebody else has rung, and the engine has yet to look.
        if wasEmpty { queue.ring() }
        return result
    }

    /// What has come since the last time.
    func take() -> Contents {
        contents.withLock { contents in
            let taken = contents
            contents.arrivals = []
            contents.cancellations = []
            return taken
        }
    }
}
