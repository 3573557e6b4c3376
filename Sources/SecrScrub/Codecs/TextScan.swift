/// Reads a text as `sscanf` does.
struct TextScan {
    struct Number {
        /// Not more than decoders can hold.
        var value: Int
        /// The same as a text: no sign, no spaces.
        var digits: [UInt8]
    }

    private let text: [UInt8]
    private var position = 0
    /// Those of a number that is written as it stands.
    private static let (plainDigits, mostDigits) = (8, 9)

    init(_ text: [UInt8]) { self.text = text }

    private var next: UInt8? { position < text.count ? text[position] : nil }

    /// Goes behind `word`, if that is what follows.
    mutating func take(_ word: StaticString) -> Bool {
        guard text[position...].starts(with: word.description.utf8) else { return false }
        position += word.utf8CodeUnitCount
        return true
    }

    /// The same, behind any spaces.
    mutating func takeSpaced(_ word: StaticString) -> Bool {
        skipSpaces()
        return take(word)
    }

    private mutating func skipSpaces() {
        while let byte = next, byte == 0x20 || (0x09...0x0D).contains(byte) { position += 1 }
    }

    /// - Returns: how many bytes are in front of `byte`.
    mutating func skip(to byte: UInt8) -> Int {
        let start = position
        while let other = next, other != byte { position += 1 }
        return position - start
    }

    mutating func number() -> Number? {
        skipSpaces()
        let isNegative = next == UInt8(ascii: "-")
        if isNegative || next == UInt8(ascii: "+") { position += 1 }
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        let all = text[start..<position]
        if all.isEmpty { return nil }
        let isPlain = all.count <= Self.plainDigits
        var digits = isPlain ? Array(all) : all.drop { $0 == UInt8(ascii: "0") }.prefix(Self.mostDigits).map { $0 }
        if digits.isEmpty { digits = [UInt8(ascii: "0")] }
        let value = digits.reduce(0) { 10 * $0 + Int($1) - 0x30 }
        return isNegative ? Number(value: -value, digits: [UInt8(ascii: "0")]) : Number(value: value, digits: digits)
    }
}
