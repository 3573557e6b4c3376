internal import SecrBytes

/// What of the set-up of a decoder belongs to an essence: parameters, and no messages of encoders.
enum CodedSetUp {
    static let types: Set<FourCC> = ["avcC", "hvcC", "av1C"]

    /// Boxes that count by their first bytes, and by how many; `nil` for all.
    private static let counted: [FourCC: Int?] = [
        "pasp": 8, "clap": 32, "fiel": 2, "mdcv": 24, "clli": 4, "SmDm": 28, "CoLL": 8, "dvcC": 24, "dvvC": 24,
        "st3d": 5, "dOps": nil, "dac3": nil, "dec3": nil, "dac4": nil,
    ]

    /// - Returns: `nil` for boxes that don't count.
    static func essence(of type: FourCC, _ content: ByteReader) throws(ParseError) -> [UInt8]? {
        switch type {
        case "avcC": return try avc(content)
        case "hvcC": return try hevc(content)
        case "av1C": return try av1(content)
        case "esds": return try sound(content)
        case "colr":
            guard content.bytes.hasPrefix("nclx") || content.bytes.hasPrefix("nclc") else { return nil }
            // The range stands in the first bit of the last byte, which QuickTime leaves out.
            let isFull = content.bytes.hasPrefix("nclx") && content.count > 10 && content.bytes[10] & 0x80 != 0
            return Array(try content.slice(at: 0, count: 10)) + [isFull ? 1 : 0]
        // Behind the head of a list, of which the first entry is what a decoder needs.
        case "dfLa": return Array(try content.slice(at: 8, count: 34))
        default:
            guard let count = counted[type] else { return nil }
            return Array(try content.slice(at: 0, count: count ?? content.count))
        }
    }

    /// ISO/IEC 14496-15, 5.3.3: profile and parameter sets.
    private static func avc(_ content: ByteReader) throws(ParseError) -> [UInt8] {
        var at = 5
        for mask in [0x1F, 0xFF] {
            let units = try content.uint8(at: at) & mask
            at += 1
            for _ in 0..<units { at += 2 + (try content.uint16(at: at)) }
        }
        return Array(try content.slice(at: 0, count: at))
    }

    /// 8.3.3: the same in arrays, of which those of messages don't count.
    private static func hevc(_ content: ByteReader) throws(ParseError) -> [UInt8] {
        var (counted, at) = (Array(try content.slice(at: 0, count: 22)), 23)
        for _ in 0..<(try content.uint8(at: 22)) {
            let (start, kind) = (at, try content.uint8(at: at) & 0x3F)
            let units = try content.uint16(at: at + 1)
            at += 3
            for _ in 0..<units { at += 2 + (try content.uint16(at: at)) }
            if (32...34).contains(kind) { counted += try content.slice(at: start, count: at - start) }
        }
        return counted
    }

    /// AV1-ISOBMFF, 2.3: the numbers, and the sequence header.
    private static func av1(_ content: ByteReader) throws(ParseError) -> [UInt8] {
        var (counted, at) = (Array(try content.slice(at: 0, count: 4)), 4)
        while at < content.count {
            let start = at
            let header = try content.uint8(at: at)
            at += header & 4 == 0 ? 1 : 2
            var size = 0
            for group in 0..<4 {
                let byte = try content.uint8(at: at)
                at += 1
                size |= (byte & 0x7F) << (7 * group)
                if byte < 0x80 { break }
            }
            at += size
            if header >> 3 & 15 == 1 { counted += try content.slice(at: start, count: at - start) }
        }
        return counted
    }

    /// ISO/IEC 14496-1, 7.2.6: the kind of decoder, and the first two bytes for it, which say of AAC what it is.
    private static func sound(_ content: ByteReader) throws(ParseError) -> [UInt8] {
        var at = 4
        func enter(_ tag: Int) throws(ParseError) -> Bool {
            guard try content.uint8(at: at) == tag else { return false }
            at += 1
            for _ in 0..<4 {
                at += 1
                if try content.uint8(at: at - 1) < 0x80 { break }
            }
            return true
        }
        guard try enter(3) else { return [] }
        let flags = try content.uint8(at: at + 2)
        at += 3
        if flags & 0x80 != 0 { at += 2 }
        if flags & 0x40 != 0 { at += 1 + (try content.uint8(at: at)) }
        if flags & 0x20 != 0 { at += 2 }
        guard try enter(4) else { return [] }
        let kind = UInt8(try content.uint8(at: at))
        at += 13
        guard [0x40, 0x66, 0x67, 0x68].contains(kind), at < content.count, try enter(5) else { return [kind] }
        return [kind] + (try content.slice(at: at, count: 2))
    }
}
