internal import SecrBytes

/// JBIG2 pictures as they stand in documents: segments one behind the other (ISO/IEC 14492, 7.2).
enum PDFJBIG2 {
    /// Notes (7.4.16).
    private static let notes = 62

    /// The segments without notes, as far as they can be told apart; `nil` where there are none.
    static func withoutNotes(_ bytes: [UInt8]) -> [Range<Int>]? {
        let reader = ByteReader(bytes)
        var (kept, start, position): ([Range<Int>], Int, Int) = ([], 0, 0)
        while let segment = try? segment(reader, at: position), segment.end <= bytes.count {
            if segment.kind == notes {
                kept.append(start..<position)
                start = segment.end
            }
            position = segment.end
        }
        if start == 0 { return nil }
        return (kept + [start..<bytes.count]).filter { !$0.isEmpty }
    }

    private static func segment(_ reader: ByteReader, at start: Int) throws(ParseError) -> (kind: Int, end: Int) {
        let number = try reader.uint32(at: start)
        let flags = try reader.uint8(at: start + 4)
        var position = start + 5
        // How many segments it refers to, in three bits or in twenty-nine.
        var count = try reader.uint8(at: position) >> 5
        if count == 7 {
            count = try reader.uint32(at: position) & 0x1FFF_FFFF
            position += 4 + (count + 8) / 8
        } else {
            position += 1
        }
        position += count * (number <= 256 ? 1 : number <= 65_536 ? 2 : 4)
        position += flags & 0x40 == 0 ? 1 : 4
        let size = try reader.uint32(at: position)
        return (flags & 0x3F, position + 4 + size)
    }
}
