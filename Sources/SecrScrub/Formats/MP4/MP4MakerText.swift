internal import SecrBytes

/// A box of `udta` whose type says what it is: of makers of cameras, and of 3GPP (TS 26.244, 8).
struct MP4MakerText {
    let name: String
    let reveals: Revelation
    let value: String

    private static let ofMakers: [FourCC: (String, Revelation)] = [
        "FIRM": ("firmware", .software), "LENS": ("lens, its number", .serial), "CAME": ("camera, its number", .serial),
        "MUID": ("id of the recording", .identifier), "GUMI": ("id of the recording", .identifier),
        "BCID": ("id of the recording", .identifier), "SNum": ("serial number", .serial), "SDLN": ("model", .device),
        "modl": ("model", .device), "manu": ("maker", .device),
    ]
    /// Version, flags and a language come first.
    private static let of3GPP: [FourCC: (String, Revelation)] = [
        "titl": ("title", .text), "dscp": ("description", .text), "auth": ("author", .person),
        "perf": ("artist", .person),
        "cprt": ("copyright", .person),
    ]

    /// Bytes of those that are no words.
    private static let shownBytes = 16

    /// `nil` for other boxes.
    init?(_ box: Box, _ window: inout ByteWindow) throws {
        let content = try window.bytes(in: box.content.prefix(300))
        if let (name, reveals) = Self.ofMakers[box.type] {
            (self.name, self.reveals, value) = (name, reveals, Self.text(content[...]))
        } else if let (name, reveals) = Self.of3GPP[box.type] {
            (self.name, self.reveals, value) = (name, reveals, Self.text(content.dropFirst(6)))
        } else if box.type == "loci", let position = try Self.position(ByteReader(content)) {
            (name, reveals, value) = ("position", .location, position.description)
        } else {
            return nil
        }
        if value.isEmpty { return nil }
    }

    /// Words as they are, other bytes in hexadecimal digits.
    private static func text(_ content: ArraySlice<UInt8>) -> String {
        let end = content.lastIndex { $0 != 0 }.map { $0 + 1 } ?? content.startIndex
        let used = content[..<end]
        if used.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) { return String(decoding: used, as: UTF8.self) }
        let digits = used.prefix(shownBytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return digits.joined() + (used.count > shownBytes ? "..." : "")
    }

    /// A language, a name, what the place is, then longitude and latitude with 16 bits of fraction.
    private static func position(_ content: ByteReader) throws(ParseError) -> GeographicPosition? {
        let name = content.bytes.dropFirst(6)
        guard let end = name.firstIndex(of: 0) else { return nil }
        func degrees(_ place: Int) throws(ParseError) -> Double {
            Double(Int32(truncatingIfNeeded: try content.uint32(at: place))) / 65_536
        }
        return GeographicPosition(latitude: try degrees(end + 6), longitude: try degrees(end + 2))
    }
}
