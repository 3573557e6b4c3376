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

    /// Whether there can be a box with such terms on such a relay.
    public static func isPossible(origin: String, days: Int, cells: Int) -> Bool {
        isOrigin(origin) && Command.lives.contains(days) && Command.capacities.contains(cells)
    }

    /// - Parameter writeKey: the public key of ``writeSeed``.
    public func address(writeKey: [UInt8]) -> Address {
        Address(.box(days: days, cells: cells), readKey: readKey, writeKey: writeKey)
    }

    /// Whether a text is `http` or `https`, a host in small letters, and maybe a port; nothing else.
    public static func isOrigin(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count <= longestOrigin,
            let scheme = ["http://", "https://"].first(where: { bytes.starts(with: $0.utf8) })
        else { return false }
        var host = bytes.dropFirst(scheme.utf8.count)
        // Colons in brackets are the address's.
        if let colon = host.lastIndex(of: UInt8(ascii: ":")), !host[colon...].contains(UInt8(ascii: "]")) {
            let port = host[(colon + 1)...]
            guard (1...5).contains(port.count), port.allSatisfy(isDigit),
                UInt16(String(decoding: port, as: UTF8.self)) ?? 0 > 0
            else { return false }
            host = host[..<colon]
        }
        guard let first = host.first, let last = host.last else { return false }
        if first == UInt8(ascii: "[") {
            let address = host.dropFirst().dropLast()
            return last == UInt8(ascii: "]") && !address.isEmpty
                && address.allSatisfy { isDigit($0) || isOfAddress($0) }
        }
        return isLetterOrDigit(first) && isLetterOrDigit(last)
            && host.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }

    /// One of version 6, but for digits.
    private static func isOfAddress(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".")
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
