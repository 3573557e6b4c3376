/// Something that maintenance found to be wrong.
public struct Problem: Equatable, Sendable {
    public enum Kind: String, Sendable {
        /// Contents that can't be read as they were put.
        case missingObject = "missing"
        case damagedObject = "damaged"
        /// The index itself.
        case index
        /// A part of the history.
        case record
        case checkpoint
    }

    public var kind: Kind
    /// The files that it concerns, as paths from the top.
    public var paths: [[UInt8]]
    /// In a few words.
    public var text: String
}
