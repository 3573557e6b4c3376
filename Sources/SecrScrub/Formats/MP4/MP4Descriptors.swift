internal import SecrBytes

/// The descriptors in an `esds` box (ISO/IEC 14496-1, 7.2.6; 14496-14, 5.6): how a decoder is set up.
enum MP4Descriptors {
    private static let (stream, decoder, specific, synchronisation) = (0x03, 0x04, 0x05, 0x06)
    /// Fields of a decoder in front of its own bytes; the first says of which kind it is.
    private static let fieldBytes = 13

    /// The content in its only form: no number, no address; the decoder's numbers, and its own bytes without texts of the
    /// encoder.
    static func essence(_ content: ByteReader) throws(ParseError) -> [UInt8] {
        let (fields, setUp) = try read(content)
        var inner = fields
        if let bytes = setUp.bytes { inner += packed(specific, setUp.objectType.withoutTexts(bytes)) }
        let body: [UInt8] = [0, 0, 0] + packed(decoder, inner) + packed(synchronisation, [2])
        return [UInt8].fullBoxHead() + packed(stream, body)
    }

    /// What the decoder is set up with.
    static func setUp(_ content: ByteReader) throws(ParseError) -> CodecSetUp {
        let found = try read(content).setUp
        return CodecSetUp(objectType: found.objectType, bytes: found.bytes ?? [])
    }

    private static func read(
        _ content: ByteReader
    ) throws(ParseError) -> (fields: [UInt8], setUp: (objectType: ObjectType, bytes: [UInt8]?)) {
        let outer = try descriptor(content, at: FullBoxHead.size, within: content.count)
        guard outer.tag == stream else { throw ParseError(.malformed, at: content.base, "a broken esds") }
        var at = outer.content.lowerBound + 2
        let flags = try content.uint8(at: at)
        at += 1
        if flags & 0x80 != 0 { at += 2 }
        if flags & 0x40 != 0 { at += 1 + (try content.uint8(at: at)) }
        if flags & 0x20 != 0 { at += 2 }
        let found = try descriptor(content, at: at, within: outer.content.upperBound)
        guard found.tag == decoder, found.content.count >= fieldBytes else {
            throw ParseError(.malformed, at: content.base, "a broken esds")
        }
        let start = found.content.lowerBound
        let fields = Array(try content.slice(at: start, count: fieldBytes))
        let kind = ObjectType(indication: Int(fields[0]))
        guard found.content.count > fieldBytes + 2 else { return (fields, (kind, nil)) }
        let own = try descriptor(content, at: start + fieldBytes, within: found.content.upperBound)
        return (fields, (kind, own.tag == specific ? Array(content.bytes[own.content]) : nil))
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
}
