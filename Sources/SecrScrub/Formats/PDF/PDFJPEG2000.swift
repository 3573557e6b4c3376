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
            } else if needed.contains(type) {
                parts.append(.range(box))
            }
            position += size
        }
        guard !parts.isEmpty else { throw broken(0) }
        return joined(parts)
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

    /// Comments in the main header go (A.9.2); nothing counts from there.
    private static func codestream(_ bytes: [UInt8], _ range: Range<Int>) throws(ParseError) -> [Range<Int>] {
        let reader = ByteReader(bytes)
        var (ranges, position, start) = ([Range<Int>](), range.lowerBound + 2, range.lowerBound)
        while position + 4 <= range.upperBound {
            let marker = try reader.uint16(at: position)
            if marker == 0xFF90 { break }
            let end = position + 2 + (try reader.uint16(at: position + 2))
            guard marker >= 0xFF50, end <= range.upperBound, end > position + 3 else { throw broken(position) }
            if marker == 0xFF64 {
                ranges.append(start..<position)
                start = end
            }
            position = end
        }
        return (ranges + [start..<range.upperBound]).filter { !$0.isEmpty }
    }
}
