internal import Glibc
internal import SecrSystem
internal import Synchronization

/// Hears what other nodes tell, on a thread and a connection of its own.
final class PostgreSQLListener: Sendable {
    typealias Told = @Sendable (StoredName?) -> Void

    /// How often a silent server is asked whether it is still there.
    private static let silence = 30_000
    /// Between attempts to connect; doubled each time, up to the second one. Milliseconds.
    private static let pauses = (first: 100, longest: 5_000)

    private let address: PostgreSQLAddress
    private let patience: Duration
    private let own: String
    private let alarm: Alarm
    private let isEnding = Atomic(false)
    private let told = Mutex<[Told]>([])

    /// - Parameter own: the sender whose notices are no news.
    init?(_ address: PostgreSQLAddress, patience: Duration, own: String) {
        guard let alarm = Alarm() else { return nil }
        self.address = address
        self.patience = patience
        self.own = own
        self.alarm = alarm
    }

    func add(_ told: @escaping Told) { self.told.withLock { $0.append(told) } }

    func end() {
        isEnding.store(true, ordering: .releasing)
        alarm.raise()
    }

    private var hasEnded: Bool { isEnding.load(ordering: .acquiring) }

    /// Listens until the end.
    ///
    /// - Parameter started: called once, when the first attempt to connect went well or did not.
    func run(started: () -> Void) {
        var pause = Self.pauses.first
        var isFirst = true
        while !hasEnded {
            if let connection = try? connect() {
                pause = Self.pauses.first
                // Meanwhile anything may have been told.
                if !isFirst { tell([nil]) }
                if isFirst { started() }
                isFirst = false
                try? listen(on: connection)
            } else if isFirst {
                started()
                isFirst = false
            }
            if hasEnded { return }
            _ = try? Waiting.wait(for: [(alarm.socket, POLLIN)], milliseconds: pause)
            pause = min(pause * 2, Self.pauses.longest)
        }
        if isFirst { started() }
    }

    private func connect() throws -> PostgreSQLConnection {
        let connection = try PostgreSQLSession(address, patience: patience).connect()
        try connection.script("LISTEN secr_relay")
        return connection
    }

    /// Until the connection breaks, or the end.
    private func listen(on connection: PostgreSQLConnection) throws(PostgreSQLFailure) {
        while !hasEnded {
            let isReady = try Waiting.wait(
                for: [(connection.socket, POLLIN), (alarm.socket, POLLIN)], milliseconds: Self.silence)
            if hasEnded { return }
            if !isReady { try connection.script("SELECT 1") }
            for payload in try connection.notices() {
                guard let notice = PostgreSQLNotice(payload) else {
                    tell([nil])
                    continue
                }
                if notice.sender != own { tell(notice.boxes) }
            }
        }
    }

    private func tell(_ boxes: [StoredName?]) {
        let told = told.withLock { $0 }
        for box in boxes {
            for tell in told { tell(box) }
        }
    }
}
