/// What a sealed stream is. The kind is bound into its keys, so that one can't be passed off as another.
///
/// `secr-stream(5)` has the table.
public enum StreamKind: UInt8, Sendable, CaseIterable {
    /// A sealed file that stands by itself.
    case file = 1
    /// Contents of a vault's files.
    case object = 2
    /// One transaction of an index.
    case record = 3
    /// The root of an index's checkpoint.
    case checkpoint = 4
    /// Pages of an index, and their directory.
    case pages = 5
    /// A key slot.
    case slot = 6
    /// What a device remembers of a vault.
    case deviceState = 7
    /// A mark by which the newest checkpoint is found.
    case milestone = 8
    /// A part of a file that is sent to somebody.
    case blob = 9
}
