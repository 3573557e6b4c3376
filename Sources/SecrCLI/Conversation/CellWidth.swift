/// How many cells of a terminal a character takes.
///
/// As most terminals count: one code point after the other, two cells for what is East Asian wide (UAX 11) or shown as an
/// emoji, none for what is put upon its neighbour.
package enum CellWidth {
    package static func of(_ scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x300 { return value < 0x20 || (0x7F..<0xA0).contains(value) ? 0 : 1 }
        // Vowels and finals of Hangul are put upon the initial before them.
        if (0x1160...0x11FF).contains(value) || (0xD7B0...0xD7FF).contains(value) { return 0 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .control: return 0
        // Some of these are seen, such as the mark of a year in Arabic.
        case .format: return value == 0x180E || value == 0xFEFF || (0x200B...0x206F).contains(value) ? 0 : 1
        default: break
        }
        // A flag is two of these, and two cells.
        if (0x1F1E6...0x1F1FF).contains(value) { return 1 }
        return isWide(value) || scalar.properties.isEmojiPresentation ? 2 : 1
    }

    package static func of(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + of($1) } }

    /// What fits into so many cells; an ellipsis says that there is more.
    package static func cut(_ text: String, to width: Int) -> String {
        if of(text) <= width { return text }
        var result = ""
        var room = width - 1
        for scalar in text.unicodeScalars {
            room -= of(scalar)
            if room < 0 { break }
            result.unicodeScalars.append(scalar)
        }
        return width > 0 ? result + "…" : ""
    }

    /// Scripts whose characters are wide, with what is not assigned yet between them.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF, 0x4E00...0xA4CF,
        0xA960...0xA97F,
        0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
        0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265, 0x20000...0x2FFFD,
        0x30000...0x3FFFD,
    ]

    private static func isWide(_ value: UInt32) -> Bool {
        if value < 0x1100 { return false }
        return wide.contains { $0.contains(value) }
    }
}
