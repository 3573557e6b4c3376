internal import Foundation
internal import GRDB

/// A file, a folder or something else of a vault: everything but its name and its contents.
public struct Node: Equatable, Sendable {
    public enum Kind: Int, Sendable {
        case file = 0
        case folder = 1
        case symbolicLink = 2
        // What only a mount makes: meeting places of programs.
        case pipe = 3
        case socket = 4
        case characterDevice = 5
        case blockDevice = 6

        /// Whether it is of use in a mount only.
        public var isSpecial: Bool { self == .pipe || self == .socket || isDevice }

        var isDevice: Bool { self == .characterDevice || self == .blockDevice }
    }

    /// Never used again for another one.
    public var id: Int64
    public var kind: Kind
    /// Permission bits.
    public var mode: UInt32
    public var owner: UInt32
    public var group: UInt32
    /// Of the contents, in nanoseconds since 1970.
    public var modified: Int64
    /// Of contents or anything else.
    public var changed: Int64
    /// Bytes, of a file or of a link's target.
    public var size: Int
    /// How many names it has; 1 for a folder.
    public var links: Int
    /// Which device it stands for, as Linux counts them.
    public var device: Int

    /// The top folder's.
    package static let topID: Int64 = 1

    static let columns = "node.id, kind, mode, owner, grp, modified, changed, size, links"

    /// From a row that begins with ``columns``.
    init(_ row: Row) throws {
        let kind: Int = row[1]
        guard let kind = Kind(rawValue: kind) else { throw VaultError.damaged(.index("a node of an unknown kind")) }
        self.init(
            id: row[0], kind: kind, mode: UInt32(truncatingIfNeeded: row[2] as Int64),
            owner: UInt32(truncatingIfNeeded: row[3] as Int64), group: UInt32(truncatingIfNeeded: row[4] as Int64),
            modified: row[5], changed: row[6], size: kind.isDevice ? 0 : row[7], links: row[8],
            device: kind.isDevice ? row[7] : 0)
    }

    init(
        id: Int64 = 0, kind: Kind, mode: UInt32, owner: UInt32, group: UInt32, modified: Int64, changed: Int64,
        size: Int = 0, links: Int = 1, device: Int = 0
    ) {
        self.id = id
        self.kind = kind
        self.mode = mode
        self.owner = owner
        self.group = group
        self.modified = modified
        self.changed = changed
        self.size = size
        self.links = links
        self.device = device
    }
}

/// A node under a name.
public struct Entry: Equatable, Sendable {
    public var name: [UInt8]
    public var node: Node

    public init(_ name: [UInt8], _ node: Node) {
        self.name = name
        self.node = node
    }
}
