internal import SecrReceipt
internal import SecrScrub
internal import SecrSystem

/// What becomes of a file, in this process or in another one; nothing is written yet.
struct DecidedScrub {
    var format: FileFormat
    var findings: [Finding]
    var limitations: [Limitation]
    /// Bytes of the output.
    var size: Int
    /// What the output will be, without writing it.
    var identify: () throws -> OutputIdentity
    /// Whether a file has the bytes that the output will have.
    var matches: (FileSource) throws -> Bool
    /// What of the input the output has.
    var copies: () throws -> [Receipt.Copy]
    /// Writes the output to an empty file, and proves it. Nothing can be asked afterwards.
    var write: (OwnedDescriptor) throws -> Void
}

extension Scrubber {
    /// Decides, in a worker where a library is needed for it that is not of Swift.
    func decide(_ opened: OpenInput, _ workers: ScrubWorkers?) throws -> DecidedScrub {
        if let workers, try needsLibraries(opened.source) {
            return try workers.prepare(opened, password: password)
        }
        let prepared = try prepare(opened.source)
        let output = PlannedSource(prepared.plan, of: opened.source)
        return DecidedScrub(
            format: prepared.format, findings: prepared.findings, limitations: prepared.limitations,
            size: prepared.plan.size, identify: { try OutputIdentity(of: output) },
            matches: { try output.isSame(as: $0) }, copies: { try prepared.plan.copies() }
        ) { try prepared.write(to: $0, from: opened) }
    }

    /// Tells what a file gives away, in a worker where there are any: values are read by libexif.
    func inspect(_ opened: OpenInput, _ workers: ScrubWorkers?) throws -> Inspection {
        try workers?.inspect(opened, password: password) ?? inspect(opened.source)
    }
}

extension PreparedScrub {
    /// Writes the output and proves it. A large one is read back while it is written; for small ones that was measured, and is
    /// slower.
    func write(to file: OwnedDescriptor, from opened: OpenInput) throws {
        let writer = PlanWriter(plan: plan, source: opened.source)
        let output = FileSource(file, size: plan.size)
        let readBack = ReadBack(plan, source: opened.source, output: output)
        if output.size >= ReadBack.threshold, let thread = WorkerThread({ readBack.run() }) {
            let result = Result { try writer.write(to: file, progress: readBack.reached) }
            readBack.end()
            thread.wait()
            try result.get()
            try verify(readBack.result)
        } else {
            try writer.write(to: file)
            try verify(output)
        }
        try opened.requireUnchanged()
    }
}
