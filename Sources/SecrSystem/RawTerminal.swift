internal import CSecrShims
internal import Glibc

/// The terminal on standard input and output, with its keys read one by one and not shown.
///
/// Whatever signal ends the process, the terminal is as it was before: SIGINT, SIGTERM and SIGHUP are an event the first time,
/// if somebody catches them (``Interruption``), and restore it the second time; what ends the process at once restores it
/// first, also a flaw of the program. One at a time.
public final class RawTerminal: Sendable {
    /// What happened to the terminal or to the process.
    public struct Events: OptionSet, Sendable {
        public let rawValue: CInt
        public init(rawValue: CInt) { self.rawValue = rawValue }

        public static let resized = Events(rawValue: SECR_TERMINAL_RESIZED)
        /// The process was stopped and goes on.
        public static let continued = Events(rawValue: SECR_TERMINAL_CONTINUED)
        /// Somebody wants the process to stop.
        public static let stops = Events(rawValue: SECR_TERMINAL_STOPS)
        /// Somebody wants the process to end.
        public static let ends = Events(rawValue: SECR_TERMINAL_ENDS)
    }

    /// Readable when there are events.
    public let bell: CInt
    /// Standard input.
    public let input: CInt = 0

    /// `nil` where standard input and output are no terminal that can be set so.
    public init?() {
        guard isatty(0) == 1, isatty(1) == 1 else { return nil }
        bell = secr_terminal_raw(0)
        if bell < 0 { return nil }
    }

    deinit { secr_terminal_restore() }

    /// What happened since the last time.
    public func takeEvents() -> Events { Events(rawValue: secr_terminal_take_events()) }

    /// Makes the terminal what it was before.
    public func restore() { secr_terminal_restore() }

    /// The same for whoever ends the process and knows of none.
    public static func restoreIfLeft() { secr_terminal_leave() }

    /// Stops this process, as Ctrl-Z does elsewhere, with the terminal as it was before; returns when it goes on.
    public func suspend() { secr_terminal_suspend() }

    /// Sets the terminal again, which somebody else may have had meanwhile.
    public func resume() { secr_terminal_resume() }

    /// Columns and rows.
    public var size: (columns: Int, rows: Int) {
        var (columns, rows): (CInt, CInt) = (0, 0)
        // Safe: both outlive the call.
        return unsafe secr_terminal_size(1, &columns, &rows) == 0 ? (Int(columns), Int(rows)) : (80, 24)
    }

    /// Writes all of it; signals do not stop that. What can't be written is nobody's to see.
    public func write(_ bytes: [UInt8]) {
        var done = 0
        while done < bytes.count {
            // Safe: the pointer stays within the array, `done < bytes.count`.
            let written = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(1, $0.baseAddress! + done, bytes.count - done)
            }
            if written < 0 && errno == EINTR { continue }
            if written < 0 && errno == EAGAIN {
                var ready = pollfd(fd: 1, events: Int16(POLLOUT), revents: 0)
                // Safe: one structure, which outlives the call.
                _ = unsafe poll(&ready, 1, 1_000)
                continue
            }
            if written <= 0 { return }
            done += written
        }
    }
}

/// Reading a stream as it comes, in pieces.
public enum StreamInput {
    public enum Piece: Sendable {
        case bytes([UInt8])
        /// A signal came, or there was nothing after all.
        case nothing
        case end
    }

    /// - Parameter raw: a descriptor; waits where it has nothing.
    public static func next(_ raw: CInt, most: Int = 4_096) -> Piece {
        var count = 0
        // Safe: `read` fills at most `most` bytes and tells how many.
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: most) { room, filled in
            count = unsafe read(raw, room.baseAddress, most)
            filled = max(0, count)
        }
        if count > 0 { return .bytes(bytes) }
        return count < 0 && (errno == EINTR || errno == EAGAIN) ? .nothing : .end
    }
}
