public import SecrScrub
internal import SecrSystem
public import SystemPackage

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
        /// Names of files beside it that may hold the same metadata.
        public var sidecars: [FilePath]
        public var size: Int
        public var attributes: [ForeignAttribute]

        public var isClean: Bool { inspection.findings.isClean && attributes.isEmpty }
    }

    public func inspect(_ input: Input) throws(FileFailure) -> Report {
        let opened = try OpenInput(input)
        let inspection = try FileFailure.translating { try scrubber.inspect(opened, workers) }
        try opened.requireUnchanged()
        let sidecars = input.path.map(Sidecar.beside) ?? []
        let warnings = input.path.map {
            FileWarnings.about(
                $0, format: inspection.format, status: opened.status, sidecars: sidecars, destination: .beside)
        }
        return Report(
            inspection: inspection, warnings: warnings ?? [], sidecars: sidecars, size: opened.source.size,
            attributes: opened.attributes)
    }

    /// What scrubbing would do; throws where it would refuse.
    public struct Verdict: Sendable {
        public var findings: [Finding]
        public var limitations: [Limitation]
        /// What others noted about the file, which is gone when it is scrubbed.
        public var attributes: [ForeignAttribute]

        public var isClean: Bool { findings.isClean && attributes.isEmpty }
    }

    public func check(_ input: Input) throws(FileFailure) -> Verdict {
        let opened = try OpenInput(input)
        let decided = try FileFailure.translating { try scrubber.decide(opened, workers) }
        try opened.requireUnchanged()
        return Verdict(
            findings: decided.findings, limitations: decided.limitations, attributes: opened.attributes)
    }
}
