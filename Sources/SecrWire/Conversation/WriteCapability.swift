/// Where somebody takes in what others have to say: a relay, a box there, and the key to put something into it.
public struct WriteCapability: Hashable, Sendable {
    /// Most bytes of an origin.
    public static let longestOrigin = 255

    /// `https://relay.example`, without a path behind it.
    public let origin: String
    public let days: Int
    public let cells: Int
    /// Ed25519, 32 bytes: the public key of whoever takes in.
    public let readKey: [UInt8]
    /// The seed of the key to write with.
    public let writeSeed: WireSecret

    /// - Parameter origin: one of which ``isOrigin(_:)`` is true.
    public init(origin: String, days: Int, cells: Int, readKey: [UInt8], writeSeed: WireSecret) {
        precondition(Self.isOrigin(origin) && readKey.count == 32)
        precondition(Command.lives.contains(days) && Command.capacities.contains(cells))
        self.origin = origin
        self.days = days
        self.cells = cells
        self.readKey = readKey
        self.writeSeed = writeSeed
    }

    /// - Parameter writeKey: the public key of ``writeSeed``.
    public func address(writeKey: [UInt8]) -> Address {
        Address(.box(days: days, cells: cells), readKey: readKey, writeKey: writeKey)
    }

    /// Whether a text is `http` or `https`, a host in small letters, and maybe a port; nothing else.
    public static func isOrigin(_ text: String) -> Bool {
        guard text.utf8.count <= longestOrigin,
            let parts = text.wholeMatch(
                of: #/https?://([a-z0-9](?:[a-z0-9.\-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?/#)
        else { return false }
        guard let port = parts.2 else { return true }
        return UInt16(port) ?? 0 > 0
    }
}

extension WriteCapability {
    func encode(to writer: inout FieldWriter) {
        writer.raw(readKey)
        writer.raw(writeSeed.bytes)
        writer.integer(UInt16(days))
        writer.integer(UInt16(cells))
        writer.counted(Array(origin.utf8), UInt8.self)
    }

    init(from reader: inout FieldReader) throws(WireError) {
        let readKey = try reader.raw(32)
        let writeSeed = try reader.secret()
        let days = try reader.integer(in: 1...UInt16(Command.longestLife))
        let cells = try reader.integer(in: 1...UInt16(Command.mostCells))
        let start = reader.offset
        let origin = try reader.text(in: 1...UInt8(Self.longestOrigin))
        guard Self.isOrigin(origin) else { throw WireError(.text, at: start) }
        self.init(origin: origin, days: Int(days), cells: Int(cells), readKey: readKey, writeSeed: writeSeed)
    }
}
