import Dispatch
import Synchronization

/// A bridge from a command, which runs on the main thread, to work that is asynchronous.
package enum Waiting {
    /// Returns when the work is done. The main thread does nothing meanwhile.
    package static func run<Result: Sendable>(
        _ work: @escaping @Sendable () async throws -> Result
    ) -> Swift.Result<Result, any Error> {
        let done = DispatchSemaphore(value: 0)
        let outcome = Outcome<Result>()
        Task {
            do {
                outcome.set(.success(try await work()))
            } catch {
                outcome.set(.failure(error))
            }
            done.signal()
        }
        done.wait()
        return outcome.value
    }

    private final class Outcome<Result: Sendable>: Sendable {
        private let result = Mutex<Swift.Result<Result, any Error>?>(nil)

        func set(_ value: Swift.Result<Result, any Error>) { result.withLock { $0 = value } }

        var value: Swift.Result<Result, any Error> {
            guard let value = result.withLock({ $0 }) else { preconditionFailure("asked before it was done") }
            return value
        }
    }
}
