internal import SecrBytes

/// What `show` tells about Photoshop's image resource blocks and the IPTC record inside (IPTC-IIM 4.2).
enum PhotoshopResources {
    struct Value: Equatable {
        var label: String
        var reveals: Revelation
        var text: String?
        /// Relative to the payload.
        var range: Range<Int>
    }

    static let signature: StaticString = "Photoshop 3.0\0"

    /// - Parameter payload: from the signature on.
    static func values(in payload: [UInt8]) -> [Value] {
        values(in: payload, from: signature.utf8CodeUnitCount)
    }

    /// - Parameter payload: with the first block at its start.
    static func values(inBlocks payload: [UInt8]) -> [Value] { values(in: payload, from: 0) }

    private static func values(in payload: [UInt8], from start: Int) -> [Value] {
        let reader = ByteReader(payload)
        var values: [Value] = []
        var at = start
        while let block = try? resource(reader, at: at) {
            switch block.id {
            case 0x0404: values += records(reader, in: block.data)
            case 0x0409, 0x040C:
                values.append(Value(label: "thumbnail", reveals: .picture, text: nil, range: block.data))
            default: break
            }
            at = block.end
        }
        return values
    }

    private static func resource(_ reader: ByteReader, at offset: Int) throws(ParseError) -> (
        id: Int, data: Range<Int>, end: Int
    ) {
        guard try reader.fourCC(at: offset) == "8BIM" else { throw ParseError(.malformed, at: offset, "resource") }
        let id = try reader.uint16(at: offset + 4)
        let name = try reader.uint8(at: offset + 6)
        let length = offset + 6 + (name + 2) / 2 * 2
        let size = try reader.uint32(at: length)
        _ = try reader.slice(at: length + 4, count: size)
        return (id, length + 4..<length + 4 + size, length + 4 + (size + 1) / 2 * 2)
    }

    private static let datasets: [Int: (String, Revelation)] = [
        5: ("title", .text), 25: ("keyword", .text), 55: ("date created", .time), 60: ("time created", .time),
        80: ("author", .person), 85: ("author's position", .person), 90: ("city", .location), 92: ("place", .location),
        95: ("state", .location), 101: ("country", .location), 105: ("headline", .text), 110: ("credit", .person),
        115: ("source", .person), 116: ("copyright", .person), 120: ("caption", .text),
        122: ("caption writer", .person),
    ]

    private static func records(_ reader: ByteReader, in range: Range<Int>) -> [Value] {
        var values: [Value] = []
        var at = range.lowerBound
        while at + 5 <= range.upperBound, reader.bytes[at] == 0x1C, let size = try? reader.uint16(at: at + 3) {
            let data = at + 5..<at + 5 + size
            guard size < 0x8000, data.upperBound <= range.upperBound else { break }
            if reader.bytes[at + 1] == 2, let (label, reveals) = datasets[Int(reader.bytes[at + 2])] {
                let text = String(decoding: reader.bytes[data].prefix(200), as: UTF8.self)
                values.append(Value(label: label, reveals: reveals, text: text, range: data))
            }
            at = data.upperBound
        }
        return values
    }
}
