internal import SecrCrypto
package import SecrRelayClient
package import SecrWire

/// A box of which this device has both keys, since it made it.
package struct OwnBox: Hashable, Sendable {
    package let origin: String
    package let days: Int
    package let cells: Int
    private let readSeed: WireSecret
    private let writeSeed: WireSecret
    /// Seconds since 1970, after which nothing that is put by now can be in it.
    private(set) var end: UInt64
    /// The relay's number of the last cell that was dealt with.
    package var received: UInt64 = 0

    /// A fresh one, which the relay has yet to be asked for.
    init(origin: String, days: Int, cells: Int, now: UInt64) {
        self.origin = origin
        self.days = days
        self.cells = cells
        end = Self.end(from: now, days)
        readSeed = WireSecret(SecureRandom.bytes(WireSecret.size))
        writeSeed = WireSecret(SecureRandom.bytes(WireSecret.size))
    }

    private static func end(from now: UInt64, _ days: Int) -> UInt64 { now + UInt64(days + 1) * 86_400 }

    /// For what is put from now on.
    mutating func goOn(from now: UInt64) { end = Self.end(from: now, days) }

    /// Whether even what came on the last day is gone.
    func isLongOver(at time: UInt64) -> Bool { Self.end(from: end, days) <= time }

    package var reader: SigningCapability { SigningCapability(seed: SecretBytes(copying: readSeed.bytes)) }

    /// What the other side needs to put cells into it.
    package var capability: WriteCapability {
        WriteCapability(
            origin: origin, days: days, cells: cells, readKey: reader.publicKey, writeSeed: writeSeed)
    }

    package var address: Address { capability.address(writeKey: capability.writer.publicKey) }
}

extension WriteCapability {
    package var writer: SigningCapability { SigningCapability(seed: SecretBytes(copying: writeSeed.bytes)) }
}

// How it is stored.
extension OwnBox {
    private enum Tag {
        static let origin: UInt8 = 1, days: UInt8 = 2, cells: UInt8 = 3, readSeed: UInt8 = 4, writeSeed: UInt8 = 5
        static let received: UInt8 = 6, end: UInt8 = 7
    }

    var stored: [UInt8] {
        var fields = StoredFields()
        fields.set(Tag.origin, origin)
        fields.set(Tag.days, UInt16(days))
        fields.set(Tag.cells, UInt16(cells))
        fields[Tag.readSeed] = readSeed.bytes
        fields[Tag.writeSeed] = writeSeed.bytes
        fields.set(Tag.received, received)
        fields.set(Tag.end, end)
        return fields.encoded
    }

    init(stored: [UInt8]) throws(MessengerError) {
        let fields = try StoredFields(parsing: stored)
        origin = try fields.text(Tag.origin)
        days = Int(try fields.integer(Tag.days) as UInt16)
        cells = Int(try fields.integer(Tag.cells) as UInt16)
        readSeed = try WireSecret(stored: fields.bytes(Tag.readSeed))
        writeSeed = try WireSecret(stored: fields.bytes(Tag.writeSeed))
        received = try fields.integer(Tag.received)
        end = try fields.integer(Tag.end)
        guard WriteCapability.isPossible(origin: origin, days: days, cells: cells) else { throw .damaged }
    }
}

extension WireSecret {
    init(stored: [UInt8]) throws(MessengerError) {
        guard stored.count == Self.size else { throw .damaged }
        self.init(stored)
    }
}

extension WriteCapability {
    private enum Tag {
        static let origin: UInt8 = 1, days: UInt8 = 2, cells: UInt8 = 3, readKey: UInt8 = 4, writeSeed: UInt8 = 5
    }

    var stored: [UInt8] {
        var fields = StoredFields()
        fields.set(Tag.origin, origin)
        fields.set(Tag.days, UInt16(days))
        fields.set(Tag.cells, UInt16(cells))
        fields[Tag.readKey] = readKey
        fields[Tag.writeSeed] = writeSeed.bytes
        return fields.encoded
    }

    init(stored: [UInt8]) throws(MessengerError) {
        let fields = try StoredFields(parsing: stored)
        let (origin, readKey) = (try fields.text(Tag.origin), try fields.bytes(Tag.readKey))
        let (days, cells) = (try fields.integer(Tag.days) as UInt16, try fields.integer(Tag.cells) as UInt16)
        guard Self.isPossible(origin: origin, days: Int(days), cells: Int(cells)), readKey.count == 32 else {
            throw .damaged
        }
        self.init(
            origin: origin, days: Int(days), cells: Int(cells), readKey: readKey,
            writeSeed: try WireSecret(stored: fields.bytes(Tag.writeSeed)))
    }
}
