/// One message of supplemental enhancement information (ISO/IEC 14496-10, 7.3.2.3.1; 23008-2, 7.3.5).
struct SEIMessage {
    var type: Int
    /// In the content of its unit.
    var payload: Range<Int>

    /// Those of one unit, and whether there is nothing else in it.
    ///
    /// - Parameters:
    ///   - content: of the unit, without escape bytes.
    ///   - start: behind the header.
    static func all(in content: [UInt8], from start: Int) -> (messages: [SEIMessage], isWhole: Bool) {
        var end = content.count
        while end > start, content[end - 1] == 0 { end -= 1 }
        var (messages, at): ([SEIMessage], Int) = ([], start)
        // A unit ends with a single bit that is set.
        while at < end, !(at == end - 1 && content[at] == 0x80) {
            guard let type = number(content, &at, end), let size = number(content, &at, content.count),
                size <= content.count - at
            else { return (messages, false) }
            messages.append(SEIMessage(type: type, payload: at..<at + size))
            at += size
        }
        return (messages, true)
    }

    private static func number(_ content: [UInt8], _ at: inout Int, _ end: Int) -> Int? {
        var sum = 0
        while at < end {
            sum += Int(content[at])
            at += 1
            if content[at - 1] != 0xFF { return sum }
        }
        return nil
    }
}
