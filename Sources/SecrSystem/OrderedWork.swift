internal import Synchronization

/// Independent pieces of blocking work on a few threads, whose results are taken in the order of the pieces as soon as they
/// are there. How many wait at once is bounded, so that any number of pieces takes the same memory.
public enum OrderedWork {
    /// Returns when all results are taken, or none is wanted any more.
    ///
    /// - Parameters:
    ///   - width: threads; with 1, everything is done on the caller's.
    ///   - window: pieces that are begun while the result of the first of them is not taken yet.
    ///   - next: gives one piece after the other, and `nil` from the end on; called from any thread, one at a time.
    ///   - take: called on the caller's thread; returns whether more results are wanted.
    public static func run<Piece: Sendable, Result: Sendable>(
        width: Int, window: Int, next: @escaping @Sendable () -> Piece?,
        work: @escaping @Sendable (Piece) -> Result, take: (Result) -> Bool
    ) {
        let line = Line(window: max(1, window), next: next, work: work)
        start(width > 1 ? width : 0, line) {
            while let result = line.take(), take(result) {}
            line.stop()
        }
    }

    /// Starts threads one inside the other, so that each is waited for.
    private static func start<Piece: Sendable, Result: Sendable>(
        _ count: Int, _ line: Line<Piece, Result>, _ body: () -> Void
    ) {
        if count == 0 { return body() }
        line.join()
        // A thread that can't be had only costs speed.
        guard let thread = WorkerThread({ line.drain() }) else {
            line.leave()
            return body()
        }
        start(count - 1, line, body)
        thread.wait()
    }

    private final class Line<Piece: Sendable, Result: Sendable>: Sendable {
        private struct State {
            var threads = 0
            var taken = 0
            var results: [Int: Result] = [:]
            var isStopped = false
        }

        private let state = Monitor(State())
        /// The number of the next piece.
        private let pieces = Mutex(0)
        private let window: Int
        private let next: @Sendable () -> Piece?
        private let work: @Sendable (Piece) -> Result

        init(window: Int, next: @escaping @Sendable () -> Piece?, work: @escaping @Sendable (Piece) -> Result) {
            (self.window, self.next, self.work) = (window, next, work)
        }

        func join() { state.changeForAll { $0.threads += 1 } }
        func leave() { state.changeForAll { $0.threads -= 1 } }
        func stop() { state.changeForAll { $0.isStopped = true } }

        /// What a thread does.
        func drain() {
            while let (number, piece) = claim() {
                let result = work(piece)
                state.changeForAll { $0.results[number] = result }
            }
            leave()
        }

        /// A piece with its number, when there is room for its result.
        private func claim() -> (Int, Piece)? {
            pieces.withLock { number in
                let goesOn = state.wait { $0.isStopped ? false : number < $0.taken + window ? true : nil }
                guard goesOn, let piece = next() else { return nil }
                defer { number += 1 }
                return (number, piece)
            }
        }

        /// The next result, `nil` at the end.
        func take() -> Result? {
            let (result, hasThreads) = state.wait { state -> (Result?, Bool)? in
                if let result = state.results.removeValue(forKey: state.taken) { return (result, true) }
                return state.threads == 0 ? (nil, false) : nil
            }
            if result != nil { state.changeForAll { $0.taken += 1 } }
            // Without threads, the work is left to whoever asks; after them, nothing is left.
            return hasThreads ? result : next().map(work)
        }
    }
}
