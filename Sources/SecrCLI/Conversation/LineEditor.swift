/// What somebody is typing: a text of one or more lines, a place in it, and what was sent before.
package struct LineEditor: Sendable {
    /// What a key asks for beside a change of the text.
    package enum Request: Sendable, Equatable {
        case send(String)
        case interrupt, end, suspend, redraw
    }

    private var text = ClearedText()
    /// Where the next character goes.
    package private(set) var place = 0
    private var history: [ClearedText] = []
    /// Which of the history is shown; `nil` for none.
    private var shown: Int?
    /// What was typed before the history was looked at.
    private var draft = ClearedText()

    private static let longestHistory = 100
    /// In code points. What does not fit is left out.
    package static let longestText = KeyReader.longestPaste

    package init() {}

    package var count: Int { text.count }
    package subscript(_ index: Int) -> Unicode.Scalar { text[index] }
    package var string: String { text.string() }

    /// Takes everything out of memory that was typed.
    package mutating func clear() {
        text.removeAll()
        draft.removeAll()
        for index in history.indices { history[index].removeAll() }
        history = []
        (place, shown) = (0, nil)
    }

    package mutating func apply(_ key: KeyReader.Key) -> Request? {
        switch key {
        case .character(let scalar): insert([scalar])
        case .paste(let scalars): insert(scalars)
        case .newline: insert(["\n"])
        case .enter: return send()
        case .backspace: remove(before(place)..<place)
        case .delete: remove(place..<after(place))
        case .left: place = before(place)
        case .right: place = after(place)
        case .wordLeft: place = wordStart(before: place)
        case .wordRight: place = wordEnd(behind: place)
        case .up: goUp()
        case .down: goDown()
        case .home: place = lineStart(of: place)
        case .end: place = lineEnd(of: place)
        case .killBackward: remove(lineStart(of: place)..<place)
        case .killForward:
            // At the end of a line, the line's end itself.
            let end = lineEnd(of: place)
            remove(place..<(end == place ? after(place) : end))
        case .killWordBackward: remove(wordStart(before: place)..<place)
        case .killWordForward: remove(place..<wordEnd(behind: place))
        case .interrupt: return .interrupt
        case .endOfInput:
            if text.count == 0 { return .end }
            remove(place..<after(place))
        case .suspend: return .suspend
        case .redraw: return .redraw
        }
        return nil
    }

    // MARK: Changing

    private mutating func insert(_ scalars: [Unicode.Scalar]) {
        let fitting = scalars.prefix(max(0, Self.longestText - text.count))
        text.insert(fitting, at: place)
        place += fitting.count
    }

    private mutating func remove(_ range: Range<Int>) {
        text.remove(range)
        place = range.lowerBound
    }

    private mutating func send() -> Request? {
        guard (0..<text.count).contains(where: { !text[$0].properties.isWhitespace }) else { return nil }
        let sent = text.string()
        if history.last?.string() != sent {
            if history.count == Self.longestHistory {
                history[0].removeAll()
                history.removeFirst()
            }
            history.append(ClearedText(copying: text))
        }
        text.removeAll()
        draft.removeAll()
        (place, shown) = (0, nil)
        return .send(sent)
    }

    // MARK: History

    private mutating func goUp() {
        let start = lineStart(of: place)
        if start > 0 { return place = column(place - start, ofLineAt: lineStart(of: start - 1)) }
        let next = (shown ?? history.count) - 1
        guard next >= 0 else { return }
        if shown == nil { draft = ClearedText(copying: text) }
        show(history[next], next)
    }

    private mutating func goDown() {
        let (start, end) = (lineStart(of: place), lineEnd(of: place))
        if end < text.count { return place = column(place - start, ofLineAt: end + 1) }
        guard let shown else { return }
        if shown + 1 < history.count { return show(history[shown + 1], shown + 1) }
        show(draft, nil)
        draft.removeAll()
    }

    private mutating func show(_ other: ClearedText, _ index: Int?) {
        let copy = ClearedText(copying: other)
        text.removeAll()
        text = copy
        (place, shown) = (copy.count, index)
    }

    // MARK: Places

    private func lineStart(of place: Int) -> Int {
        var start = place
        while start > 0, text[start - 1] != "\n" { start -= 1 }
        return start
    }

    private func lineEnd(of place: Int) -> Int {
        var end = place
        while end < text.count, text[end] != "\n" { end += 1 }
        return end
    }

    private func column(_ column: Int, ofLineAt start: Int) -> Int {
        var place = min(start + column, lineEnd(of: start))
        while place > start, place < text.count, isJoined(place) { place -= 1 }
        return place
    }

    /// Whether a code point belongs to what stands before it, so that nobody gets between the two.
    package func isJoined(_ index: Int) -> Bool {
        guard index > 0, text[index - 1] != "\n", text[index] != "\n" else { return false }
        let (scalar, last) = (text[index], text[index - 1])
        if CellWidth.of(scalar) == 0, scalar != "\t" { return true }
        if last.value == 0x200D || (0x1F3FB...0x1F3FF).contains(scalar.value) { return true }
        guard Self.isFlagPart(scalar) else { return false }
        var before = 0
        while before < index, Self.isFlagPart(text[index - 1 - before]) { before += 1 }
        return before % 2 == 1
    }

    private static func isFlagPart(_ scalar: Unicode.Scalar) -> Bool { (0x1F1E6...0x1F1FF).contains(scalar.value) }

    private func before(_ place: Int) -> Int {
        var place = max(0, place - 1)
        while place > 0, isJoined(place) { place -= 1 }
        return place
    }

    /// The end of the character that begins at a place.
    package func after(_ place: Int) -> Int {
        var place = min(text.count, place + 1)
        while place < text.count, isJoined(place) { place += 1 }
        return place
    }

    private func isSpace(_ index: Int) -> Bool { text[index].properties.isWhitespace }

    private func wordStart(before place: Int) -> Int {
        var place = place
        while place > 0, isSpace(place - 1) { place -= 1 }
        while place > 0, !isSpace(place - 1) { place -= 1 }
        return place
    }

    private func wordEnd(behind place: Int) -> Int {
        var place = place
        while place < text.count, isSpace(place) { place += 1 }
        while place < text.count, !isSpace(place) { place += 1 }
        return place
    }
}
