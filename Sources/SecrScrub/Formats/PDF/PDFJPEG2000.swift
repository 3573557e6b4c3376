internal import SecrBytes

/// JPEG 2000 pictures (ISO/IEC 15444-1).
enum PDFJPEG2000 {
    /// Copied from the picture, or written anew.
    typealias Part = OutputPlan.Piece

    /// Boxes that decoders need: the signature, the type, how samples become colours, and the coded picture.
    private static let needed: Set<FourCC> = ["jP  ", "ftyp", "jp2h", "jp2c"]

    private static func broken(_ place: Int) -> ParseError {
        ParseError(.malformed, at: place, "a JPEG 2000 picture that makes no sense")
    }

    /// What decoders need; one range where that is all there is.
    ///
    /// - Parameter profile: what a colour profile becomes; `nil` where it stays as it is.
    static func needed(_ bytes: [UInt8], profile: ([UInt8]) throws -> [UInt8]?) throws -> [Part] {
        if bytes.starts(with: [0xFF, 0x4F]) { return joined(try codestream(bytes, 0..<bytes.count)) }
        let reader = ByteReader(bytes)
        var (position, parts, seen): (Int, [Part], Set<FourCC>) = (0, [], [])
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
                parts += (isSame ? [.copy(box.prefix(Box.headerSize))] : [.bytes(head)]) + coded
            } else if type == "jp2h" {
                parts += try header(bytes, box, profile)
            } else if needed.contains(type), seen.insert(type).inserted {
                parts.append(.copy(box))
            }
            position += size
        }
        guard !parts.isEmpty else { throw broken(0) }
        return joined(parts)
    }

    /// Boxes of the header that say how samples become colours (I.5.3).
    private static let shown: Set<FourCC> = ["ihdr", "bpcc", "colr", "pclr", "cmap", "cdef"]

    private static func header(
        _ bytes: [UInt8], _ box: Range<Int>, _ profile: ([UInt8]) throws -> [UInt8]?
    ) throws -> [Part] {
        let reader = ByteReader(bytes)
        var (position, parts) = (box.lowerBound + Box.headerSize, [Part]())
        while position + Box.headerSize <= box.upperBound {
            let size = try reader.uint32(at: position)
            guard size >= Box.headerSize, size <= box.upperBound - position else { throw broken(position) }
            let (type, inner) = (try reader.fourCC(at: position + 4), position..<position + size)
            // A profile stands behind three bytes that say so (I.5.3.3).
            if type == "colr", size > 11, [2, 3].contains(bytes[position + 8]),
                let other = try profile(Array(bytes[inner.dropFirst(11)]))
            {
                var own: [UInt8] = []
                own.appendBoxHeader("colr", contentSize: 3 + other.count)
                parts.append(.bytes(own + bytes[inner.dropFirst(8).prefix(3)] + other))
            } else if shown.contains(type) {
                parts.append(.copy(inner))
            }
            position += size
        }
        let count = parts.reduce(0) { $0 + $1.count }
        if joined(parts) == [.copy(box.dropFirst(Box.headerSize))] { return [.copy(box)] }
        var head: [UInt8] = []
        head.appendBoxHeader("jp2h", contentSize: count)
        return [.bytes(head)] + parts
    }

    private static func joined(_ parts: [Part]) -> [Part] {
        parts.reduce(into: []) { found, part in
            if case .copy(let last)? = found.last, case .copy(let next) = part, last.upperBound == next.lowerBound {
                found[found.count - 1] = .copy(last.lowerBound..<next.upperBound)
            } else {
                found.append(part)
            }
        }
    }

    // MARK: The coded picture

    private static let (startOfTile, startOfData, end) = (0xFF90, 0xFF93, 0xFFD9)
    /// How long the parts are, for readers who want to jump; true no longer where something in them goes.
    private static let lengths: Set<Int> = [0xFF55, 0xFF57, 0xFF58]

    /// Of what stands in front of data, what decoders read: ISO/IEC 15444-1, A.2, and the extensions of its part 2. Comments
    /// are not among it (A.9.2).
    private static func isNeeded(_ marker: Int) -> Bool {
        switch marker {
        case 0xFF50...0xFF63, 0xFF65...0xFF79: true
        default: false
        }
    }

    private typealias Segment = (kind: Int, range: Range<Int>)

    /// Segments up to `stop`.
    private static func segments(
        _ reader: ByteReader, _ range: Range<Int>, upTo stop: Int
    ) throws(ParseError) -> [Segment] {
        var (found, position): ([Segment], Int) = ([], range.lowerBound)
        while position + 4 <= range.upperBound {
            let kind = try reader.uint16(at: position)
            if kind == stop { break }
            let end = position + 2 + (try reader.uint16(at: position + 2))
            guard kind >= 0xFF50, end >= position + 4, end <= range.upperBound else { throw broken(position) }
            found.append((kind, position..<end))
            position = end
        }
        return found
    }

    /// What stands behind the end goes too.
    private static func codestream(_ bytes: [UInt8], _ range: Range<Int>) throws(ParseError) -> [Part] {
        let reader = ByteReader(bytes)
        let head = try segments(reader, range.dropFirst(2), upTo: startOfTile)
        var (tiles, position): ([Part], Int) = ([], head.last?.range.upperBound ?? range.lowerBound + 2)
        var hasOtherLengths = false
        while position + 12 <= range.upperBound, try reader.uint16(at: position) == startOfTile {
            let size = try reader.uint32(at: position + 6)
            // The last one can go on to the end.
            let tile = position..<(size == 0 ? range.upperBound : position + size)
            guard size == 0 || size >= 14, tile.upperBound <= range.upperBound else { throw broken(position) }
            let parts = try segments(reader, tile.dropFirst(12), upTo: startOfData)
            let kept = parts.filter { isNeeded($0.kind) }
            if kept.count == parts.count {
                tiles.append(.copy(tile))
            } else {
                hasOtherLengths = true
                let data = (parts.last?.range.upperBound ?? tile.lowerBound + 12)..<tile.upperBound
                let count = kept.reduce(12 + data.count) { $0 + $1.range.count }
                var start = Array(bytes[tile.prefix(6)])
                start.appendBigEndian32(size == 0 ? 0 : count)
                tiles += [.bytes(start), .copy(tile.dropFirst(10).prefix(2))] + kept.map { .copy($0.range) }
                tiles.append(.copy(data))
            }
            position = tile.upperBound
        }
        let kept = head.filter { isNeeded($0.kind) && !(hasOtherLengths && lengths.contains($0.kind)) }
        var last = position
        if position + 2 <= range.upperBound, try reader.uint16(at: position) == end { last = position + 2 }
        // What is no tile and no end is left to decoders.
        if last == position, tiles.isEmpty { last = range.upperBound }
        return [.copy(range.prefix(2))] + kept.map { .copy($0.range) } + tiles
            + (last > position ? [.copy(position..<last)] : [])
    }
}
