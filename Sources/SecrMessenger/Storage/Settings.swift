internal import SecrVault
internal import SecrWire

/// What holds for all contacts.
public struct Settings: Equatable, Sendable {
    /// Relays where boxes are made, one of them for each contact.
    public var relays: [String]
    /// A SOCKS proxy such as Tor, `host:port`; `nil` is the straight way.
    public var proxy: String?
    /// The invitation code of a relay that asks for one, by its origin.
    public var codes: [String: String] = [:]
    /// Whether the other side is told what has come, where nothing else was said for a contact.
    public var sendsReceipts = true

    /// Files of up to so many bytes are fetched as soon as they are announced; others when somebody asks for them.
    public var largestFetch: UInt64 = 100 << 20

    public init(relays: [String]) { self.relays = relays }

    private enum Tag {
        static let relays: UInt8 = 1, proxy: UInt8 = 2, receipts: UInt8 = 3, codes: UInt8 = 4
        static let largestFetch: UInt8 = 5
    }

    var stored: [UInt8] {
        var fields = StoredFields()
        fields.set(Tag.relays, relays.map { Array($0.utf8) })
        if let proxy { fields.set(Tag.proxy, proxy) }
        fields.set(Tag.receipts, sendsReceipts)
        fields.set(Tag.codes, codes.sorted { $0.key < $1.key }.flatMap { [Array($0.key.utf8), Array($0.value.utf8)] })
        fields.set(Tag.largestFetch, largestFetch)
        return fields.encoded
    }

    init(stored: [UInt8]) throws(MessengerError) {
        let fields = try StoredFields(parsing: stored)
        relays = try fields.list(Tag.relays).map { String(decoding: $0, as: UTF8.self) }
        if fields[Tag.proxy] != nil { proxy = try fields.text(Tag.proxy) }
        sendsReceipts = try fields.flag(Tag.receipts)
        if fields[Tag.largestFetch] != nil { largestFetch = try fields.integer(Tag.largestFetch) }
        let codes = try fields.list(Tag.codes).map { String(decoding: $0, as: UTF8.self) }
        for place in stride(from: 0, to: codes.count - 1, by: 2) { self.codes[codes[place]] = codes[place + 1] }
    }
}
