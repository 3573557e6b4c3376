/// What a box is made of.
public enum Cell {
    /// Bytes of every cell.
    public static let size = 16_384
}

/// What blobs there are.
public enum BlobSize: UInt8, CaseIterable, Sendable {
    case kibi64 = 0
    case kibi256 = 1
    case mebi1 = 2
    case mebi4 = 3

    /// Bytes.
    public var count: Int { 65_536 << (2 * Int(rawValue)) }
}
