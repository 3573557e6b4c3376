internal import SecrBytes

/// The table segments of T.81, section B.2.4: each must be filled exactly, or bytes could hide behind the tables.
enum JPEGTables {
    /// One table and where it goes.
    struct Table: Equatable, Sendable {
        enum Slot: Hashable, Sendable {
            case quantization(UInt8)
            case huffman(isAC: Bool, UInt8)
            case conditioning(UInt8)
            case restartInterval
        }

        var slot: Slot
        /// As in the segment, with the byte that names the slot where there is one.
        var bytes: [UInt8]
    }

    static func tables(_ kind: JPEGNodeKind, _ segment: ByteReader) throws(ParseError) -> [Table] {
        var tables: [Table] = []
        var at = 0
        while at < segment.count || (at == 0 && kind == .restartInterval) {
            let (slot, length) = try next(kind, segment, at: at)
            tables.append(Table(slot: slot, bytes: try Array(segment.slice(at: at, count: length))))
            at += length
            if kind == .restartInterval { break }
        }
        guard at == segment.count else { throw ParseError(.malformed, at: segment.base + at, "bytes behind a table") }
        return tables
    }

    private static func next(
        _ kind: JPEGNodeKind, _ segment: ByteReader, at offset: Int
    ) throws(ParseError) -> (Table.Slot, length: Int) {
        let head = UInt8(try segment.uint8(at: offset))
        switch kind {
        case .quantizationTables:
            guard head >> 4 <= 1, head & 15 < 4 else {
                throw ParseError(.malformed, at: segment.base + offset, "a quantisation table makes no sense")
            }
            return (.quantization(head & 15), 1 + 64 * (1 + Int(head >> 4)))
        case .huffmanTables:
            let counts = try segment.slice(at: offset + 1, count: 16)
            let symbols = counts.reduce(0) { $0 + Int($1) }
            guard head >> 4 <= 1, head & 15 < 4, symbols <= 256, hasRoom(for: counts) else {
                throw ParseError(.malformed, at: segment.base + offset, "a Huffman table makes no sense")
            }
            return (.huffman(isAC: head >> 4 == 1, head & 15), 17 + symbols)
        case .arithmeticConditioning: return (.conditioning(head), 2)
        case .restartInterval: return (.restartInterval, 2)
        default: preconditionFailure("not a table segment")
        }
    }

    /// Whether codes of lengths 1...16 in these numbers exist at all.
    private static func hasRoom(for counts: ArraySlice<UInt8>) -> Bool {
        var free = 1
        for count in counts {
            free = 2 * free - Int(count)
            if free < 0 { return false }
        }
        return true
    }
}
