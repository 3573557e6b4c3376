/// What a file gives away.
public struct Inspection: Sendable, Equatable {
    public enum Detail: Sendable {
        /// One finding per part of the file: enough to decide.
        case parts
        /// Also the values inside, for a person to read.
        case values
    }

    public var format: FileFormat
    /// The picture itself, in a few words.
    public var summary: String
    public var findings: [Finding]
    /// What stays in the file however it is scrubbed.
    public var limitations: [Limitation]

    package init(format: FileFormat, summary: String, findings: [Finding], limitations: [Limitation]) {
        (self.format, self.summary, self.findings, self.limitations) = (format, summary, findings, limitations)
    }
}
