public import SecrScrub
public import SystemPackage

/// What became of one input.
public struct FileOutcome: Sendable {
    public enum Result: Sendable {
        /// Written to a file, or to standard output where `to` is `nil`.
        case scrubbed(to: FilePath?)
        /// As ``scrubbed(to:)``, had this not been a dry run.
        case wouldScrub(to: FilePath?)
        /// In place, and there was nothing to do.
        case alreadyClean
        /// An output of an earlier run, still clean.
        case ownOutput
        /// Nothing was written, since this output has the same bytes and got its name from them.
        case duplicate(of: FilePath)
        /// This output is there already, and is what would have been written.
        case alreadyDone(FilePath)
        /// Found in a folder and not worked on.
        case skipped(String)
        case failed(FileFailure)
    }

    /// `nil` is standard input.
    public var path: FilePath?
    public var result: Result
    public var warnings: [String] = []
    /// Names of files beside the input that may hold the same metadata. Nothing is done with them.
    public var sidecars: [FilePath] = []
    public var findings: [Finding] = []
    public var limitations: [Limitation] = []
    /// What others noted about the input in extended attributes, which outputs do not have.
    public var attributes: [ForeignAttribute] = []
    /// Bytes of the input and of the output.
    public var sizes: (before: Int, after: Int)?

    public var failure: FileFailure? { if case .failed(let failure) = result { failure } else { nil } }

    public init(path: FilePath?, result: Result) {
        self.path = path
        self.result = result
    }
}
