internal import SecrBytes

/// The box in which a video says something of itself, written anew: a handler, keys, and a text for each, and not a byte beside
/// that (QuickTime File Format, metadata).
enum WrittenKeys {
    private static let prefix = "com.apple.quicktime."

    /// - Parameter box: `udta` or `meta`, with its header.
    static func isAllowed(_ box: [UInt8], _ said: SaidValues) -> Bool { (try? check(box, said)) == true }

    private static func check(_ bytes: [UInt8], _ said: SaidValues) throws -> Bool {
        var scanner = BoxScanner(MemorySource(bytes))
        guard let outer = try only(&scanner, in: 0..<bytes.count),
            let meta = outer.type == "udta" ? try only(&scanner, in: outer.content) : outer, meta.type == "meta"
        else { return false }
        let start = try scanner.childrenOfMeta(meta)
        let boxes = try scanner.boxes(in: start)
        guard bytes[meta.content.lowerBound..<start.lowerBound].allSatisfy({ $0 == 0 }),
            boxes.map(\.type) == ["hdlr", "keys", "ilst"], boxes.last?.range.upperBound == bytes.count,
            Array(bytes[boxes[0].content]) == [UInt8](repeating: 0, count: 8) + Array("mdta".utf8)
                + [UInt8](repeating: 0, count: 13)
        else { return false }
        let keys = try scanner.boxes(in: boxes[1].content.dropFirst(8))
        let items = try scanner.boxes(in: boxes[2].content)
        guard keys.count == items.count, keys.last?.range.upperBound == boxes[1].range.upperBound,
            items.last?.range.upperBound == boxes[2].range.upperBound,
            try ByteReader(Array(bytes[boxes[1].content])).uint32(at: 4) == keys.count,
            bytes[boxes[1].content].prefix(4).allSatisfy({ $0 == 0 })
        else { return false }
        for (place, (key, item)) in zip(keys, items).enumerated() {
            guard key.type == "mdta", Int(item.type.rawValue) == place + 1,
                let data = try only(&scanner, in: item.content), data.type == "data",
                bytes[data.content].prefix(8).elementsEqual([0, 0, 0, 1, 0, 0, 0, 0]),
                let text = String(validating: bytes[data.content].dropFirst(8), as: UTF8.self),
                isAllowed(String(decoding: bytes[key.content], as: UTF8.self), text, said)
            else { return false }
        }
        return true
    }

    /// The box that fills a range.
    private static func only(_ scanner: inout BoxScanner, in range: Range<Int>) throws -> Box? {
        let boxes = try scanner.boxes(in: range)
        return boxes.count == 1 && boxes[0].range == range ? boxes[0] : nil
    }

    private static func isAllowed(_ key: String, _ text: String, _ said: SaidValues) -> Bool {
        guard key.hasPrefix(prefix) else { return false }
        switch key.dropFirst(prefix.count) {
        case "location.ISO6709": return said.allows(.position) && isMiddle(text, said)
        case "creationdate": return said.allows(.date) && said.isDate(text)
        case "model": return said.allows(.device) && said.isDevice(text)
        case "author": return said.allows(.author)
        case "copyright": return said.allows(.copyright)
        default: return false
        }
    }

    /// Of `+48.86613+002.32434/`.
    private static func isMiddle(_ text: String, _ said: SaidValues) -> Bool {
        guard text.hasSuffix("/"), text.count < 24,
            let second = text.dropFirst().firstIndex(where: { $0 == "+" || $0 == "-" }),
            let latitude = Double(text[..<second]), let longitude = Double(text[second...].dropLast())
        else { return false }
        return said.isMiddle(latitude, longitude)
    }
}
