/// The last rows of the terminal: a status, and below it what is being typed. Everything above them is never touched again.
struct LiveArea: Sendable {
    /// How wide the rows are that stand on the terminal now.
    private var rows: [Int] = []
    /// Where the cursor was left: row of the area, cell.
    private var cursor = (row: 0, cell: 0)

    /// What takes the area away, and leaves the cursor where it began.
    ///
    /// - Parameter columns: of the terminal. If it has become narrower, rows that were wider have been broken by it.
    mutating func erase(columns: Int) -> String {
        let above = rows.prefix(cursor.row).reduce(0) { $0 + max(1, ($1 + columns - 1) / columns) }
        let up = above + cursor.cell / columns
        forget()
        return "\r" + (up > 0 ? "\u{1B}[\(up)A" : "") + "\u{1B}[J"
    }

    /// To be called where the cursor went elsewhere.
    mutating func forget() {
        rows = []
        cursor = (0, 0)
    }

    /// What puts the area where the cursor is, at the beginning of a row.
    ///
    /// - Parameters:
    ///   - status: safe; nothing where it is empty.
    ///   - style: makes it look like one.
    mutating func draw(
        status: String, prompt: String, _ editor: LineEditor, size: (columns: Int, rows: Int),
        style: (String) -> String
    ) -> String {
        // The last column stays free: terminals don't agree on where the cursor is when it is taken.
        let width = max(12, size.columns - 1)
        let input = InputRows(editor, prompt: prompt, width: width)
        let room = max(1, size.rows - (status.isEmpty ? 1 : 2))
        let first = min(max(0, input.cursor.row - room + 1), max(0, input.rows.count - room))
        let shown = input.rows[first..<min(input.rows.count, first + room)]
        let head = status.isEmpty ? [] : [CellWidth.cut(status, to: width)]
        rows = head.map(CellWidth.of) + shown.map(\.width)
        cursor = (head.count + input.cursor.row - first, input.cursor.cell)
        let up = rows.count - 1 - cursor.row
        return (head.map(style) + shown.map(\.text)).joined(separator: "\r\n")
            + (up > 0 ? "\u{1B}[\(up)A" : "") + "\r" + (cursor.cell > 0 ? "\u{1B}[\(cursor.cell)C" : "")
    }
}

/// A text that is being typed, in rows, behind a prompt.
private struct InputRows {
    private(set) var rows: [(text: String, width: Int)]
    private(set) var cursor = (row: 0, cell: 0)

    init(_ editor: LineEditor, prompt: String, width: Int) {
        let prompt = CellWidth.cut(prompt, to: width / 2)
        let indent = CellWidth.of(prompt)
        let margin = (text: String(repeating: " ", count: indent), width: indent)
        rows = [(prompt, indent)]
        var index = 0
        while index < editor.count {
            let end = editor.after(index)
            let piece = Self.shown(editor, index..<end)
            let cells = CellWidth.of(piece)
            let isLineEnd = editor[index] == "\n"
            if !isLineEnd, rows[rows.count - 1].width + cells > width { rows.append(margin) }
            if index == editor.place { mark() }
            if isLineEnd {
                rows.append(margin)
            } else {
                rows[rows.count - 1].text += piece
                rows[rows.count - 1].width += cells
            }
            index = end
        }
        if editor.place >= editor.count { mark() }
    }

    private mutating func mark() { cursor = (rows.count - 1, rows[rows.count - 1].width) }

    private static func shown(_ editor: LineEditor, _ range: Range<Int>) -> String {
        if editor[range.lowerBound] == "\t" { return "    " }
        return range.reduce(into: "") { $0 += SafeText.escape(String(editor[$1])) }
    }
}
