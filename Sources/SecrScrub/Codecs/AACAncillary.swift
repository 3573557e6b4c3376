/// Data between AAC, of which decoders use one kind: how loud, and how to mix channels down (ETSI TS 101 154, C.5.2).
enum AACAncillary {
    private static let mark: UInt8 = 0xBC
    private static let headSize = 3

    /// What is left of it: that kind as it is but for its clock, and zeros.
    static func essence(_ data: [UInt8]) -> [UInt8] {
        let zeros = [UInt8](repeating: 0, count: data.count)
        guard data.count >= headSize, data[0] == mark else { return zeros }
        let status = data[2]
        var end = headSize
        if status & 0x10 != 0 { end += 1 }
        if status & 0x04 != 0 { end += 2 }
        var clocks: [Int] = []
        for bit in [0x02, 0x01] as [UInt8] where status & bit != 0 {
            clocks.append(end)
            end += 2
        }
        if status & 0x08 != 0, end < data.count {
            let more = data[end]
            end += 1
            if more & 0x40 != 0 { end += 1 }
            if more & 0x20 != 0 { end += 2 }
            if more & 0x10 != 0 { end += 1 }
        }
        // What is cut off is taken by decoders as it comes.
        guard end <= data.count else { return data }
        var kept = data[..<end] + zeros[end...]
        for clock in clocks {
            // The first two bits say what it is.
            kept[clock] &= 0xC0
            kept[clock + 1] = 0
        }
        return Array(kept)
    }
}
