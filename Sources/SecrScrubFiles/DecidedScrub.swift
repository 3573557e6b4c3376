internal import SecrScrub
internal import SecrSystem

/// What becomes of a file, in this process or in another one; nothing is written yet.
struct DecidedScrub {
    var format: FileFormat
    var findings: [Finding]
    var limitations: [Limitation]
    /// Bytes of the output.
    var size: Int
    /// Writes the output to an empty file, and proves it.
    var write: (OwnedDescriptor) throws -> Void
}

extension Scrubber {
    /// Decides, in a worker where a library is needed for it that is not of Swift.
    func decide(_ opened: OpenInput, _ workers: ScrubWorkers?) throws -> DecidedScrub {
        if let workers, try needsLibraries(opened.source) {
            return try workers.prepare(opened, password: password)
        }
        let prepared = try prepare(opened.source)
        return DecidedScrub(
            format: prepared.format, findings: prepared.findings, limitations: prepared.limitations,
            size: prepared.plan.size
        ) { output in try prepared.write(to: output, from: opened) }
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
