internal import SecrBytes
public import SecrScrub
internal import SecrSystem
internal import Synchronization
internal import SystemPackage

/// Scrubs files: opens, has them scrubbed, checks what was written, and only then lets it appear.
public struct FileScrubber: Sendable {
    public var scrubber: Scrubber
    public var destination: Destination
    /// Whether existing files may be replaced by outputs.
    public var overwrites = false
    public var isDryRun = false
    /// For files that are not to be read in this process; `nil` where all are.
    public var workers: ScrubWorkers?
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

    /// What became of an input, and what remains to be done to let its output appear.
    private struct Attempt: Sendable {
        var outcome: FileOutcome
        var replacement: Replacement?
    }

    /// Inputs whose output another one before them has already taken.
    private func clashes(_ inputs: [Input]) -> Set<Int> {
        if inputs.count < 2 { return [] }
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

    private func attempt(_ input: Input, clashes: Bool) -> Attempt {
        var outcome = FileOutcome(path: input.path, result: .scrubbed(to: nil))
        var replacement: Replacement?
        do throws(FileFailure) {
            if clashes {
                throw FileFailure(.exists, "another input has the same output")
            }
            replacement = try scrub(input, &outcome)
        } catch {
            outcome.result = error.isSkip(of: input) ? .skipped(error.reason) : .failed(error)
        }
        return Attempt(outcome: outcome, replacement: replacement)
    }

    private func scrub(_ input: Input, _ outcome: inout FileOutcome) throws(FileFailure) -> Replacement? {
        let opened = try OpenInput(input)
        let target = destination.target(for: input)
        let existing = try checkTarget(target, input: input, opened: opened)
        let decided = try FileFailure.translating { try scrubber.decide(opened, workers) }
        outcome.findings = decided.findings
        outcome.limitations = decided.limitations
        outcome.sizes = (opened.source.size, decided.size)
        if let path = input.path {
            outcome.warnings = FileWarnings.about(
                path, format: decided.format, status: opened.status, destination: destination)
        }
        if destination == .inPlace && decided.findings.isClean {
            outcome.result = .alreadyClean
            return nil
        }
        if destination == .beside, let path = input.path, OutputName.isOutput(path) {
            guard decided.findings.isClean else {
                throw FileFailure(
                    .refused, "named like a scrubbed copy, but not clean",
                    hint: "-o, --output-dir or --in-place scrubs it")
            }
            outcome.result = .ownOutput
            return nil
        }
        outcome.result = isDryRun ? .wouldScrub(to: target) : .scrubbed(to: target)
        if isDryRun { return nil }
        guard let target else {
            try FileFailure.translating { try writeToStandardOutput(decided) }
            return nil
        }
        return try FileFailure.translating(about: input.path) {
            try write(decided, opened, to: target, replacing: existing)
        }
    }

    /// What stands where the output goes; an error where it may not be replaced.
    private func checkTarget(
        _ target: FilePath?, input: Input, opened: OpenInput
    ) throws(FileFailure) -> FileStatus? {
        guard let target else { return nil }
        let existing = try FileFailure.translating { try FileStatus.of(target, followSymlinks: false) }
        guard let existing else { return nil }
        if existing.kind == .symbolicLink {
            throw FileFailure(
                .refused, "\(destination == .inPlace ? "it" : "the output") is a symbolic link",
                hint: "name the file itself")
        }
        if destination == .inPlace {
            guard existing.identity == opened.status.identity else {
                throw FileFailure(.changed, "another file took its name while it was read")
            }
            return existing
        }
        if existing.identity == opened.status.identity {
            throw FileFailure(.refused, "input and output are the same file", hint: "--in-place replaces it")
        }
        // A copy of an earlier run is looked at, not written to.
        if destination == .beside, let path = input.path, OutputName.isOutput(path) { return existing }
        guard existing.kind == .regular else { throw FileFailure(.refused, "the output is not a regular file") }
        guard overwrites else {
            throw FileFailure(.exists, "the output exists already", hint: "--force overwrites it")
        }
        return existing
    }

    private func write(
        _ decided: DecidedScrub, _ opened: OpenInput, to target: FilePath, replacing existing: FileStatus?
    ) throws -> Replacement? {
        if case .folder = destination { try OutputFolder.make(for: target) }
        let staged = try StagedFile(for: target)
        try decided.write(staged.descriptor)
        if let existing { return Replacement(staged: staged, status: existing) }
        try staged.publishNew(mode: opened.mode & ~FileCreation.mask)
        return nil
    }

    private func writeToStandardOutput(_ decided: DecidedScrub) throws {
        guard decided.size <= AnonymousFile.limit else {
            throw FileFailure(.limit, "too large for standard output", hint: "-o writes it to a file")
        }
        let staged = try AnonymousFile.make()
        try decided.write(staged)
        try PlanWriter.stream(FileSource(staged, size: decided.size), to: OwnedDescriptor.duplicate(1))
    }

    /// Lets replacements appear, after one sync for all of them.
    private func publish(_ attempts: [Attempt]) -> [FileOutcome] {
        let failures = Replacement.publish(attempts.map(\.replacement))
        return zip(attempts, failures).map { attempt, failure in
            var outcome = attempt.outcome
            if let failure { outcome.result = .failed(failure) }
            return outcome
        }
    }
}
