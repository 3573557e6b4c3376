public import SecrScrub
internal import SecrSystem
public import SystemPackage

/// Looks into files without writing anything.
public struct FileInspector: Sendable {
    public var scrubber: Scrubber

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

    public func inspect(_ input: Input, detail: Inspection.Detail) throws(FileFailure) -> Report {
        let opened = try OpenInput(input)
        let inspection = try FileFailure.translating { try scrubber.inspect(opened.source, detail: detail) }
        try requireUnchanged(opened)
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
        let prepared = try FileFailure.translating { try scrubber.prepare(opened.source) }
        try requireUnchanged(opened)
        return Verdict(
            findings: prepared.findings, limitations: prepared.limitations, attributes: opened.attributes)
    }

    private func requireUnchanged(_ opened: OpenInput) throws(FileFailure) {
        guard opened.isUnchanged else { throw FileFailure(.changed, "the file changed while it was read") }
    }
}
