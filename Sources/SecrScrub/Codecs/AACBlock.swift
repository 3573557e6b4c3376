internal import SecrBytes

/// A `raw_data_block` of AAC, and what becomes of what stands in front of the sound.
struct AACBlock {
    private enum Element {
        static let (data, program, fill) = (4, 5, 6)
    }

    private var reader: BitReader
    private var changes: BitChanges

    init(_ bytes: [UInt8]) {
        reader = BitReader(bytes)
        changes = BitChanges(bytes)
    }

    /// Whether a block that begins with this byte begins with something else than sound.
    static func mayHold(_ first: UInt8) -> Bool { (Element.data...Element.fill).contains(Int(first >> 5)) }

    /// - Throws: where it makes no sense; what was found in front of that holds.
    mutating func clean() throws(ParseError) {
        while reader.left >= 3 {
            switch try reader.next(3) {
            case Element.data: try cleanData()
            case Element.program: try cleanProgram()
            case Element.fill: try cleanFill()
            default: return
            }
        }
    }

    /// - Parameter start: where the block lies in the input.
    func report(at start: Int, _ found: inout CodedFindings) throws(ParseError) {
        try changes.report(at: start, &found)
    }

    /// 4.4.2.1, `data_stream_element`.
    private mutating func cleanData() throws(ParseError) {
        try reader.skip(4)
        let isAligned = try reader.flag()
        var count = try reader.next(8)
        if count == 255 { count += try reader.next(8) }
        if isAligned { reader.align() }
        let start = reader.position
        try reader.skip(8 * count)
        changes.write(AACAncillary.essence(reader.bytes(from: start, count: count)), at: start, as: .soundMessage)
    }

    private mutating func cleanProgram() throws(ParseError) {
        let program = try ProgramConfiguration(&reader)
        changes.clear(program.comment.dropFirst(8 * program.heights), as: .soundMessage)
    }

    /// 4.4.2.7, `fill_element`.
    private mutating func cleanFill() throws(ParseError) {
        var count = try reader.next(4)
        if count == 15 { count += try reader.next(8) - 1 }
        let start = reader.position
        try reader.skip(8 * count)
        var fill = AACFill(range: start..<reader.position, reader.bytes)
        try fill.clean(&changes)
    }
}
