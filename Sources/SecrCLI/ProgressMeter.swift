internal import SecrSystem
internal import Synchronization

/// How far a long piece of work is: bytes done, rate, time left; on a terminal only.
public final class ProgressMeter: Sendable {
    private struct State {
        var done = 0
        var total: Int?
        var shown: Duration = .zero
    }

    private let console: Console
    private let what: String
    private let start = Stopwatch()
    private let state: Mutex<State>

    /// - Parameters:
    ///   - what: a verb: `sealing`.
    ///   - total: bytes, where that is known.
    public init(_ console: Console, _ what: String, total: Int?) {
        self.console = console
        self.what = what
        state = Mutex(State(total: total))
    }

    /// Shown from the first second on, ten times a second.
    public func add(_ bytes: Int) {
        let text = state.withLock { state -> String? in
            state.done += bytes
            let elapsed = start.elapsed
            guard elapsed > .seconds(1), elapsed - state.shown > .milliseconds(100) else { return nil }
            state.shown = elapsed
            return Self.text(what, done: state.done, of: state.total, after: elapsed)
        }
        if let text { console.status(text) }
    }

    static func text(_ what: String, done: Int, of total: Int?, after elapsed: Duration) -> String {
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        let rate = Double(done) / max(seconds, 0.001)
        var text = "\(what) \(ByteCount.text(done))"
        if let total { text += " of \(ByteCount.text(total))" }
        text += ", \(ByteCount.text(Int(rate)))/s"
        if let total, done < total, rate > 0 {
            text += ", \(remaining(Int(Double(total - done) / rate))) left"
        }
        return text
    }

    private static func remaining(_ seconds: Int) -> String {
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3_600 { return "\(seconds / 60) min \(seconds % 60) s" }
        return "\(seconds / 3_600) h \(seconds % 3_600 / 60) min"
    }
}
