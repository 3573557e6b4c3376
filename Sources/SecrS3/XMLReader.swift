/// Reads the little of XML 1.0 that S3 answers with, and refuses everything else.
///
/// UTF-8 only. There are elements, text, the five entities that need no declaration, and characters by number;
/// attributes are read over. Comments, CDATA, instructions and declarations of types are refused, and with them
/// everything that can grow or point elsewhere.
package struct XMLReader {
    package enum Event: Equatable {
        case start(String)
        /// Between two tags; may be white space only.
        case text(String)
        case end(String)
        /// The root element is over, and nothing follows.
        case finished
    }

    package struct Malformed: Error, Equatable {
        /// Bytes from the start.
        package let offset: Int
    }

    static let deepest = 16
    static let longestName = 128
    static let mostAttributes = 16

    private let bytes: [UInt8]
    private var position = 0
    /// Names of the elements that are open.
    private var path: [String] = []
    private var hasRoot = false
    /// Of an element without content, its end is still to be told.
    private var pendingEnd: String?

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package mutating func next() throws(Malformed) -> Event {
        if position == 0 { try skipDeclaration() }
        if let name = pendingEnd {
            pendingEnd = nil
            return .end(name)
        }
        if path.isEmpty {
            skipSpace()
            if position == bytes.count, hasRoot { return .finished }
            guard !hasRoot, peek() == UInt8(ascii: "<") else { throw malformed() }
        }
        guard let byte = peek() else { throw malformed() }
        if byte != UInt8(ascii: "<") { return .text(try text()) }
        position += 1
        if peek() == UInt8(ascii: "/") {
            position += 1
            return .end(try endTag())
        }
        return .start(try startTag())
    }

    /// `<?xml version="1.0" encoding="UTF-8"?>`, where there is one, with a mark of byte order before it.
    private mutating func skipDeclaration() throws(Malformed) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        guard bytes[position...].starts(with: "<?xml".utf8) else { return }
        position += 5
        for (name, value) in try attributes() {
            switch name {
            case "version" where value == "1.0", "standalone" where value == "yes" || value == "no": break
            case "encoding" where value.lowercased() == "utf-8": break
            default: throw malformed()
            }
        }
        try skip("?>")
    }

    private mutating func startTag() throws(Malformed) -> String {
        let name = try name()
        _ = try attributes()
        hasRoot = true
        if peek() == UInt8(ascii: "/") {
            position += 1
            pendingEnd = name
        } else {
            guard path.count < Self.deepest else { throw malformed() }
            path.append(name)
        }
        try skip(">")
        return name
    }

    private mutating func endTag() throws(Malformed) -> String {
        let name = try name()
        skipSpace()
        try skip(">")
        guard path.popLast() == name else { throw malformed() }
        return name
    }

    private mutating func attributes() throws(Malformed) -> [(String, String)] {
        var found: [(String, String)] = []
        while true {
            let before = position
            skipSpace()
            guard let byte = peek(), ![UInt8(ascii: ">"), UInt8(ascii: "/"), UInt8(ascii: "?")].contains(byte) else {
                return found
            }
            guard position > before, found.count < Self.mostAttributes else { throw malformed() }
            let name = try name()
            guard !found.contains(where: { $0.0 == name }) else { throw malformed() }
            skipSpace()
            try skip("=")
            skipSpace()
            guard let quote = peek(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
                throw malformed()
            }
            position += 1
            let value = try characters(until: quote)
            position += 1
            found.append((name, value))
        }
    }

    private mutating func name() throws(Malformed) -> String {
        let start = position
        while let byte = peek(), Self.isNameByte(byte, isFirst: position == start) { position += 1 }
        guard (1...Self.longestName).contains(position - start) else { throw malformed() }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Names of S3 are ASCII.
    private static func isNameByte(_ byte: UInt8, isFirst: Bool) -> Bool {
        switch byte {
        case 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: ":"): true
        case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "."): !isFirst
        default: false
        }
    }

    private mutating func text() throws(Malformed) -> String {
        let start = position
        let text = try characters(until: UInt8(ascii: "<"))
        // The end of a CDATA section stands nowhere else, unless its last character is written as an entity.
        let end: [UInt8] = [0x5D, 0x5D, 0x3E]
        for place in start..<position where bytes[place] == end[2] {
            guard !bytes[start...place].suffix(3).elementsEqual(end) else { throw malformed() }
        }
        return text
    }

    /// Everything before `end`, which has to come.
    private mutating func characters(until end: UInt8) throws(Malformed) -> String {
        var found: [UInt8] = []
        while let byte = peek(), byte != end {
            switch byte {
            case UInt8(ascii: "&"): found += try reference().utf8
            case UInt8(ascii: "<"): throw malformed()
            case 0..<0x20 where byte != 0x09 && byte != 0x0A && byte != 0x0D: throw malformed()
            default:
                found.append(byte)
                position += 1
            }
        }
        guard position < bytes.count, let text = String(validating: found, as: UTF8.self),
            text.unicodeScalars.allSatisfy(Self.isCharacter)
        else { throw malformed() }
        return text
    }

    private mutating func reference() throws(Malformed) -> String {
        let start = position + 1
        guard let end = bytes[start...].prefix(10).firstIndex(of: UInt8(ascii: ";")) else { throw malformed() }
        let name = String(decoding: bytes[start..<end], as: UTF8.self)
        defer { position = end + 1 }
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default: break
        }
        let isHexadecimal = name.hasPrefix("#x")
        let digits = name.dropFirst(isHexadecimal ? 2 : 1)
        guard name.hasPrefix("#"), digits.first != "+", let number = UInt32(digits, radix: isHexadecimal ? 16 : 10),
            let scalar = Unicode.Scalar(number), Self.isCharacter(scalar)
        else { throw malformed() }
        return String(Character(scalar))
    }

    /// XML 1.0, production 2.
    private static func isCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    private mutating func skip(_ expected: String) throws(Malformed) {
        guard bytes[position...].starts(with: expected.utf8) else { throw malformed() }
        position += expected.utf8.count
    }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
    }

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private func malformed() -> Malformed { Malformed(offset: position) }
}
