public import SecrScrub
internal import SecrSystem

/// Looks into files without writing anything.
public struct FileInspector: Sendable {
    public var scrubber: Scrubber
    /// For files that are not to be read in this process; `nil` where all are.
    public var workers: ScrubWorkers?

    public init(scrubber: Scrubber) {
        self.scrubber = scrubber
    }

    public struct Report: Sendable {
        public var inspection: Inspection
        public var warnings: [String]
        public var size: Int
    }

    public func inspect(_ input: Input, detail: Inspection.Detail) throws(FileFailure) -> Report {
        let opened = try OpenInput(input)
        let inspection = try inspect(opened, detail)
        try opened.requireUnchanged()
        let warnings = input.path.map {
            FileWarnings.about($0, format: inspection.format, status: opened.status, destination: .beside)
        }
        return Report(inspection: inspection, warnings: warnings ?? [], size: opened.source.size)
    }

    /// What scrubbing would do; throws where it would refuse.
    public struct Verdict: Sendable {
        public var findings: [Finding]
        public var limitations: [Limitation]
    }

    public func check(_ input: Input) throws(FileFailure) -> Verdict {
        let opened = try OpenInput(input)
        let decided = try FileFailure.translating { try scrubber.decide(opened, workers) }
        try opened.requireUnchanged()
        return Verdict(findings: decided.findings, limitations: decided.limitations)
    }

    /// Values are read by libexif.
    private func inspect(_ opened: OpenInput, _ detail: Inspection.Detail) throws(FileFailure) -> Inspection {
        if let workers, detail == .values { return try workers.inspect(opened, password: scrubber.password) }
        return try FileFailure.translating { try scrubber.inspect(opened.source, detail: detail) }
    }
}
