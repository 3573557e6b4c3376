internal import SecrBytes

/// Cuts PDF text into tokens (ISO 32000-2, 7.2 and 7.3).
struct PDFLexer {
    enum Token: Equatable {
        case number(String)
        case name(String)
        case string([UInt8])
        case arrayStart, arrayEnd, dictionaryStart, dictionaryEnd
        /// Anything else: an operator, `true`, `R`.
        case word(String)
    }

    private let bytes: [UInt8]
    private(set) var position: Int
    /// Where the last token begins.
    private(set) var start = 0
    /// Comments, as far as they have been passed over.
    private(set) var comments: [Range<Int>] = []

    init(_ bytes: [UInt8], at position: Int = 0) {
        self.bytes = bytes
        self.position = position
    }

    static func isWhite(_ byte: UInt8) -> Bool { byte == 0x20 || (byte >= 9 && byte <= 13 && byte != 11) || byte == 0 }

    static func isDelimiter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x28, 0x29, 0x3C, 0x3E, 0x5B, 0x5D, 0x7B, 0x7D, 0x2F, 0x25: true
        default: false
        }
    }

    static func isRegular(_ byte: UInt8) -> Bool { !isWhite(byte) && !isDelimiter(byte) }

    private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipSpace() {
        while let byte {
            if byte == 0x25 {
                let start = position
                while let byte = self.byte, byte != 10, byte != 13 { position += 1 }
                comments.append(start..<position)
            } else if Self.isWhite(byte) {
                position += 1
            } else {
                return
            }
        }
    }

    /// Whether a number and the word `R` can follow, as far as that is seen at once.
    var isInFrontOfReference: Bool {
        var place = position
        func skip(_ isOne: (UInt8) -> Bool) { while place < bytes.count, isOne(bytes[place]) { place += 1 } }
        skip(Self.isWhite)
        let start = place
        skip { (0x30...0x39).contains($0) || $0 == 0x2B || $0 == 0x2D }
        let hasNumber = place > start
        skip(Self.isWhite)
        guard place < bytes.count else { return false }
        // Comments can be anywhere.
        return bytes[place] == 0x25 || hasNumber && bytes[place] == 0x52
    }

    /// `nil` at the end.
    mutating func next() throws(ParseError) -> Token? {
        skipSpace()
        start = position
        guard let byte else { return nil }
        position += 1
        switch byte {
        case 0x2F: return .name(name())
        case 0x28: return .string(try literal())
        case 0x5B: return .arrayStart
        case 0x5D: return .arrayEnd
        case 0x3C:
            if self.byte == 0x3C {
                position += 1
                return .dictionaryStart
            }
            return .string(try hexadecimal())
        case 0x3E where self.byte == 0x3E:
            position += 1
            return .dictionaryEnd
        case _ where Self.isDelimiter(byte): return .word(String(UnicodeScalar(byte)))
        default:
            while let byte = self.byte, Self.isRegular(byte) { position += 1 }
            let text = latin(bytes[start..<position])
            return Self.isNumber(bytes[start..<position]) ? .number(text) : .word(text)
        }
    }

    /// Digits with a sign in front and a point, at most one of each.
    private static func isNumber(_ text: ArraySlice<UInt8>) -> Bool {
        var (digits, points) = (0, 0)
        for (place, byte) in text.enumerated() {
            switch byte {
            case 0x30...0x39: digits += 1
            case 0x2E: points += 1
            case 0x2B, 0x2D: if place > 0 { return false }
            default: return false
            }
        }
        return digits > 0 && points <= 1
    }

    private func latin(_ bytes: some Collection<UInt8>) -> String {
        if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
        var text = String.UnicodeScalarView()
        for byte in bytes { text.append(UnicodeScalar(byte)) }
        return String(text)
    }

    private mutating func name() -> String {
        let start = position
        var isPlain = true
        while let byte, Self.isRegular(byte) {
            if byte == 0x23 || byte > 0x7F { isPlain = false }
            position += 1
        }
        let spelled = bytes[start..<position]
        if isPlain { return String(decoding: spelled, as: UTF8.self) }
        var found: [UInt8] = []
        var place = spelled.startIndex
        while place < spelled.endIndex {
            if spelled[place] == 0x23, place + 2 < spelled.endIndex, let high = Self.digit(spelled[place + 1]),
                let low = Self.digit(spelled[place + 2])
            {
                found.append(high << 4 | low)
                place += 3
            } else {
                found.append(spelled[place])
                place += 1
            }
        }
        return latin(found)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }

    private func cutOff() -> ParseError { ParseError(.truncated, at: position, "a string that does not end") }

    private mutating func hexadecimal() throws(ParseError) -> [UInt8] {
        var digits: [UInt8] = []
        while let byte {
            position += 1
            if byte == 0x3E {
                if !digits.count.isMultiple(of: 2) { digits.append(0) }
                return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
            }
            if let digit = Self.digit(byte) { digits.append(digit) }
        }
        throw cutOff()
    }

    /// 7.3.4.2.
    private mutating func literal() throws(ParseError) -> [UInt8] {
        var found: [UInt8] = []
        var depth = 1
        while let byte {
            position += 1
            switch byte {
            case 0x28: depth += 1
            case 0x29:
                depth -= 1
                if depth == 0 { return found }
            case 0x5C:
                escape(&found)
                continue
            case 13:
                // Line ends in a string are all the same.
                if self.byte == 10 { position += 1 }
                found.append(10)
                continue
            default: break
            }
            found.append(byte)
        }
        throw cutOff()
    }

    private mutating func escape(_ found: inout [UInt8]) {
        guard let byte else { return }
        position += 1
        switch byte {
        case 0x6E: found.append(10)
        case 0x72: found.append(13)
        case 0x74: found.append(9)
        case 0x62: found.append(8)
        case 0x66: found.append(12)
        case 10: break
        case 13: if self.byte == 10 { position += 1 }
        case 0x30...0x37:
            var value = Int(byte - 0x30)
            for _ in 0..<2 {
                guard let digit = self.byte, (0x30...0x37).contains(digit) else { break }
                value = value << 3 | Int(digit - 0x30)
                position += 1
            }
            found.append(UInt8(truncatingIfNeeded: value))
        default: found.append(byte)
        }
    }
}

/// Reads objects (7.3).
struct PDFReader {
    private(set) var lexer: PDFLexer
    private static let deepest = 200
    /// Of the dictionaries and arrays that have not ended, what has been read: they are as large as they have to be.
    private var entries: [PDFDictionary.Entry] = []
    private var values: [PDFValue] = []
    /// More are in few objects.
    private static let usual = 12

    init(_ lexer: PDFLexer) { self.lexer = lexer }

    /// The whole text as one object.
    static func value(_ bytes: [UInt8]) throws(ParseError) -> PDFValue {
        var reader = PDFReader(PDFLexer(bytes))
        return try reader.value()
    }

    /// The next object.
    mutating func value() throws(ParseError) -> PDFValue { try value(depth: 0) ?? .null }

    /// `nil` where an array or a dictionary ends.
    private mutating func value(depth: Int) throws(ParseError) -> PDFValue? {
        guard depth < Self.deepest else {
            throw ParseError(.limit, at: lexer.position, "objects that are nested too deeply")
        }
        guard let token = try lexer.next() else { return nil }
        switch token {
        case .number(let text):
            if let reference = try reference(text) { return reference }
            return .number(text)
        case .name(let name): return .name(name)
        case .string(let bytes): return .string(bytes)
        case .arrayStart:
            let start = values.count
            values.reserveCapacity(Self.usual)
            while let value = try value(depth: depth + 1) { values.append(value) }
            defer { values.removeLast(values.count - start) }
            return .array(Array(values[start...]))
        case .dictionaryStart: return try dictionary(depth: depth)
        case .arrayEnd, .dictionaryEnd: return nil
        case .word("true"): return .bool(true)
        case .word("false"): return .bool(false)
        case .word("null"): return .null
        case .word: throw ParseError(.malformed, at: lexer.start, "an object that makes no sense")
        }
    }

    private mutating func dictionary(depth: Int) throws(ParseError) -> PDFValue {
        let start = entries.count
        entries.reserveCapacity(Self.usual)
        while let token = try lexer.next(), token != .dictionaryEnd {
            guard case .name(let key) = token, let value = try value(depth: depth + 1) else {
                throw ParseError(.malformed, at: lexer.start, "a dictionary that makes no sense")
            }
            if value != .null { entries.append(PDFDictionary.Entry(key: key, value: value)) }
        }
        defer { entries.removeLast(entries.count - start) }
        return .dictionary(PDFDictionary(Array(entries[start...])))
    }

    private mutating func reference(_ text: String) throws(ParseError) -> PDFValue? {
        guard lexer.isInFrontOfReference, let number = Int(text), number >= 0 else { return nil }
        var ahead = lexer
        guard case .number(let second)? = try ahead.next(), let generation = Int(second), generation >= 0,
            try ahead.next() == .word("R")
        else { return nil }
        lexer = ahead
        return .reference(PDFReference(number: number, generation: generation))
    }
}
