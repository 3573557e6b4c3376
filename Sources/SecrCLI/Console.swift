internal import Glibc
public import SecrCrypto
public import SecrSystem
internal import Synchronization
public import SystemPackage

/// Where a command speaks: results on standard output, everything else on standard error.
public final class Console: Sendable {
    public enum Color: String, Sendable, CaseIterable { case auto, always, never }
    public enum Style: String, Sendable { case bold = "1", red = "31", yellow = "33", faint = "2" }

    private enum Stream: CInt { case output = 1, error = 2 }

    private struct State {
        var buffer: [UInt8] = []
        var showsProgress = false
        var lost = false
        var toldLoss = false
        var hints: Set<String> = []
    }

    private let tool: String
    private let isQuiet: Bool
    private let color: Color
    private let state = Mutex(State())

    /// - Parameters:
    ///   - tool: the command's name, in front of every message.
    ///   - isQuiet: drops warnings, hints and progress, never errors and what has to be known always.
    public init(tool: String, isQuiet: Bool = false, color: Color = .auto) {
        self.tool = tool
        self.isQuiet = isQuiet
        self.color = color
    }

    public static var outputIsTerminal: Bool { isatty(1) == 1 }
    /// Whether somebody sees questions and messages.
    public static var errorIsTerminal: Bool { isatty(2) == 1 }

    // MARK: Results

    /// A line of results.
    public func line(_ text: String = "") {
        write(Array((text + "\n").utf8), to: .output)
    }

    /// A piece of a line.
    public enum Part {
        case text(String)
        /// A file's name, or a standard stream's: escaped for a terminal, exact otherwise.
        case name(FilePath?)
    }

    public func line(_ parts: [Part]) {
        write(bytes(parts, on: .output), to: .output)
    }

    /// Writes a secret that is to be seen, such as recovery words, and a line's end. It does not pass through a buffer.
    public func secret(_ secret: borrowing SecretBytes) throws(SystemError) {
        flush()
        let output = try OwnedDescriptor.duplicate(1)
        try unsafe secret.withBytes { (bytes) throws(SystemError) in try unsafe output.write(bytes) }
        try output.write([0x0A])
    }

    /// A name as it is, with a NUL behind it, for programs.
    public func terminated(_ name: FilePath) {
        write(name.rawBytes + [0], to: .output)
    }

    public func styled(_ text: String, _ style: Style) -> String { styled(text, style, on: .output) }

    /// Whether results have colours.
    public var hasColors: Bool { isColored(.output) }

    /// Sends what is buffered; returns whether all results so far have been taken.
    @discardableResult
    public func flush() -> Bool {
        let (isLost, isNew) = state.withLock { state in
            Self.send(&state)
            defer { state.toldLoss = state.lost }
            return (state.lost, state.lost && !state.toldLoss)
        }
        if isNew { error("standard output can't be written") }
        return !isLost
    }

    // MARK: Messages

    public func error(_ path: FilePath?, _ text: String, hint: String? = nil) {
        message("error", .red, path, text)
        if let hint { self.hint(hint) }
    }

    public func error(_ text: String, hint: String? = nil) {
        emit("error", .red, SafeText.escape(text))
        if let hint { self.hint(hint) }
    }

    public func warning(_ path: FilePath?, _ text: String) {
        if !isQuiet { message("warning", .yellow, path, text) }
    }

    /// - Parameter always: whether it has to be known also where somebody wants quiet.
    public func warning(_ text: String, always: Bool = false) {
        if !isQuiet || always { emit("warning", .yellow, SafeText.escape(text)) }
    }

    public func note(_ parts: [Part]) {
        if !isQuiet { write(bytes(parts, on: .error), to: .error) }
    }

    /// Once is enough, however many files it is true of.
    private func hint(_ text: String) {
        if !isQuiet && state.withLock({ $0.hints.insert(text).inserted }) { emit("hint", .faint, text) }
    }

    /// Messages are for people wherever they go, so names in them are always escaped.
    private func message(_ kind: String, _ style: Style, _ path: FilePath?, _ text: String) {
        let name = path.map { "'\(SafeText.escape($0))'" } ?? "standard input"
        emit(kind, style, "\(name): \(SafeText.escape(text))")
    }

    private func emit(_ kind: String, _ style: Style, _ text: String) {
        write(Array("\(tool): \(styled("\(kind):", style, on: .error)) \(text)\n".utf8), to: .error)
    }

    // MARK: Progress

    /// Shows how far the work is, on a terminal only.
    ///
    /// - Parameter total: `nil` where that is not known yet.
    public func progress(_ done: Int, of total: Int?) {
        if total != 1 { status(total.map { "\(done) of \($0)" } ?? "\(done) files") }
    }

    /// A line that the next one, or the next message, takes the place of; on a terminal only.
    public func status(_ text: String) {
        guard !isQuiet, isatty(2) == 1 else { return }
        state.withLock { state in
            state.showsProgress = true
            Self.send(Array("\r\u{1B}[K\(text)".utf8), to: .error)
        }
    }

    /// Takes such a line away.
    public func clearStatus() {
        state.withLock { Self.clear(&$0) }
    }

    private static func clear(_ state: inout State) {
        if state.showsProgress { send(Array("\r\u{1B}[K".utf8), to: .error) }
        state.showsProgress = false
    }

    // MARK: Inner workings

    private func bytes(_ parts: [Part], on stream: Stream) -> [UInt8] {
        let isTerminal = isatty(stream.rawValue) == 1
        return parts.flatMap { part -> [UInt8] in
            switch part {
            case .text(let text): Array(text.utf8)
            case .name(nil): Array("-".utf8)
            case .name(let path?): isTerminal ? Array(SafeText.escape(path).utf8) : path.rawBytes
            }
        } + [0x0A]
    }

    private func styled(_ text: String, _ style: Style, on stream: Stream) -> String {
        isColored(stream) ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    private func isColored(_ stream: Stream) -> Bool {
        switch color {
        case .always: true
        case .never: false
        case .auto: isatty(stream.rawValue) == 1 && Self.environmentAllowsColor
        }
    }

    private static let environmentAllowsColor = (variable("NO_COLOR") ?? "").isEmpty && variable("TERM") != "dumb"

    private static func variable(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }

    /// Whether somebody sits in front of standard input and output, at a terminal on which the cursor can be moved.
    static var isForPeople: Bool {
        let terminal = variable("TERM") ?? ""
        return isatty(0) == 1 && isatty(1) == 1 && !terminal.isEmpty && terminal != "dumb"
    }

    private func write(_ bytes: [UInt8], to stream: Stream) {
        state.withLock { state in
            Self.clear(&state)
            if stream == .error {
                Self.send(&state)
                Self.send(bytes, to: .error)
                return
            }
            state.buffer += bytes
            if state.buffer.count > 1 << 15 || isatty(1) == 1 { Self.send(&state) }
        }
    }

    private static func send(_ state: inout State) {
        if !state.buffer.isEmpty && !send(state.buffer, to: .output) { state.lost = true }
        state.buffer = []
    }

    @discardableResult
    private static func send(_ bytes: [UInt8], to stream: Stream) -> Bool {
        var done = 0
        while done < bytes.count {
            // Safe: the pointer stays within the array, `done < bytes.count`.
            let written = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(stream.rawValue, $0.baseAddress! + done, bytes.count - done)
            }
            if written < 0 && errno == EINTR { continue }
            if written <= 0 { return false }
            done += written
        }
        return true
    }
}
