internal import SecrRelayClient
internal import SecrVault
internal import Synchronization

/// Sending and receiving for as long as somebody is there.
extension Messenger {
    /// Seconds between two looks at what is due.
    private static let pulse = 2.0
    /// Seconds between two tries where a relay does not do its part, at most.
    private static let longestPause = 60.0

    /// Sends and receives until the task is cancelled, or there is nobody left to listen to.
    ///
    /// - Parameters:
    ///   - ids: of whom; contacts that come later are not among them.
    ///   - wait: for how many seconds, 0 to 600, relays are asked to wait.
    public func follow(_ ids: [ContactID], wait: Int = 60, report: @escaping Reporter) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in ids {
                group.addTask { try await self.listen(to: id, wait: wait, report) }
            }
            group.addTask {
                try await withThrowingTaskGroup(of: Void.self) { helpers in
                    for id in ids {
                        helpers.addTask { try await self.speak(to: id, report) }
                        // What is said does not wait for files.
                        helpers.addTask { try await self.carryFiles(id, report) }
                    }
                    helpers.addTask { try await self.clearUp() }
                    try await helpers.waitForAll()
                }
            }
            // The others go on for as long as somebody is listened to.
            for _ in ids { try await group.next() }
            group.cancelAll()
            do { try await group.waitForAll() } catch is CancellationError {}
        }
    }

    private func listen(to id: ContactID, wait: Int, _ report: @escaping Reporter) async throws {
        var failures = 0
        while !Task.isCancelled {
            let start = ContinuousClock.now
            // Of a relay that fails again and again, once is enough.
            let isFine = try await receive(id, wait: wait) { [failures] happenings in
                let news = happenings.filter { if case .relay = $0 { failures == 0 } else { true } }
                if !news.isEmpty { report(news) }
            }
            guard try await goesOn(with: id) else { return }
            if !isFine {
                failures += 1
                try await pause(after: failures)
            } else {
                failures = 0
                // A relay that has no time to wait should not be asked at once again.
                if ContinuousClock.now - start < .seconds(min(1, Double(wait) / 2)) {
                    try await Task.sleep(for: .seconds(Double.random(in: 0.2...1)))
                }
            }
        }
    }

    /// Whether something can still come from a contact.
    private func goesOn(with id: ContactID) async throws -> Bool {
        try await desk.run { [self] in
            try vault.readState { state in
                guard let contact = try state.contact(id) else { return false }
                if let pending = try state.invitation(id) { return pending.binding == vault.deviceBinding }
                return contact.conversation != nil
            }
        }
    }

    private func speak(to id: ContactID, _ report: @escaping Reporter) async throws {
        try await keepOn(id, report) { [self] in
            try await tend(id)
            try await deliver(to: id)
            if try await renewBox(of: id) { try await deliver(to: id) }
            return true
        }
    }

    private func carryFiles(_ id: ContactID, _ report: @escaping Reporter) async throws {
        let failures = FileFailures()
        let reportOnce: Reporter = { happenings in
            let news = failures.news(happenings)
            if !news.isEmpty { report(news) }
        }
        async let downloads: Void = keepOn(id, report) { [self] in try await download(from: id, reportOnce) }
        try await keepOn(id, report) { [self] in
            if try await upload(to: id, reportOnce) { try await deliver(to: id) }
            return true
        }
        try await downloads
    }

    /// Does something again and again, less often where relays don't do their part.
    ///
    /// - Parameter work: returns whether they did.
    private func keepOn(
        _ id: ContactID, _ report: @escaping Reporter, _ work: @Sendable () async throws -> Bool
    ) async throws {
        var failures = 0
        while !Task.isCancelled {
            do {
                if try await work() {
                    failures = 0
                    try await Task.sleep(for: .seconds(Self.pulse))
                    continue
                }
                failures += 1
            } catch let error as MessengerError {
                switch error {
                case .relay(_, .cancelled): return
                case .relay, .usedInvitation: break
                default: throw error
                }
                failures += 1
                if failures == 1, let contact = try? contacts().first(where: { $0.id == id }) {
                    report([.relay(contact, error)])
                }
            }
            try await pause(after: failures)
        }
    }

    /// Looks after which drafts are swept away: about an hour.
    private static let sweepPulses = 1_800

    private func clearUp() async throws {
        var count = 0
        while !Task.isCancelled {
            let sweeps = count.isMultiple(of: Self.sweepPulses)
            try await desk.run { [self] in
                _ = try deleteExpired()
                if sweeps { try sweepDrafts() }
            }
            count += 1
            await dropBoxes()
            try await Task.sleep(for: .seconds(Self.pulse))
        }
    }

    private func pause(after failures: Int) async throws {
        let most = min(Self.longestPause, Double(1 << min(failures, 6)))
        try await Task.sleep(for: .seconds(Double.random(in: 0.5...most)))
    }
}

/// Files that can't be had now: of each, once is enough.
private final class FileFailures: Sendable {
    private let known = Mutex<Set<UInt64>>([])

    func news(_ happenings: [Happening]) -> [Happening] {
        happenings.filter {
            guard case .fileFailed(_, let message, _) = $0 else { return true }
            return known.withLock { $0.insert(message.number).inserted }
        }
    }
}
