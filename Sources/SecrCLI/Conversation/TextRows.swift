/// Text from people, in rows that fit into a terminal.
enum TextRows {
    /// Lines as they are written, each made safe; a tab is four spaces.
    static func lines(_ text: String) -> [String] {
        text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).map { SafeText.escape(String($0)) }
                .joined(separator: "    ")
        }
    }

    /// Breaks a safe line between words, or within one that is too long.
    ///
    /// - Parameters:
    ///   - first: how many cells the first row has, at least one.
    ///   - others: the same for the others.
    static func wrapped(_ line: String, first: Int, others: Int) -> [String] {
        var rows: [String] = []
        var row = ""
        var (cells, lastSpace) = (0, String.Index?.none)
        for character in line {
            let wide = CellWidth.of(String(character))
            if cells + wide > (rows.isEmpty ? first : others), !row.isEmpty {
                if character == " " {
                    rows.append(row)
                    (row, cells, lastSpace) = ("", 0, nil)
                    continue
                }
                if let space = lastSpace {
                    rows.append(String(row[..<space]))
                    row = String(row[row.index(after: space)...])
                } else {
                    rows.append(row)
                    row = ""
                }
                (cells, lastSpace) = (CellWidth.of(row), nil)
            }
            // What stands before the first word is no place to break.
            if character == " ", !row.allSatisfy({ $0 == " " }) { lastSpace = row.endIndex }
            row.append(character)
            cells += wide
        }
        return rows + [row]
    }
}
