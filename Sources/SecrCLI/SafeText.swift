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
        if let text = String(validating: path.rawBytes, as: UTF8.self) { return escape(text) }
        return escape(RawArguments.encode(path.rawBytes)).unicodeScalars.reduce(into: "") { result, scalar in
            if scalar.value >= 0x10_FF00 {
                let digits = String(scalar.value & 0xFF, radix: 16, uppercase: true)
                result += "\\x" + (digits.count < 2 ? "0" : "") + digits
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
    }

    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x1F, 0x7F...0x9F: true  // control characters
        case 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF9...0xFFFB: true  // hidden, reordering
        case 0xE0000...0xE007F: true  // tag characters
        default: false
        }
    }
}
