/// A NAL unit, in which parts are written over without moving anything (ISO/IEC 14496-10, 7.4.1; 23008-2, 7.4.2).
///
/// Two zeros are followed by an escape byte wherever they would look like something else. An escape byte stays, with the
/// zeros in front of it, and no new one may be needed.
package struct EscapedUnit {
    /// As it stands in the file.
    let raw: [UInt8]
    /// Without escape bytes.
    package let content: [UInt8]
    /// Where each byte of the content stands.
    private let places: [Int]
    private static let escape: UInt8 = 3

    package init(_ raw: [UInt8]) {
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
    package func rawRange(of part: Range<Int>) -> Range<Int> {
        guard let last = part.last else { return 0..<0 }
        return places[part.lowerBound]..<places[last] + 1
    }

    private func isEscape(_ place: Int) -> Bool {
        place >= 2 && place < raw.count && raw[place] == Self.escape && raw[place - 1] == 0 && raw[place - 2] == 0
    }

    /// Whether it is one of two zeros that an escape byte follows.
    private func isInFront(_ place: Int) -> Bool { isEscape(place + 1) || isEscape(place + 2) }

    /// What stands at a part of the content once that is filled with one value, which is larger than 3.
    package func filling(_ part: Range<Int>, with value: UInt8) -> [UInt8] {
        let range = rawRange(of: part)
        var filled = Array(raw[range])
        for place in part.lazy.map({ places[$0] }) {
            if isInFront(place) { continue }
            // Behind an escape byte there can only be small numbers.
            filled[place - range.lowerBound] = isEscape(place - 1) ? 1 : value
        }
        return filled
    }

    /// What stands at a part of the content once that is something else of the same size; `nil` where that would need other
    /// escape bytes.
    ///
    /// Only the neighbours are looked at: a unit can have as many parts as it has bytes.
    package func writing(_ new: [UInt8], over part: Range<Int>) -> [UInt8]? {
        let range = rawRange(of: part)
        let near = max(0, range.lowerBound - 3)..<min(raw.count, range.upperBound + 3)
        var written = Array(raw[near])
        for (place, byte) in zip(places[part], new) { written[place - near.lowerBound] = byte }
        guard Self.escapes(in: written) == Self.escapes(in: raw[near]), Self.isEscaped(written) else { return nil }
        return Array(written[range.lowerBound - near.lowerBound..<range.upperBound - near.lowerBound])
    }

    /// The same with as few bits as possible of those that are free; there is a way where the unit was a valid one.
    ///
    /// - Parameter free: bits of each byte.
    package func writing(free: [UInt8], over part: Range<Int>) -> [UInt8]? {
        let fixed = zip(content[part], free).map { $0 & ~$1 }
        var (new, isTried) = (fixed, [Bool](repeating: false, count: 3 * fixed.count))
        /// - Parameter before: zeros in front, of which two need an escape byte.
        func fit(_ at: Int, _ before: Int) -> [UInt8]? {
            if at == new.count { return writing(new, over: part) }
            if isTried[3 * at + before] { return nil }
            isTried[3 * at + before] = true
            let place = places[part.lowerBound + at]
            let isBehind = isEscape(place - 1)
            let zeros = isBehind ? 0 : before
            for bits in [0, free[at] & 3, free[at] & ~3] {
                let value = fixed[at] | bits & (~bits &+ 1)
                if value > 0 && isInFront(place) || isBehind && value > 3 || zeros == 2 && value <= 3 { continue }
                new[at] = value
                if let written = fit(at + 1, value == 0 ? min(2, zeros + 1) : 0) { return written }
            }
            return nil
        }
        return fit(0, raw[..<(rawRange(of: part).lowerBound)].suffix(2).reversed().prefix { $0 == 0 }.count)
    }

    /// Where escape bytes stand, from the start of a part.
    private static func escapes(in bytes: some Collection<UInt8>) -> [Int] {
        var (escapes, zeros) = ([Int](), 0)
        for (place, byte) in bytes.enumerated() {
            let isEscape = zeros >= 2 && byte == escape
            if isEscape { escapes.append(place) }
            zeros = byte == 0 ? zeros + 1 : 0
        }
        return escapes
    }

    /// Whether no two zeros are followed by what needs an escape byte.
    package static func isEscaped(_ bytes: [UInt8]) -> Bool {
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
