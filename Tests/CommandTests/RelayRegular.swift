import Foundation
import SecrTestSupport
import SecrWire
import Synchronization

/// Somebody who puts, gets and acknowledges all the time, on a thread of its own, and notes how long each round takes.
final class RelayRegular: Sendable {
    private struct State {
        var times: [Double] = []
        var problems: [String] = []
        var isEnding = false
        var hasEnded = false
    }

    private let state = Mutex(State())

    /// - Parameter pause: seconds between rounds.
    init(_ relay: RelayProcess, pause: Double = 0.01) throws {
        let connection = try relay.connect()
        Thread.detachNewThread { [self] in
            run(connection, pause)
            state.withLock { $0.hasEnded = true }
        }
    }

    private func run(_ connection: RawConnection, _ pause: Double) {
        let keys = SampleKeys()
        func ask(_ bytes: [UInt8], _ status: Answer.Status = .done) -> [UInt8]? {
            var sent = 0
            while sent < bytes.count {
                let count = connection.sendNow(bytes, from: sent)
                guard count >= 0 || errno == EAGAIN else { break }
                if count < 0 { usleep(1_000) } else { sent += count }
            }
            guard let response = connection.responseNow(within: 30), response.status == 200,
                response.body.count >= Answer.size,
                response.body[1] == status.rawValue
            else {
                state.withLock { $0.problems.append("no answer as it should be") }
                return nil
            }
            return response.body
        }
        guard ask(keys.post(.create(.none))) != nil else { return }
        var number: UInt64 = 0
        while !state.withLock(\.isEnding) {
            let cell = Bytes.cell()
            let start = ContinuousClock.now
            number += 1
            guard ask(keys.post(.put, payload: cell)) != nil, let got = ask(keys.post(.get(after: 0, wait: 5))),
                ask(keys.post(.acknowledge(upTo: number))) != nil
            else { return }
            let time = (ContinuousClock.now - start) / .seconds(1)
            state.withLock { state in
                state.times.append(time)
                if Array(got[Answer.size...]) != cell { state.problems.append("another cell came back") }
            }
            usleep(UInt32(pause * 1_000_000))
        }
    }

    /// What became of it: seconds that a round took, in order, and what went wrong.
    func end() async throws -> (times: [Double], problems: [String]) {
        state.withLock { $0.isEnding = true }
        while !state.withLock(\.hasEnded) { try await Task.sleep(for: .milliseconds(5)) }
        return state.withLock { ($0.times.sorted(), $0.problems) }
    }
}
