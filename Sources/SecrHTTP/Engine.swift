internal import CCurl
internal import Glibc
internal import SecrSystem
internal import Synchronization

/// Drives all transfers of a client on its thread, until the inbox is closed.
final class Engine {
    /// Handles that are kept for the next requests.
    private static let mostSpares = 1_024

    private let inbox: Inbox
    private let tally: Tally
    private var lanes: [Lane] = []
    /// Transfers under way, by their tickets.
    private var handles: [UInt64: EasyHandle] = [:]
    private var spares: [EasyHandle] = []
    /// Lanes in which transfers ended, the last one at the end; each may have left a connection there.
    private var vacancies: [Int] = []

    init(_ inbox: Inbox, idleConnections: Int) {
        self.inbox = inbox
        tally = Tally(mostIdle: idleConnections)
    }

    func run() {
        // Signals are for other threads, and a connection that breaks is no reason to end the process (SIGPIPE).
        var all = sigset_t()
        // Safe: the set outlives the calls.
        _ = unsafe (sigfillset(&all), pthread_sigmask(SIG_BLOCK, &all, nil))
        var events: [ReadinessQueue.Event] = []
        while true {
            inbox.queue.wait(milliseconds: patience(), &events)
            for event in events {
                let number = Int(event.tag >> 32)
                guard number < lanes.count else { continue }
                lanes[number].act(event)
                // At once: a connection is kept or not by how many are in use now.
                finish(lanes[number])
            }
            let news = inbox.take()
            if news.isClosed { return close(news.arrivals) }
            for arrival in news.arrivals { start(Exchange(arrival), arrival.ticket) }
            for ticket in news.cancellations { cancel(ticket) }
            let now = Lane.now
            for lane in lanes {
                lane.actOnTime(now)
                finish(lane)
            }
            closeEmptyLanes()
        }
    }

    /// Milliseconds until libcurl wants to be called.
    private func patience() -> Int? {
        guard let deadline = lanes.compactMap(\.deadline).min() else { return nil }
        let now = Lane.now
        return deadline <= now ? 0 : Int((deadline - now + 999_999) / 1_000_000)
    }

    private func start(_ exchange: Exchange, _ ticket: Ticket) {
        guard !ticket.isCancelled.load(ordering: .sequentiallyConsistent) else { return exchange.finish(.cancelled) }
        guard let handle = spares.popLast() ?? EasyHandle() else { return exchange.finish(.unavailable) }
        guard handle.begin(exchange), let lane = freeLane(), lane.add(handle) else {
            _ = handle.end()
            return exchange.finish(.unavailable)
        }
        handles[ticket.id] = handle
    }

    private func cancel(_ ticket: UInt64) {
        // Otherwise it is done by now, or has yet to arrive and says so itself.
        guard let handle = handles[ticket] else { return }
        take(handle)?.finish(.cancelled)
    }

    private func finish(_ lane: Lane) {
        while let (handle, result) = lane.finished() {
            take(handle)?.finish(result)
        }
    }

    /// Takes a transfer out of everything, and keeps its handle.
    private func take(_ handle: EasyHandle) -> Exchange? {
        if let lane = handle.lane {
            lane.remove(handle)
            if vacancies.count < Self.mostSpares { vacancies.append(Int(lane.number)) }
        }
        guard let exchange = handle.end() else { return nil }
        handles[exchange.id] = nil
        if spares.count < Self.mostSpares { spares.append(handle) }
        return exchange
    }

    /// One where a transfer has just ended, so that its connection is found again; or the first one with room.
    private func freeLane() -> Lane? {
        while let number = vacancies.popLast() {
            if number < lanes.count, lanes[number].running < Lane.capacity { return lanes[number] }
        }
        if let lane = lanes.first(where: { $0.running < Lane.capacity }) { return lane }
        guard let lane = newLane(lanes.count) else { return nil }
        lanes.append(lane)
        return lane
    }

    private func newLane(_ number: Int) -> Lane? {
        Lane(number: UInt32(number), queue: inbox.queue, tally: tally)
    }

    /// Those at the end, except for the first one, which keeps connections for whatever comes next.
    private func closeEmptyLanes() {
        while lanes.count > 1, lanes.last?.running == 0 { lanes.removeLast() }
        // libcurl closes one connection at a time, and of many transfers that end at once, it may keep too many.
        while tally.room < 0, let number = lanes.firstIndex(where: { $0.running == 0 && $0.hasConnections }) {
            guard let lane = newLane(number) else { return }
            lanes[number] = lane
        }
    }

    private func close(_ arrivals: [Arrival]) {
        for arrival in arrivals { Exchange(arrival).finish(.shutDown) }
        for handle in Array(handles.values) { take(handle)?.finish(.shutDown) }
        lanes = []
    }
}
