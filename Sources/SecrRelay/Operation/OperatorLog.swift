internal import Synchronization

/// What the operator has to know: never who asked for what, and each thing once a minute at most.
public final class OperatorLog: Sendable {
    private let write: @Sendable (String) -> Void
    private let last = Mutex<[String: ContinuousClock.Instant]>([:])

    /// - Parameter write: gets one line.
    public init(_ write: @escaping @Sendable (String) -> Void) { self.write = write }

    func note(_ line: String) {
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
