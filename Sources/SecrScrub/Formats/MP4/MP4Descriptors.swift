internal import SecrBytes

/// The descriptors in an `esds` box (ISO/IEC 14496-1, 7.2.6; 14496-14, 5.6): how a decoder is set up.
enum MP4Descriptors {
    private static let (stream, decoder, specific, synchronisation) = (0x03, 0x04, 0x05, 0x06)
    /// Kinds of streams whose set-up can hold texts of the encoder: MPEG-4, MPEG-2, MPEG-1 video.
    private static func coding(of kind: Int) -> MPEGVideoCleaner.Coding? {
        switch kind {
        case 0x20: .visual
        case 0x60...0x65, 0x6A: .video
        default: nil
        }
    }

    /// The content in its only form: no number, no address; the decoder's numbers, and its own bytes.
    static func essence(_ content: ByteReader) throws(ParseError) -> [UInt8] {
        let outer = try descriptor(content, at: FullBoxHead.size, within: content.count)
        guard outer.tag == stream else { throw ParseError(.malformed, at: content.base, "a broken esds") }
        var at = outer.content.lowerBound + 2
        let flags = try content.uint8(at: at)
        at += 1
        if flags & 0x80 != 0 { at += 2 }
        if flags & 0x40 != 0 { at += 1 + (try content.uint8(at: at)) }
        if flags & 0x20 != 0 { at += 2 }
        let found = try descriptor(content, at: at, within: outer.content.upperBound)
        guard found.tag == decoder, found.content.count >= 13 else {
            throw ParseError(.malformed, at: content.base, "a broken esds")
        }
        let start = found.content.lowerBound
        var inner = Array(try content.slice(at: start, count: 13))
        let kind = Int(inner[0])
        if found.content.count > 15 {
            let own = try descriptor(content, at: start + 13, within: found.content.upperBound)
            if own.tag == specific {
                let bytes = Array(content.bytes[own.content])
                inner += packed(specific, withoutUserData(bytes, kind))
            }
        }
        let body: [UInt8] = [0, 0, 0] + packed(decoder, inner) + packed(synchronisation, [2])
        return [UInt8].fullBoxHead() + packed(stream, body)
    }

    private static func descriptor(
        _ content: ByteReader, at start: Int, within end: Int
    ) throws(ParseError) -> (tag: Int, content: Range<Int>) {
        let tag = try content.uint8(at: start)
        var (size, at) = (0, start + 1)
        for _ in 0..<4 {
            let byte = try content.uint8(at: at)
            at += 1
            size = size << 7 | byte & 0x7F
            if byte < 0x80 { break }
        }
        guard at <= end, size <= end - at else {
            throw ParseError(.truncated, at: content.base + start, "a descriptor that ends early")
        }
        return (tag, at..<at + size)
    }

    private static func packed(_ tag: Int, _ content: [UInt8]) -> [UInt8] {
        var size = [UInt8(content.count & 0x7F)]
        var rest = content.count >> 7
        while rest > 0 {
            size.insert(UInt8(rest & 0x7F | 0x80), at: 0)
            rest >>= 7
        }
        return [UInt8(tag)] + size + content
    }

    /// ISO/IEC 14496-2, 6.2.1: what begins with a start code of its own, up to the next.
    private static func withoutUserData(_ bytes: [UInt8], _ kind: Int) -> [UInt8] {
        coding(of: kind).map { MPEGVideoCleaner.withoutTexts(bytes, $0) } ?? bytes
    }
}
