internal import CQREncode

/// A text as a QR code, for a terminal.
package struct QRCode: Sendable {
    package enum Failure: Error {
        /// More than fits, or nothing at all.
        case unfit
    }

    /// Modules on each side.
    package let size: Int
    /// Row by row; `true` is dark.
    private let modules: [Bool]

    /// What stays light around the code, as the standard wants it.
    package static let margin = 4

    /// The most robust code that fits: up to 15 % of it can be hidden or damaged (level M), or else 7 % (level L).
    ///
    /// - Parameters:
    ///   - text: without NUL.
    ///   - columns: how wide it may be with its margin.
    package init(_ text: String, columns: Int = 100) throws(Failure) {
        for level in [QR_ECLEVEL_M, QR_ECLEVEL_L] {
            guard let (size, modules) = Self.encode(text, level), size + 2 * Self.margin <= columns else { continue }
            (self.size, self.modules) = (size, modules)
            return
        }
        throw .unfit
    }

    /// Of a module, from the top left one on; the margin around them is light.
    package func isDark(row: Int, column: Int) -> Bool {
        guard (0..<size).contains(row), (0..<size).contains(column) else { return false }
        return modules[row * size + column]
    }

    /// Rows of characters, two of modules each, with the margin around them.
    ///
    /// - Parameter colors: whether to draw it black on white; else it is for a dark terminal.
    package func rows(colors: Bool) -> [String] {
        let places = -Self.margin..<(size + Self.margin)
        return stride(from: -Self.margin, to: size + Self.margin, by: 2).map { row in
            let cells = places.map { column in
                let (above, below) = (isDark(row: row, column: column), isDark(row: row + 1, column: column))
                // What is drawn is dark where the paper is white, and light where it is dark.
                return Self.cell(above: above == colors, below: below == colors)
            }
            // Black and white of the fixed part of the palette: the first sixteen colours are whatever somebody likes.
            return colors ? "\u{1B}[38;5;16;48;5;231m" + cells.joined() + "\u{1B}[0m" : cells.joined()
        }
    }

    private static func cell(above: Bool, below: Bool) -> String {
        switch (above, below) {
        case (true, true): "█"
        case (true, false): "▀"
        case (false, true): "▄"
        case (false, false): " "
        }
    }

    private static func encode(_ text: String, _ level: QRecLevel) -> (size: Int, modules: [Bool])? {
        if text.isEmpty || text.utf8.contains(0) { return nil }
        // Safe: the library reads the text up to its NUL, and gives what has to be freed.
        guard let code = unsafe QRcode_encodeString(text, 0, level, QR_MODE_8, 1) else { return nil }
        defer { unsafe QRcode_free(code) }
        let size = unsafe Int(code.pointee.width)
        // Safe: there are as many bytes as modules; the lowest bit of each says whether it is dark.
        let modules = unsafe UnsafeBufferPointer(start: code.pointee.data, count: size * size).map { $0 & 1 == 1 }
        return (size, modules)
    }
}
