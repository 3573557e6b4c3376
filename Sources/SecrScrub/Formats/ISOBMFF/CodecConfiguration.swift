internal import SecrBytes

/// What a decoder is set up with, without what encoders write about themselves.
enum CodecConfiguration {
    static let types: Set<FourCC> = ["hvcC", "av1C", "avcC"]

    /// See ``HEICPropertyRules/essence(of:_:)``.
    static func essence(of type: FourCC, _ content: ByteReader) throws(ParseError) -> (content: [UInt8], used: Int) {
        switch type {
        case "hvcC": try hevc(content)
        case "av1C": try av1(content)
        default: try avc(content)
        }
    }

    /// ISO/IEC 14496-15, 8.3.3: parameter sets stay, arrays of messages go.
    private static func hevc(_ content: ByteReader) throws(ParseError) -> ([UInt8], Int) {
        let arrays = try content.uint8(at: 22)
        var (kept, count, at) = ([UInt8](), 0, 23)
        for _ in 0..<arrays {
            let (kind, units) = (try content.uint8(at: at), try content.uint16(at: at + 1))
            let start = at
            at += 3
            for _ in 0..<units { at += 2 + (try content.uint16(at: at)) }
            let array = try content.slice(at: start, count: at - start)
            // Video, sequence and picture parameter sets.
            guard (32...34).contains(kind & 0x3F) else { continue }
            kept += array
            count += 1
        }
        return (Array(try content.slice(at: 0, count: 22)) + [UInt8(count)] + kept, at)
    }

    /// AV1-ISOBMFF, 2.3: the sequence header stays, metadata units go.
    private static func av1(_ content: ByteReader) throws(ParseError) -> ([UInt8], Int) {
        var kept = Array(try content.slice(at: 0, count: 4))
        var at = 4
        while at < content.count {
            let start = at
            let head = try content.uint8(at: at)
            // Each unit has to say how long it is.
            guard head & 0x82 == 2 else { throw ParseError(.malformed, at: content.base + at, "a broken av1C") }
            at += head & 4 == 0 ? 1 : 2
            var (size, shift) = (0, 0)
            while true {
                let byte = try content.uint8(at: at)
                at += 1
                size |= (byte & 0x7F) << shift
                shift += 7
                if byte < 0x80 { break }
                guard shift < 28 else { throw ParseError(.malformed, at: content.base + at, "a broken av1C") }
            }
            at += size
            let unit = try content.slice(at: start, count: at - start)
            if head >> 3 & 0xF == 1 { kept += unit }
        }
        return (kept, at)
    }

    /// ISO/IEC 14496-15, 5.3.3: parameter sets, and for some profiles how colours are sampled.
    private static func avc(_ content: ByteReader) throws(ParseError) -> ([UInt8], Int) {
        var at = 5
        for mask in [0x1F, 0xFF] {
            let units = try content.uint8(at: at) & mask
            at += 1
            for _ in 0..<units { at += 2 + (try content.uint16(at: at)) }
        }
        if [100, 110, 122, 144].contains(try content.uint8(at: 1)), at < content.count {
            let units = try content.uint8(at: at + 3)
            at += 4
            for _ in 0..<units { at += 2 + (try content.uint16(at: at)) }
        }
        return (Array(try content.slice(at: 0, count: at)), at)
    }
}
