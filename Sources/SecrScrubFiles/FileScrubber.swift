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
    /// Whether inputs are passed over whose output is there already.
    public var resumes = false
    public var isDryRun = false
    /// For files that are not to be read in this process; `nil` where all are.
    public var workers: ScrubWorkers?
    /// What is to be told of what was done to a single file; `nil` for nothing.
    public var receipt: ReceiptOrder?
    /// Whether outputs say that they were changed and read at the beginning of 1970.
    public var zeroesTimes = false
    /// Threads: one more than processors, since each waits for the file system now and then.
    public var jobs = WorkerPool.processors + 1

    /// Files whose replacement waits for one common sync of their file system, and again as many of which one is waited for;
    /// each holds two descriptors meanwhile.
    private static let groupSize = max(1, min(512, (OwnedDescriptor.raiseLimit() - 64) / 6))
    /// Outcomes that are held back at most, since one before them waits for a sync.
    private static let heldOutcomes = 1_024

    public init(scrubber: Scrubber, destination: Destination) {
        self.scrubber = scrubber
        self.destination = destination
        // Read before threads make files.
        _ = FileCreation.mask
    }

    /// Works on all inputs and reports in their order, each as soon as it and those before it are known. One bad file does
    /// not stop the others; an interruption does.
    ///
    /// - Parameter report: called once per input, on the caller's thread; without an input where one can't be worked on.
    public func run(_ inputs: Inputs, report: (Input?, FileOutcome) -> Void) {
        let queue = Mutex(InputQueue(inputs, self))
        var group: [Attempt] = []
        func publish() {
            let results = PendingOutput.publish(group.map(\.pending))
            for (attempt, result) in zip(group, results) { report(attempt.input, attempt.outcome(after: result)) }
            group = []
        }
        OrderedWork.run(width: inputs.count == 1 ? 1 : jobs, window: Self.groupSize) {
            Interruption.isRequested ? nil : queue.withLock { $0.next() }
        } work: { (piece: InputQueue.Piece) in
            attempt(piece)
        } take: { attempt in
            if Interruption.isRequested { return false }
            group.append(attempt)
            let waiting = group.count { $0.pending?.original != nil }
            if waiting == 0 || waiting == Self.groupSize || group.count == Self.heldOutcomes { publish() }
            return true
        }
        if !Interruption.isRequested { publish() }
    }
}

/// Inputs, and whether each has an output of its own.
private struct InputQueue: Sendable {
    struct Piece: Sendable {
        var element: Inputs.Element
        /// Whether an input before it has the same output.
        var clashes: Bool
    }

    private var inputs: Inputs
    private let destination: Destination
    /// Taken by inputs so far; `nil` where none can come twice.
    private var targets: Set<FilePath>?

    init(_ inputs: Inputs, _ files: FileScrubber) {
        self.inputs = inputs
        destination = files.destination
        let hasNames = files.naming == .none || destination == .inPlace
        targets = inputs.canRepeat && hasNames ? [] : nil
    }

    mutating func next() -> Piece? {
        guard let element = inputs.next() else { return nil }
        let target = targets == nil ? nil : (try? element.input.get()).flatMap(destination.target)
        let isFirst = target.map { targets?.insert($0.lexicallyNormalized()).inserted != false }
        return Piece(element: element, clashes: isFirst == false)
    }
}

/// What became of an input, and the output that remains to appear.
private struct Attempt: Sendable {
    var input: Input?
    var outcome: FileOutcome
    var pending: PendingOutput?

    /// - Parameter result: of letting the output appear, where there was one.
    func outcome(after result: PendingOutput.Result?) -> FileOutcome {
        var outcome = outcome
        switch result {
        case .appeared(let path): outcome.result = .scrubbed(to: path)
        case .same(let path): outcome.result = .duplicate(of: path)
        case .failed(let failure): outcome.result = .failed(failure)
        case nil: break
        }
        return outcome
    }
}

extension FileScrubber {
    private func attempt(_ piece: InputQueue.Piece) -> Attempt {
        var attempt = Attempt(outcome: FileOutcome(path: piece.element.path, result: .scrubbed(to: nil)))
        do throws(FileFailure) {
            let input = try piece.element.input.get()
            attempt.input = input
            if piece.clashes {
                throw FileFailure(.exists, "another input has the same output")
            }
            attempt.pending = try scrub(input, &attempt.outcome)
        } catch {
            attempt.outcome.result = error.isSkip(of: attempt.input) ? .skipped(error.reason) : .failed(error)
        }
        return attempt
    }
}
