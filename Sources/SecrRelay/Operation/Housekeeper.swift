public import SecrSystem
internal import SecrWire
public import ServiceLifecycle

/// Does what has to be done from time to time while a relay runs.
public struct Housekeeper: Service {
    let relay: Relay
    let keys: KeyFile
    let log: OperatorLog
    /// Gets the counters at the full hour.
    let publish: @Sendable (String) -> Void
    /// Seconds since 1970.
    let now: @Sendable () -> Int64

    /// Seconds between two notes of which boxes are in use.
    private static let noteEvery = 300
    /// Between two tries to forget what is over, or to hear other relays, where one failed.
    private static let retryEvery = 60
    /// How many days the clock may jump while the relay runs. Keys that are destroyed don't come back.
    private static let longestJump = 2

    public init(
        _ relay: Relay, keys: KeyFile, log: OperatorLog,
        now: @escaping @Sendable () -> Int64 = { WallClock.now / 1_000_000_000 },
        publish: @escaping @Sendable (String) -> Void
    ) {
        self.relay = relay
        self.keys = keys
        self.log = log
        self.now = now
        self.publish = publish
    }

    /// Until the relay is asked to end.
    public func run() async throws {
        await withGracefulShutdownHandler {
            await withTaskGroup { group in
                // Waits end in time, whatever else there is to do.
                group.addTask { await eachSecond { _ in relay.tick() } }
                group.addTask { await keepHouse() }
            }
            await relay.noteReaders()
        } onGracefulShutdown: {
            relay.stopWaiting()
        }
    }

    private func keepHouse() async {
        var kept = relay.terms.day
        publish(relay.metricsText)
        await eachSecond { passed in
            if passed % Self.noteEvery == 0 { await relay.noteReaders() }
            if passed % 3_600 == 0 { publish(relay.metricsText) }
            await turnPage(&kept)
            if passed % Self.retryEvery == 0 {
                await relay.listen()
                await relay.expire()
            }
        }
    }

    /// - Parameter work: gets how many seconds have passed.
    private func eachSecond(_ work: (Int) async -> Void) async {
        let start = ContinuousClock.now
        var passed = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            passed += 1
            let next = start.advanced(by: .seconds(passed))
            try? await cancelWhenGracefulShutdown { try await Task.sleep(until: next, clock: .continuous) }
            await work(passed)
        }
    }

    /// Begins a new day where there is one.
    ///
    /// - Parameter kept: the day of the key file; where it can't be brought to today, the next second tries again.
    private func turnPage(_ kept: inout Day) async {
        let today = Day(seconds: now())
        let jump = relay.terms.day.distance(to: today)
        guard jump <= Self.longestJump else {
            return log.warn("the clock has jumped by \(jump) days; if it is right, start the relay anew")
        }
        if kept < today {
            do {
                kept = try keys.advance(to: today).day
            } catch {
                log.warn("the keys of yesterday could not be destroyed in \(keys.path): \(error)")
            }
        }
        await relay.advance(to: today)
    }
}
