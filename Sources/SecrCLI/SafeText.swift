internal import SecrSystem
public import SystemPackage

/// Text from files, made fit for a terminal.
///
/// Names and metadata can hold escape sequences that a terminal obeys and characters that reorder or hide what stands
/// around them. Those are shown as `\u{…}`, and bytes that are no text as `\xNN`.
public enum SafeText {
    public static func escape(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            if isUnsafe(scalar) {
                result += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
    }

    /// A file name for a terminal.
    public static func escape(_ path: FilePath) -> String {
        var result = ""
        var rest = path.rawBytes[...]
        while let byte = rest.first {
            if let scalar = firstScalar(rest) {
                result += escape(String(scalar))
                rest = rest.dropFirst(String(scalar).utf8.count)
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += "\\x" + (digits.count < 2 ? "0" : "") + digits
                rest = rest.dropFirst()
            }
        }
        return result
    }

    /// The character that valid UTF-8 begins with.
    private static func firstScalar(_ bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
        for length in 1...4 {
            if let text = String(validating: bytes.prefix(length), as: UTF8.self) { return text.unicodeScalars.first }
        }
        return nil
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // Control characters.
        case 0...0x1F, 0x7F...0x9F: true
        // Invisible ones, and those that reorder their neighbours.
        case 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB: true
        // Tags, which repeat ASCII invisibly.
        case 0xE0000...0xE007F: true
        default: false
        }
    }
}
