internal import Dispatch
internal import SecrVault

/// Where the vault is read and changed, one thing after the other, while tasks wait without holding up a thread.
final class Desk: Sendable {
    private let queue = DispatchQueue(label: "secr.messenger")

    func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try body() }) }
        }
    }
}
