/// A NAL unit, in which parts are written over without moving anything (ISO/IEC 14496-10, 7.4.1; 23008-2, 7.4.2).
///
/// Two zeros are followed by an escape byte wherever they would look like something else. An escape byte stays, with the
/// zeros in front of it, and no new one may be needed.
struct EscapedUnit {
    /// As it stands in the file.
    let raw: [UInt8]
    /// Without escape bytes.
    let content: [UInt8]
    /// Where each byte of the content stands.
    private let places: [Int]
    private static let escape: UInt8 = 3

    init(_ raw: [UInt8]) {
        var (content, places, zeros) = ([UInt8](), [Int](), 0)
        content.reserveCapacity(raw.count)
        places.reserveCapacity(raw.count)
        for (place, byte) in raw.enumerated() {
            if zeros >= 2, byte == Self.escape {
                zeros = 0
                continue
            }
            zeros = byte == 0 ? zeros + 1 : 0
            content.append(byte)
            places.append(place)
        }
        (self.raw, self.content, self.places) = (raw, content, places)
    }

    /// Where a part of the content stands, escape bytes between included.
    func rawRange(of part: Range<Int>) -> Range<Int> {
        guard let last = part.last else { return 0..<0 }
        return places[part.lowerBound]..<places[last] + 1
    }

    private func isEscape(_ place: Int) -> Bool {
        place >= 2 && place < raw.count && raw[place] == Self.escape && raw[place - 1] == 0 && raw[place - 2] == 0
    }

    /// The whole unit with a part of its content filled with one value, which is larger than 3.
    func filling(_ part: Range<Int>, with value: UInt8) -> [UInt8] {
        var filled = raw
        for place in part.lazy.map({ places[$0] }) {
            // Zeros that an escape byte follows.
            if isEscape(place + 1) || isEscape(place + 2) { continue }
            // Behind an escape byte there can only be small numbers.
            filled[place] = isEscape(place - 1) ? 1 : value
        }
        return filled
    }

    /// The whole unit with other content of the same size; `nil` where that would need other escape bytes.
    func writing(_ content: [UInt8]) -> [UInt8]? {
        var written = raw
        for (place, byte) in zip(places, content) { written[place] = byte }
        return EscapedUnit(written).content == content && Self.isEscaped(written) ? written : nil
    }

    /// Whether no two zeros are followed by what needs an escape byte.
    private static func isEscaped(_ bytes: [UInt8]) -> Bool {
        var zeros = 0
        for (place, byte) in bytes.enumerated() {
            if zeros >= 2 {
                if byte < escape { return false }
                if byte == escape, place + 1 < bytes.count, bytes[place + 1] > escape { return false }
            }
            zeros = byte == 0 ? zeros + 1 : 0
        }
        return true
    }
}
