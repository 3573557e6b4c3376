internal import SecrBytes

/// Writes objects in the only form in which they are ever written: the shortest, with keys in their order.
extension [UInt8] {
    mutating func append(_ value: PDFValue) {
        switch value {
        case .null: self += "null".utf8
        case .bool(let value): self += (value ? "true" : "false").utf8
        case .number(let text): self += text.utf8
        case .name(let name): append(name: name)
        case .string(let bytes): append(string: bytes)
        case .reference(let reference):
            append(decimal: reference.number)
            append(0x20)
            append(decimal: reference.generation)
            self += " R".utf8
        case .array(let values):
            append(0x5B)
            for (place, value) in values.enumerated() {
                if place > 0 { appendSpace(before: value) }
                append(value)
            }
            append(0x5D)
        case .dictionary(let dictionary):
            self += "<<".utf8
            for entry in dictionary.entries {
                append(name: entry.key)
                appendSpace(before: entry.value)
                append(entry.value)
            }
            self += ">>".utf8
        }
    }

    /// Where two tokens would become one.
    private mutating func appendSpace(before value: PDFValue) {
        switch value {
        case .null, .bool, .number, .reference: if last.map(PDFLexer.isRegular) == true || last == 0x2F { append(0x20) }
        case .name, .string, .array, .dictionary: break
        }
    }

    private mutating func append(name: String) {
        append(0x2F)
        if name.utf8.allSatisfy(Self.isPlain) {
            self += name.utf8
            return
        }
        for scalar in name.unicodeScalars {
            let byte = UInt8(truncatingIfNeeded: scalar.value)
            if Self.isPlain(byte) {
                append(byte)
            } else {
                append(0x23)
                appendHexadecimal(byte)
            }
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && PDFLexer.isRegular(byte) && byte != 0x23
    }

    private mutating func append(string bytes: [UInt8]) {
        append(0x28)
        for byte in bytes {
            switch byte {
            case 0x28, 0x29, 0x5C: self += [0x5C, byte]
            case 13: self += [0x5C, 0x72]
            default: append(byte)
            }
        }
        append(0x29)
    }

    /// - Parameters:
    ///   - number: at least 0.
    ///   - digits: how many there are at least, with zeros in front.
    mutating func append(decimal number: Int, digits: Int = 1) {
        let start = count
        var rest = number
        repeat {
            append(0x30 + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0 || count - start < digits
        self[start...].reverse()
    }

    private mutating func appendHexadecimal(_ byte: UInt8) {
        for digit in [byte >> 4, byte & 15] { append(digit < 10 ? 0x30 + digit : 0x37 + digit) }
    }
}
