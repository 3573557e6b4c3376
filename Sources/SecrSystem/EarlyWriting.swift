internal import Synchronization

/// Begins to bring a file that is being written from start to end to the disk while the rest is still being made.
public final class EarlyWriting: Sendable {
    private struct State {
        var written = 0
        var started = 0
    }

    private static let step = 16 << 20

    private let file: OwnedDescriptor
    private let state = Mutex(State())

    public init(_ file: OwnedDescriptor) { self.file = file }

    /// To be told of all bytes that were written, in their order.
    public func add(_ count: Int) {
        state.withLock { state in
            state.written += count
            if state.written - state.started >= Self.step { start(&state) }
        }
    }

    /// To be told when no more comes, where it is not synced at once.
    public func finish() { state.withLock { start(&$0) } }

    private func start(_ state: inout State) {
        file.startWriting(state.started..<state.written)
        state.started = state.written
    }
}
