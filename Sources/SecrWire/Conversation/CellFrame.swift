public import SecrCrypto

/// What is in a cell, before it is wrapped: a part of a message, and where it belongs.
public struct CellFrame: Hashable, Sendable {
    /// What the message is.
    public enum Kind: UInt8, CaseIterable, Sendable {
        /// A ``Hello``: the answer to an invitation.
        case hello = 1
        /// A ``Welcome``: the answer to that.
        case welcome = 2
        /// An MLSMessage (RFC 9420, section 6).
        case message = 3
    }

    /// Bytes of every frame.
    public static let size = Cell.size - XChaCha20Poly1305.nonceSize - XChaCha20Poly1305.tagSize
    /// Most bytes of a message that one frame has.
    public static let capacity = size - headSize
    /// Most cells of one message.
    public static let mostParts = 32
    private static let headSize = 16
    private static let version: UInt8 = 1

    public let kind: Kind
    /// The cell's number among all that its sender puts for this conversation, from 1.
    public let sequence: UInt64
    /// Which part of the message this is, from 0, and how many there are. All have numbers that follow one another.
    public let part: Int
    public let parts: Int
    /// 1 to ``capacity`` bytes.
    public let payload: [UInt8]

    /// A message as frames.
    ///
    /// - Parameters:
    ///   - message: at most ``mostParts`` times ``capacity`` bytes, and at least one.
    ///   - sequence: of the first one, from 1.
    public static func frames(of message: [UInt8], _ kind: Kind, from sequence: UInt64) -> [CellFrame] {
        let parts = (message.count + capacity - 1) / capacity
        precondition((1...mostParts).contains(parts))
        precondition((1...(.max >> 1) - UInt64(parts - 1)).contains(sequence))
        return (0..<parts).map { part in
            let payload = message[part * capacity..<min(message.count, (part + 1) * capacity)]
            return CellFrame(
                kind: kind, sequence: sequence + UInt64(part), part: part, parts: parts, payload: Array(payload))
        }
    }

    private init(kind: Kind, sequence: UInt64, part: Int, parts: Int, payload: [UInt8]) {
        self.kind = kind
        self.sequence = sequence
        self.part = part
        self.parts = parts
        self.payload = payload
    }

    private var encoded: [UInt8] {
        var writer = FieldWriter()
        writer.integer(Self.version)
        writer.integer(kind.rawValue)
        writer.integer(UInt16(part))
        writer.integer(UInt16(parts))
        writer.integer(UInt16(payload.count))
        writer.integer(sequence)
        writer.raw(payload)
        writer.raw([UInt8](repeating: 0, count: Self.size - writer.bytes.count))
        return writer.bytes
    }

    private init(parsing bytes: [UInt8]) throws(WireError) {
        var reader = FieldReader(bytes)
        try reader.demandVersion(Self.version)
        guard let kind = Kind(rawValue: try reader.integer()) else { throw WireError(.unknown, at: 1) }
        let part: UInt16 = try reader.integer()
        let parts = try reader.integer(in: 1...UInt16(Self.mostParts))
        guard part < parts else { throw WireError(.range, at: 2) }
        let count = try reader.integer(in: 1...UInt16(Self.capacity))
        // Only the last part can be shorter.
        guard part + 1 == parts || count == Self.capacity else { throw WireError(.range, at: 6) }
        let sequence: UInt64 = try reader.integer(in: UInt64(part) + 1...(.max >> 1))
        let payload = try reader.raw(Int(count))
        try reader.demandZeros(Self.capacity - Int(count))
        try reader.demandEnd()
        self.init(kind: kind, sequence: sequence, part: Int(part), parts: Int(parts), payload: payload)
    }

    // MARK: The wrap

    /// The cell: nothing of it can be told from random bytes by whoever does not have the key.
    ///
    /// - Parameters:
    ///   - key: 32 bytes.
    ///   - nonce: 24 random bytes, never used before with this key.
    public func wrapped(nonce: [UInt8], key: borrowing SecretBytes) -> [UInt8] {
        nonce + XChaCha20Poly1305.seal(encoded, nonce: nonce, key: key)
    }

    /// - Returns: `nil` for a cell that was not wrapped under this key.
    /// - Throws: where it was, and what is in it is no frame.
    public init?(unwrapping cell: [UInt8], key: borrowing SecretBytes) throws(WireError) {
        guard cell.count == Cell.size else { throw WireError(.size, at: cell.count) }
        let nonce = Array(cell.prefix(XChaCha20Poly1305.nonceSize))
        let sealed = Array(cell.dropFirst(XChaCha20Poly1305.nonceSize))
        guard let bytes = try? XChaCha20Poly1305.open(sealed, nonce: nonce, key: key) else { return nil }
        try self.init(parsing: bytes)
    }
}
