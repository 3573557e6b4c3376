internal import SecrCrypto
internal import SecrStream

/// What a key slot holds, once opened: the way to an area.
struct Slot: ~Copyable {
    /// How a slot is opened.
    enum Kind: UInt8 {
        case passphrase = 1
        case keyFile = 2
        case both = 3
        case recovery = 4
    }

    static let size = 512
    private static let contentSize = 432
    static let longestLabel = 63

    let kind: Kind
    /// What its owner calls it.
    let label: [UInt8]
    let areaID: [UInt8]
    let areaRoot: SecretBytes

    init(_ kind: Kind, label: [UInt8], areaID: [UInt8], areaRoot: consuming SecretBytes) {
        precondition(label.count <= Self.longestLabel)
        self.kind = kind
        self.label = label
        self.areaID = areaID
        self.areaRoot = areaRoot
    }

    init(_ kind: Kind, label: [UInt8], of keys: AreaKeys) {
        self.init(kind, label: label, areaID: keys.id, areaRoot: keys.root.part(0..<AreaKeys.rootSize))
    }

    /// - Throws: ``StreamError/wrongKey`` for another key's slot, or one that holds nothing.
    init(opening sealed: [UInt8], key: borrowing SecretBytes) throws(StreamError) {
        let content = try ShortStream.openSecret(sealed, .slot, .paged, key: key)
        // Safe: the content has a fixed size, within which these lie.
        let (kind, id, label) = unsafe content.withBytes { bytes in
            let length = min(Int(unsafe bytes[50]), Self.longestLabel)
            return (
                Kind(rawValue: unsafe bytes[0]), unsafe Array(bytes[2..<18]), unsafe Array(bytes[51..<51 + length])
            )
        }
        guard let kind else { throw .damaged(chunk: 0) }
        self.init(kind, label: label, areaID: id, areaRoot: content.part(18..<50))
    }

    /// kind | 0 | area id (16) | area root (32) | length of the label | label | zeros
    borrowing func sealed(with key: borrowing SecretBytes) -> [UInt8] {
        let head = SecretBytes(copying: [kind.rawValue, 0] + areaID)
        let padding = [UInt8](repeating: 0, count: Self.contentSize - 51 - label.count)
        let tail = SecretBytes(copying: [UInt8(label.count)] + label + padding)
        let content = head.followed(by: areaRoot).followed(by: tail)
        return ShortStream.sealSecret(content, .slot, .paged, key: key)
    }
}
