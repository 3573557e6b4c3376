internal import SecrBytes

/// Bits of a sample that are written over, where parts begin and end within bytes.
struct BitChanges {
    private let old: [UInt8]
    private var new: [UInt8]
    private var parts: [(bits: Range<Int>, part: CodedPart)] = []

    private static let shortestText = 6

    init(_ bytes: [UInt8]) { (old, new) = (bytes, bytes) }

    mutating func write(_ bytes: [UInt8], at start: Int, as part: CodedPart) {
        for (place, byte) in bytes.enumerated() {
            new.setBits(start + 8 * place..<start + 8 * place + 8, to: Int(byte))
        }
        parts.append((start..<start + 8 * bytes.count, part))
    }

    mutating func clear(_ bits: Range<Int>, as part: CodedPart) {
        var at = bits.lowerBound
        while at < bits.upperBound {
            let end = min(bits.upperBound, (at | 7) + 1)
            new.setBits(at..<end, to: 0)
            at = end
        }
        parts.append((bits, part))
    }

    /// What bytes that fill up are: a text, or not what they should be.
    func part(of bits: Range<Int>) -> CodedPart {
        var run = 0
        for byte in old[bits.lowerBound / 8..<(bits.upperBound + 7) / 8] {
            run = (0x20..<0x7F).contains(byte) ? run + 1 : 0
            if run == Self.shortestText { return .soundMessage }
        }
        return .fill
    }

    /// - Parameter start: where the sample lies in the input.
    func report(at start: Int, _ found: inout CodedFindings) throws(ParseError) {
        var end = 0
        for (bits, part) in parts {
            // A byte that two of them share was counted with the first.
            let range = max(end, bits.lowerBound / 8)..<max(end, (bits.upperBound + 7) / 8)
            end = range.upperBound
            try found.replace(
                start + range.lowerBound..<start + range.upperBound, Array(old[range]), by: Array(new[range]), as: part)
        }
    }
}

extension BitReader {
    /// Bytes from any bit on, which the caller has bounded.
    func bytes(from start: Int, count: Int) -> [UInt8] {
        let (first, shift) = (start >> 3, UInt8(start & 7))
        if shift == 0 { return Array(bytes[first..<first + count]) }
        return (first..<first + count).map { bytes[$0] << shift | bytes[$0 + 1] >> (8 - shift) }
    }
}
