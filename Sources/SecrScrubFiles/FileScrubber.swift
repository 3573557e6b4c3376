public import SecrScrub
internal import SecrSystem
internal import Synchronization
internal import SystemPackage

/// Scrubs files: opens, has them scrubbed, checks what was written, and only then lets it appear.
public struct FileScrubber: Sendable {
    public var scrubber: Scrubber
    public var destination: Destination
    /// What outputs are called; of those in folders, not of ``Destination/file(_:)``.
    public var naming = Naming.none
    /// Whether existing files may be replaced by outputs.
    public var overwrites = false
    public var isDryRun = false
    /// Whether outputs say that they were changed and read at the beginning of 1970.
    public var zeroesTimes = false
    /// Threads: one more than processors, since each waits for the file system now and then.
    public var jobs = WorkerPool.processors + 1

    /// Files whose replacement waits for one common sync of their file system; each holds two descriptors meanwhile.
    private static let groupSize = max(1, min(256, (OwnedDescriptor.limit - 64) / 3))

    public init(scrubber: Scrubber, destination: Destination) {
        self.scrubber = scrubber
        self.destination = destination
        // Read before threads make files.
        _ = FileCreation.mask
    }

    /// Works on all inputs and reports in their order. One bad file does not stop the others; an interruption does.
    ///
    /// - Parameters:
    ///   - progress: called with the number of inputs that are done, from any thread.
    ///   - report: called once per input, on the caller's thread.
    public func run(
        _ inputs: [Input], progress: @escaping @Sendable (Int) -> Void = { _ in }, report: (FileOutcome) -> Void
    ) {
        let done = Mutex(0)
        let clashing = clashes(inputs)
        for start in stride(from: 0, to: inputs.count, by: Self.groupSize) {
            let group = Array(inputs[start..<min(inputs.count, start + Self.groupSize)])
            let results = Mutex([Attempt?](repeating: nil, count: group.count))
            WorkerPool.forEach(group.count, width: jobs) { index in
                if Interruption.isRequested { return }
                let attempt = attempt(group[index], clashes: clashing.contains(start + index))
                results.withLock { $0[index] = attempt }
                progress(
                    done.withLock { count in
                        count += 1
                        return count
                    })
            }
            if Interruption.isRequested { return }
            for outcome in publish(results.withLock { $0.compactMap(\.self) }) { report(outcome) }
        }
    }

    /// Lets replacements appear, after one sync for all of them.
    private func publish(_ attempts: [Attempt]) -> [FileOutcome] {
        let results = PendingOutput.publish(attempts.map(\.pending))
        return zip(attempts, results).map { attempt, result in
            var outcome = attempt.outcome
            switch result {
            case .appeared(let path): outcome.result = .scrubbed(to: path)
            case .same(let path): outcome.result = .duplicate(of: path)
            case .failed(let failure): outcome.result = .failed(failure)
            case nil: break
            }
            return outcome
        }
    }

    /// Inputs whose output another one before them has already taken.
    private func clashes(_ inputs: [Input]) -> Set<Int> {
        if inputs.count < 2 || (naming != .none && destination != .inPlace) { return [] }
        var names: Set<FilePath> = []
        var files: Set<FileStatus.Identity> = []
        return Set(
            inputs.indices.filter { index in
                guard let target = destination.target(for: inputs[index]) else { return false }
                guard destination == .inPlace else { return !names.insert(target.lexicallyNormalized()).inserted }
                guard let status = try? FileStatus.of(target, followSymlinks: false) else { return false }
                return !files.insert(status.identity).inserted
            })
    }
}
