public import SecrWire
internal import Synchronization

/// Boxes that are gone with the process.
public final class MemoryBoxStore: BoxStore {
    private struct Box {
        let days: Int
        let cells: Int
        var used: Day
        var next: UInt64 = 1
        /// In the order of their numbers.
        var stored: [(number: UInt64, expires: Day, sealed: [UInt8])] = []

        mutating func touch(_ today: Day) { used = max(used, today) }
    }

    private struct State {
        var boxes: [StoredName: Box] = [:]
        /// Commands that were carried out, and on which day.
        var marks: [StoredName: Day] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    public func commit(_ changes: [BoxChange], today: Day) async throws(StoreError) -> [BoxOutcome] {
        state.withLock { state in changes.map { Self.apply($0, to: &state, today) } }
    }

    private static func apply(_ change: BoxChange, to state: inout State, _ today: Day) -> BoxOutcome {
        switch change {
        case .create(let name, let days, let cells, let mark):
            guard state.marks.updateValue(today, forKey: mark) == nil, state.boxes[name] == nil else { return .done }
            state.boxes[name] = Box(days: days, cells: cells, used: today)
        case .put(let name, let sealed, let expires, let mark):
            guard let box = state.boxes[name] else { return .unknown }
            guard state.marks[mark] == nil else { return .done }
            guard box.stored.count < box.cells else { return .full }
            state.marks[mark] = today
            state.boxes[name]?.stored.append((box.next, expires, sealed))
            state.boxes[name]?.next += 1
        case .acknowledge(let name, let upTo):
            state.boxes[name]?.stored.removeAll { $0.number <= upTo }
            state.boxes[name]?.touch(today)
        case .drop(let name):
            state.boxes[name] = nil
        case .touch(let name):
            state.boxes[name]?.touch(today)
        }
        return .done
    }

    public func next(in box: StoredName, after number: UInt64) async throws(StoreError) -> StoredCell? {
        state.withLock { state in
            guard let stored = state.boxes[box]?.stored, let place = stored.firstIndex(where: { $0.number > number })
            else { return nil }
            let cell = stored[place]
            return StoredCell(
                number: cell.number, expires: cell.expires, sealed: cell.sealed, hasMore: place + 1 < stored.count)
        }
    }

    public func expire(today: Day, unusedDays: Int) async throws(StoreError) {
        state.withLock { state in
            state.marks = state.marks.filter { $0.value.adding(BoxLifetime.markDays) >= today }
            state.boxes = state.boxes.filter { $0.value.used.adding(unusedDays) >= today }
            for name in state.boxes.keys { state.boxes[name]?.stored.removeAll { $0.expires < today } }
        }
    }

    public func record(of box: StoredName) async throws(StoreError) -> BoxRecord? {
        state.withLock { state in
            state.boxes[box].map { box in
                BoxRecord(
                    days: box.days, cells: box.cells, next: box.next, used: box.used,
                    stored: Dictionary(uniqueKeysWithValues: box.stored.map { ($0.number, $0.expires) }))
            }
        }
    }

    public func listen(_ told: @escaping @Sendable (StoredName?) -> Void) async {}

    public func close() async {}
}
