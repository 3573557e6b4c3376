/// Why the server, or the way to it, did not do something.
struct PostgreSQLFailure: Error {
    /// The server's code for it (SQLSTATE), five letters; empty where nothing came from the server.
    let state: String
    let message: String
    /// Whether the connection is of no use any more.
    var isBroken: Bool
    /// Which of the requests that were sent together it was, if the server said so.
    var request: Int?
    /// Whether the server did away with more than the transaction.
    var isFatal = false
    /// Whether what was asked for may have been done all the same.
    var isUncertain = false
    private var fixedCode: StoreError.Code?

    init(state: String, message: String, isBroken: Bool = false, fixedCode: StoreError.Code? = nil) {
        self.state = state
        self.message = message
        self.isBroken = isBroken
        self.fixedCode = fixedCode
    }

    /// The way to the server is broken, or the server is slower than one waits.
    static func broken(_ message: String) -> Self { Self(state: "", message: message, isBroken: true) }

    /// The server answers something that is not in its tables.
    static func unexpected(_ message: String) -> Self { Self(state: "", message: message, fixedCode: .damaged) }

    /// Others were at the same things at the same time.
    static var conflict: Self { Self(state: State.serialization, message: "others changed the same boxes") }

    private enum State {
        static let serialization = "40001"
        static let deadlock = "40P01"
        /// Somebody else made the same box, or did the same command, at the same time.
        static let unique = "23505"
        static let diskFull = "53100"
    }

    /// Whether it may go well at the next time, at once.
    var isWorthRepeating: Bool {
        isBroken || [State.serialization, State.deadlock, State.unique].contains(state)
    }

    var storeError: StoreError { StoreError(code, detail, isUncertain: isUncertain) }

    private var code: StoreError.Code {
        if let fixedCode { return fixedCode }
        if state == State.diskFull { return .full }
        switch state.prefix(2) {
        // Connections, conflicts with others, resources, objects in use, operators, and a server that may only be read.
        case "", "08", "23", "25", "40", "53", "55", "57": return .unavailable
        // Errors of the disk and inside of the server.
        case "58", "XX": return .damaged
        default: return .unusable
        }
    }

    private var detail: String {
        if state.isEmpty { return message }
        // Messages about data and constraints may quote what they complain about.
        let isAboutData = ["21", "22", "23"].contains(state.prefix(2))
        return isAboutData
            ? "PostgreSQL refused with code \(state)" : "PostgreSQL refused with code \(state): \(message)"
    }
}
