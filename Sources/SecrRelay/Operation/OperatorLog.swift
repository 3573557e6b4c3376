internal import Synchronization

/// What the operator has to know: never who asked for what, and each thing once a minute at most.
public final class OperatorLog: Sendable {
    private let write: @Sendable (String) -> Void
    private let writeAlways: @Sendable (String) -> Void
    private let last = Mutex<[String: ContinuousClock.Instant]>([:])

    /// - Parameters:
    ///   - write: gets one line.
    ///   - always: gets one that has to be known also where the operator wants quiet; without it, `write` does.
    public init(_ write: @escaping @Sendable (String) -> Void, always: (@Sendable (String) -> Void)? = nil) {
        self.write = write
        writeAlways = always ?? write
    }

    func note(_ line: String) { tell(line, write) }

    /// Where a promise of the relay is at stake, and nobody but the operator can do something about it.
    func warn(_ line: String) { tell(line, writeAlways) }

    private func tell(_ line: String, _ write: (String) -> Void) {
        let now = ContinuousClock.now
        let isNews = last.withLock { last in
            if let before = last[line], now - before < .seconds(60) { return false }
            if last.count >= 100 { last = [:] }
            last[line] = now
            return true
        }
        if isNews { write(line) }
    }
}
