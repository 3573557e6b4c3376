internal import SecrBytes

/// JPEG 2000 pictures (ISO/IEC 15444-1).
enum PDFJPEG2000 {
    enum Part: Equatable {
        case range(Range<Int>)
        case bytes([UInt8])
    }

    /// Boxes that decoders need: the signature, the type, how samples become colours, and the coded picture.
    private static let needed: Set<FourCC> = ["jP  ", "ftyp", "jp2h", "jp2c"]

    private static func broken(_ place: Int) -> ParseError {
        ParseError(.malformed, at: place, "a JPEG 2000 picture that makes no sense")
    }

    /// What decoders need; one range where that is all there is.
    static func needed(_ bytes: [UInt8]) throws(ParseError) -> [Part] {
        if bytes.starts(with: [0xFF, 0x4F]) { return joined(try codestream(bytes, 0..<bytes.count)) }
        let reader = ByteReader(bytes)
        var (position, parts): (Int, [Part]) = (0, [])
        while position + Box.headerSize <= bytes.count {
            var size = try reader.uint32(at: position)
            if size == 0 { size = bytes.count - position }
            guard size >= Box.headerSize, size <= bytes.count - position else { throw broken(position) }
            let type = try reader.fourCC(at: position + 4)
            let box = position..<position + size
            if type == "jp2c" {
                let coded = try codestream(bytes, box.dropFirst(Box.headerSize))
                let count = coded.reduce(0) { $0 + $1.count }
                var head: [UInt8] = []
                head.appendBoxHeader("jp2c", contentSize: count)
                let isSame = Array(bytes[box.prefix(Box.headerSize)]) == head
                parts += (isSame ? [.range(box.prefix(Box.headerSize))] : [.bytes(head)]) + coded.map { .range($0) }
            } else if type == "jp2h" {
                parts += try header(bytes, box)
            } else if needed.contains(type) {
                parts.append(.range(box))
            }
            position += size
        }
        guard !parts.isEmpty else { throw broken(0) }
        return joined(parts)
    }

    /// Boxes of the header that say how samples become colours (I.5.3).
    private static let shown: Set<FourCC> = ["ihdr", "bpcc", "colr", "pclr", "cmap", "cdef"]

    private static func header(_ bytes: [UInt8], _ box: Range<Int>) throws(ParseError) -> [Part] {
        let reader = ByteReader(bytes)
        var (position, ranges) = (box.lowerBound + Box.headerSize, [Range<Int>]())
        while position + Box.headerSize <= box.upperBound {
            let size = try reader.uint32(at: position)
            guard size >= Box.headerSize, size <= box.upperBound - position else { throw broken(position) }
            if shown.contains(try reader.fourCC(at: position + 4)) { ranges.append(position..<position + size) }
            position += size
        }
        let count = ranges.reduce(0) { $0 + $1.count }
        if count == box.count - Box.headerSize { return [.range(box)] }
        var head: [UInt8] = []
        head.appendBoxHeader("jp2h", contentSize: count)
        return [.bytes(head)] + ranges.map { .range($0) }
    }

    private static func joined(_ ranges: [Range<Int>]) -> [Part] { joined(ranges.map { .range($0) }) }

    private static func joined(_ parts: [Part]) -> [Part] {
        parts.reduce(into: []) { found, part in
            if case .range(let last)? = found.last, case .range(let next) = part, last.upperBound == next.lowerBound {
                found[found.count - 1] = .range(last.lowerBound..<next.upperBound)
            } else {
                found.append(part)
            }
        }
    }

    private static let (startOfTile, startOfData, comment, end) = (0xFF90, 0xFF93, 0xFF64, 0xFFD9)

    /// Comments go (A.9.2), and so does what stands behind the end. Of tiles, whose lengths are told elsewhere too, those
    /// with a comment are refused.
    private static func codestream(_ bytes: [UInt8], _ range: Range<Int>) throws(ParseError) -> [Range<Int>] {
        let reader = ByteReader(bytes)
        var (ranges, position, start) = ([Range<Int>](), range.lowerBound + 2, range.lowerBound)
        func marker(at position: Int) throws(ParseError) -> (kind: Int, end: Int) {
            let (kind, length) = (try reader.uint16(at: position), try reader.uint16(at: position + 2))
            guard kind >= 0xFF50, length >= 2, position + 2 + length <= range.upperBound else { throw broken(position) }
            return (kind, position + 2 + length)
        }
        while position + 4 <= range.upperBound, try reader.uint16(at: position) != startOfTile {
            let (kind, end) = try marker(at: position)
            if kind == comment {
                ranges.append(start..<position)
                start = end
            }
            position = end
        }
        while position + 12 <= range.upperBound, try reader.uint16(at: position) == startOfTile {
            let size = try reader.uint32(at: position + 6)
            // The last one can go on to the end.
            let tile = position..<(size == 0 ? range.upperBound : position + size)
            guard size == 0 || size >= 14, tile.upperBound <= range.upperBound else { throw broken(position) }
            var inner = position + 12
            while inner + 2 <= tile.upperBound, try reader.uint16(at: inner) != startOfData {
                let (kind, end) = try marker(at: inner)
                if kind == comment {
                    throw ParseError(.unsupported, at: inner, "a JPEG 2000 picture with notes in its tiles")
                }
                inner = end
            }
            position = tile.upperBound
        }
        var last = range.upperBound
        if position + 2 <= last, try reader.uint16(at: position) == end { last = position + 2 }
        return (ranges + [start..<last]).filter { !$0.isEmpty }
    }
}
