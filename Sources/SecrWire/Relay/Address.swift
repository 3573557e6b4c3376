internal import SecrCrypto

/// Where a box or a blob lies: the public keys of those who may read and of those who may write, and how much a box is for.
///
/// The keys are made fresh for each box and each blob. The name follows from all of it, so nobody can take a name before
/// its owner does or make a box of that name to other terms, and whoever does not have the address can't even ask whether
/// there is such a box.
public struct Address: Hashable, Sendable {
    /// Bytes of a name.
    public static let nameSize = 32

    public enum Kind: Hashable, Sendable {
        /// Each cell is kept for so many days, 1...``Command/longestLife``, and there is room for so many,
        /// 1...``Command/mostCells``.
        case box(days: Int, cells: Int)
        case blob
    }

    public let kind: Kind
    /// Ed25519, 32 bytes: who signs for getting, acknowledging, dropping, fetching, removing and creating.
    public let readKey: [UInt8]
    /// Ed25519, 32 bytes: who signs for putting and storing.
    public let writeKey: [UInt8]

    public init(_ kind: Kind, readKey: [UInt8], writeKey: [UInt8]) {
        precondition(readKey.count == Ed25519.publicKeySize && writeKey.count == Ed25519.publicKeySize)
        if case .box(let days, let cells) = kind {
            precondition(Command.lives.contains(days) && Command.capacities.contains(cells))
        }
        self.kind = kind
        self.readKey = readKey
        self.writeKey = writeKey
    }

    /// BLAKE2b-256 of what it is the name of, both keys, and for a box its days and cells, 16 bits each.
    public var name: [UInt8] {
        switch kind {
        case .box(let days, let cells):
            var terms = [UInt8](repeating: 0, count: 4)
            terms.write(UInt16(days), at: 0)
            terms.write(UInt16(cells), at: 2)
            return BLAKE2b.hash(Domain.box + readKey + writeKey + terms)
        case .blob:
            return BLAKE2b.hash(Domain.blob + readKey + writeKey)
        }
    }
}

/// What a hash or a signature is for, 16 bytes each, so that none is good for anything else.
enum Domain {
    static let box = bytes("secr box 1")
    static let blob = bytes("secr blob 1")
    static let command = bytes("secr command 1")
    static let invitation = bytes("secr invite 1")
    static let link = bytes("secr link 1")
    static let greeting = bytes("secr greeting 1")
    static let hello = bytes("secr hello 1")
    static let welcome = bytes("secr welcome 1")
    static let file = bytes("secr file 1")

    private static func bytes(_ text: String) -> [UInt8] {
        Array(text.utf8) + Array(repeating: 0, count: 16 - text.utf8.count)
    }
}
