internal import SecrWire
internal import Synchronization

/// How much a relay does, too coarse to tell anybody's doings: totals, published by the hour, rounded down to hundreds.
final class Metrics: Sendable {
    enum Counter: Int, CaseIterable {
        case create, put, get, acknowledge, drop, store, fetch, remove, refused, busy, malformed, failed

        var name: String { "\(self)" }
    }

    private static let grain = 100

    private let counts = Mutex([Int](repeating: 0, count: Counter.allCases.count))

    func count(_ counter: Counter) {
        counts.withLock { $0[counter.rawValue] += 1 }
    }

    /// In the text format that Prometheus' node exporter collects.
    ///
    /// - Parameter waiting: gets that wait now.
    func text(waiting: Int) -> String {
        let counts = counts.withLock { $0 }
        let lines = Counter.allCases.map { counter in
            "secr_relay_commands_total{kind=\"\(counter.name)\"} \(Self.rounded(counts[counter.rawValue]))"
        }
        return """
            # TYPE secr_relay_commands_total counter
            \(lines.joined(separator: "\n"))
            # TYPE secr_relay_waiting gauge
            secr_relay_waiting \(Self.rounded(waiting))

            """
    }

    private static func rounded(_ count: Int) -> Int { count / grain * grain }
}

extension Metrics.Counter {
    init(_ request: Request) {
        self =
            switch request {
            case .create: .create
            case .put: .put
            case .get: .get
            case .acknowledge: .acknowledge
            case .drop: .drop
            case .store: .store
            case .fetch: .fetch
            case .remove: .remove
            }
    }
}
