/// Pictures of fax machines (ITU-T T.6), as far as their end goes.
enum PDFFax {
    /// Behind the mark of the end, which no line of a picture looks like; `nil` where there is none.
    static func end(of bytes: [UInt8], _ filter: PDFFilter?) -> Int? {
        // Only lines that are all coded by those above them have such a mark, and it can be switched off.
        let parameters = filter?.parameters.dictionary
        guard (parameters?["K"]?.real ?? 0) < 0, parameters?["EndOfBlock"] != .bool(false) else { return nil }
        var last: UInt32 = 0xFFFF_FFFF
        for (place, byte) in bytes.enumerated() {
            for bit in (0..<8).reversed() {
                last = last << 1 | UInt32(byte >> UInt8(bit)) & 1
                if last & 0xFF_FFFF == 0x00_1001 { return place + 1 }
            }
        }
        return nil
    }
}
