internal import SecrBytes

/// Which channels AAC has (ISO/IEC 14496-3, 4.4.1.1), of which only the comment at its end is of interest here.
struct ProgramConfiguration {
    /// In bits from the start of the block.
    let comment: Range<Int>
    /// How many bytes of the comment are none: where loudspeakers hang high or low is written in front of the text, in
    /// what older decoders take for a part of it.
    let heights: Int

    private static let heightMark = 0xAC

    /// - Parameter reader: of the block from whose start bytes are counted; behind the three bits that announce this.
    init(_ reader: inout BitReader) throws(ParseError) {
        try reader.skip(4 + 2 + 4)
        let directions = try [reader.next(4), reader.next(4), reader.next(4)].reduce(0, +)
        let (low, data, coupled) = (try reader.next(2), try reader.next(3), try reader.next(4))
        for bits in [4, 4, 3] where try reader.flag() { try reader.skip(bits) }
        try reader.skip(5 * directions + 4 * low + 4 * data + 5 * coupled)
        reader.align()
        let count = try reader.next(8)
        let start = reader.position
        var comment = reader
        try reader.skip(8 * count)
        self.comment = start..<reader.position
        guard count >= 3, try comment.next(8) == Self.heightMark else {
            heights = 0
            return
        }
        // The mark, two bits for each of the elements, and a checksum; what does not fit, decoders take as broken.
        heights = min(count, 1 + (2 * directions + 7) / 8 + 1)
    }
}
