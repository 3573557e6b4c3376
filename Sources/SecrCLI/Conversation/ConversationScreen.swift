internal import SecrSystem
internal import Synchronization

/// A conversation on a terminal: lines come in above, while somebody types below.
///
/// It is no full screen. What was said goes up and stays in the terminal's memory, where it can be scrolled to, searched and
/// copied. Below it are a line with a status and the text that is being typed, which may have several lines: Enter sends it,
/// Alt-Enter or Ctrl-J begins another line, and what is pasted is never sent by itself.
///
/// Where there is no such terminal, as in a pipe or with `TERM=dumb`, each line that is read is a message, and lines are
/// printed as they come.
///
/// While it is open, nothing else may read or write standard input and output. It has to be closed.
package final class ConversationScreen: Sendable {
    /// What somebody typed.
    package enum Input: Sendable, Equatable {
        case message(String)
        /// A text that begins with a slash: `/send letter.txt`. Two slashes are a message that begins with one.
        case command(name: String, argument: String)
        /// Ctrl-D in an empty text, or nothing more to read. The last one.
        case end
        /// Ctrl-C, or a signal that asks the process to end.
        case interrupted
    }

    package enum Author: Sendable, Equatable {
        case me
        case other(String)
        /// The program.
        case notice
    }

    /// Something that is shown once and for all.
    package struct Line: Sendable {
        /// Such as `14:03`.
        package var time: String?
        package var author: Author
        /// May have several lines.
        package var text: String
        /// Behind the text, such as a tick.
        package var mark: String?

        package init(time: String? = nil, author: Author, text: String, mark: String? = nil) {
            self.time = time
            self.author = author
            self.text = text
            self.mark = mark
        }
    }

    private struct State {
        var keys = KeyReader()
        var editor = LineEditor()
        var area = LiveArea()
        var status = ""
        var isClosed = false
    }

    /// What is typed, from the first key on.
    package let input: AsyncStream<Input>
    private let typed: AsyncStream<Input>.Continuation
    private let console: Console
    private let prompt: String
    private let terminal: RawTerminal?
    private let queue: ReadinessQueue?
    private let state = Mutex(State())

    /// Terminals tell when something is pasted only if they are asked to.
    private static let opening = "\u{1B}[?2004h"
    private static let closing = "\u{1B}[?2004l"
    /// How long what follows an Esc may take to come.
    private static let patience = 50

    /// - Parameter prompt: in front of what is typed, with a space at its end.
    package init(console: Console, prompt: String) {
        self.console = console
        self.prompt = SafeText.escape(prompt)
        (input, typed) = AsyncStream.makeStream()
        console.flush()
        let queue = Console.isForPeople ? try? ReadinessQueue() : nil
        let terminal = queue == nil ? nil : RawTerminal()
        (self.queue, self.terminal) = (queue, terminal)
        if let terminal, let queue {
            try? queue.watch(terminal.input, isReading: true, isWriting: false, tag: 0)
            try? queue.watch(terminal.bell, isReading: true, isWriting: false, tag: 1)
            state.withLock { state in
                let area = drawing(&state, on: terminal)
                terminal.write(Array((Self.opening + area).utf8))
            }
        }
        let thread = WorkerThread { [self] in
            if let terminal, let queue { follow(terminal, queue) } else { readLines() }
        }
        if let thread = consume thread { thread.letGo() } else { finish(.end) }
    }

    /// Whether somebody sits at a terminal that can do all this.
    package var isInteractive: Bool { terminal != nil }

    /// Shows a line above what is typed. From any task.
    package func show(_ line: Line) {
        state.withLock { state in
            if state.isClosed { return }
            guard let terminal else {
                for row in rows(of: line, width: nil) { console.line(row) }
                console.flush()
                return
            }
            let size = terminal.size
            let text = rows(of: line, width: max(12, size.columns - 1)).reduce("") { $0 + $1 + "\r\n" }
            terminal.write(Array((state.area.erase(columns: size.columns) + text + drawing(&state, on: terminal)).utf8))
        }
    }

    /// Shows a text between the lines and what is typed, instead of the one before; none if it is empty. Only on a terminal.
    package func setStatus(_ text: String) {
        state.withLock { state in
            state.status = SafeText.escape(text)
            redraw(&state)
        }
    }

    /// Gives the terminal back as it was, and takes what is typed out of memory.
    package func close() {
        state.withLock { state in
            if state.isClosed { return }
            state.isClosed = true
            state.editor.clear()
            guard let terminal else { return }
            terminal.write(Array((state.area.erase(columns: terminal.size.columns) + Self.closing).utf8))
            terminal.restore()
        }
        typed.finish()
        queue?.ring()
    }

    // MARK: Lines

    /// - Parameter width: `nil` for as wide as it is.
    private func rows(of line: Line, width: Int?) -> [String] {
        let time = line.time.map { SafeText.escape($0) + " " } ?? ""
        let author =
            switch line.author {
            case .me: (plain: "> ", styled: faint("> "))
            case .notice: (plain: "- ", styled: faint("- "))
            case .other(let name):
                (plain: SafeText.escape(name) + ": ", styled: console.styled(SafeText.escape(name) + ":", .bold) + " ")
            }
        // Whatever somebody writes, and however long it is, it stays to the right of who wrote it.
        let head = CellWidth.of(time + author.plain)
        let indent = min(head, (width ?? .max) / 2)
        let margin = String(repeating: " ", count: indent)
        var result: [String] = []
        var last = 0
        for text in TextRows.lines(line.text) {
            let rows =
                width.map { width in
                    TextRows.wrapped(
                        text, first: max(1, width - (result.isEmpty ? head : indent)), others: max(1, width - indent))
                } ?? [text]
            for row in rows {
                last = CellWidth.of(row) + (result.isEmpty ? head : indent)
                result.append((result.isEmpty ? faint(time) + author.styled : margin) + row)
            }
        }
        if let mark = line.mark.map(SafeText.escape) {
            if let width, last + 1 + CellWidth.of(mark) > width {
                result.append(margin + faint(mark))
            } else {
                result[result.count - 1] += " " + faint(mark)
            }
        }
        return result
    }

    private func faint(_ text: String) -> String { text.isEmpty ? "" : console.styled(text, .faint) }

    // MARK: The terminal

    private func drawing(_ state: inout State, on terminal: RawTerminal) -> String {
        state.area.draw(
            status: state.status, prompt: prompt, state.editor, size: terminal.size,
            style: faint)
    }

    private func redraw(_ state: inout State) {
        guard let terminal, !state.isClosed else { return }
        let erasing = state.area.erase(columns: terminal.size.columns)
        terminal.write(Array((erasing + drawing(&state, on: terminal)).utf8))
    }

    private func follow(_ terminal: RawTerminal, _ queue: ReadinessQueue) {
        var events: [ReadinessQueue.Event] = []
        while true {
            let isInDoubt = state.withLock { $0.keys.isInDoubt }
            queue.wait(milliseconds: isInDoubt ? Self.patience : nil, &events)
            let goesOn = state.withLock { state in
                if state.isClosed { return false }
                take(terminal.takeEvents(), &state)
                if !events.contains(where: { $0.tag == 0 }) {
                    if events.isEmpty { state.keys.giveUp() }
                    return true
                }
                switch StreamInput.next(terminal.input) {
                case .bytes(let bytes):
                    for byte in bytes { press(byte, &state) }
                    redraw(&state)
                    return true
                case .nothing: return true
                case .end: return false
                }
            }
            if !goesOn { break }
        }
        finish(.end)
    }

    private func take(_ events: RawTerminal.Events, _ state: inout State) {
        if events.contains(.stops) { suspend(&state) }
        if events.contains(.continued) { terminal?.resume() }
        if !events.isEmpty { redraw(&state) }
        if events.contains(.ends) { typed.yield(.interrupted) }
    }

    private func press(_ byte: UInt8, _ state: inout State) {
        guard let key = state.keys.read(byte), let request = state.editor.apply(key) else { return }
        switch request {
        case .send(let text): typed.yield(Self.meaning(of: text))
        case .interrupt: typed.yield(.interrupted)
        case .end: finish(.end)
        case .suspend: suspend(&state)
        case .redraw:
            terminal?.write(Array("\u{1B}[H\u{1B}[2J".utf8))
            state.area.forget()
        }
    }

    private func suspend(_ state: inout State) {
        guard let terminal else { return }
        terminal.write(Array((state.area.erase(columns: terminal.size.columns) + Self.closing).utf8))
        terminal.suspend()
        terminal.write(Array((Self.opening + drawing(&state, on: terminal)).utf8))
    }

    private func finish(_ last: Input) {
        typed.yield(last)
        typed.finish()
    }

    /// What a text is that was sent.
    static func meaning(of text: String) -> Input {
        guard text.hasPrefix("/") else { return .message(text) }
        let rest = text.dropFirst()
        if rest.hasPrefix("/") { return .message(String(rest)) }
        let name = rest.prefix { !$0.isWhitespace }
        let argument = rest.dropFirst(name.count).drop { $0.isWhitespace }
        return .command(name: String(name), argument: String(argument.trimmingSuffix { $0.isWhitespace }))
    }

    // MARK: Without a terminal

    private static let longestLine = KeyReader.longestPaste

    private func readLines() {
        var line: [UInt8] = []
        while true {
            switch StreamInput.next(0) {
            case .bytes(let bytes):
                for byte in bytes {
                    if byte != 0x0A, line.count < Self.longestLine { line.append(byte) }
                    if byte == 0x0A { send(&line) }
                }
            case .nothing: if Interruption.isRequested { return finish(.interrupted) }
            case .end:
                send(&line)
                return finish(.end)
            }
            if state.withLock({ $0.isClosed }) { return }
        }
    }

    private func send(_ line: inout [UInt8]) {
        if line.last == 0x0D { line.removeLast() }
        let text = String(decoding: line, as: UTF8.self)
        for index in line.indices { line[index] = 0 }
        line.removeAll(keepingCapacity: true)
        if !text.allSatisfy(\.isWhitespace) { typed.yield(Self.meaning(of: text)) }
    }
}

extension Substring {
    fileprivate func trimmingSuffix(while predicate: (Character) -> Bool) -> Substring {
        var end = endIndex
        while end > startIndex, predicate(self[index(before: end)]) { end = index(before: end) }
        return self[..<end]
    }
}
