import Foundation
import Synchronization

/// A PostgreSQL server of this test's own: it listens in a temporary folder only, and goes with it.
package final class PostgreSQLServer: Sendable {
    package struct Trouble: Error, CustomStringConvertible {
        package let description: String
    }

    /// Where the newest one's programs are; `nil` where there is none, or nobody who may run it.
    private static let programs: String? = {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root))?.compactMap { Int($0) } ?? []
        guard let newest = versions.max() else { return nil }
        // It refuses to be run by root.
        guard !Run.isRoot || (try? Run.program("id", ["-u", user]))?.status == 0 else { return nil }
        return "\(root)/\(newest)/bin/"
    }()

    package static let isInstalled = programs != nil

    private static let user = "postgres"

    private let folder: TemporaryFolder
    private let data: String
    private let process = Mutex<Process?>(nil)
    private let settings: [String]

    /// - Parameter settings: such as `max_connections=20`.
    package init(settings: [String] = []) throws {
        folder = try TemporaryFolder()
        data = folder.path + "/data"
        self.settings = settings
        if Run.isRoot { try Self.demand(try Run.program("chown", [Self.user, folder.path])) }
        try Self.demand(
            try Self.run("initdb", ["-D", data, "-A", "trust", "-U", "relay", "-N", "-E", "UTF8", "--no-instructions"]))
        try start()
    }

    deinit { kill(SIGQUIT) }

    /// A connection string of one of its databases.
    package func address(of database: String = "postgres") -> String {
        "host=\(folder.path) user=relay dbname=\(database)"
    }

    /// Makes a database, and gives its connection string.
    package func database(_ name: String) throws -> String {
        try sql("CREATE DATABASE \(name)")
        return address(of: name)
    }

    /// What `psql` prints.
    @discardableResult
    package func sql(_ text: String, database: String = "postgres") throws -> String {
        let run = try Self.run("psql", ["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", address(of: database), "-c", text])
        try Self.demand(run)
        return run.text.trimmingCharacters(in: .newlines)
    }

    package func start() throws {
        let (program, arguments) = Self.command(
            "postgres",
            ["-D", data, "-k", folder.path, "-c", "listen_addresses=", "-c", "recovery_init_sync_method=syncfs"]
                + settings.flatMap { ["-c", $0] })
        // What it was before may need a moment to be gone.
        for _ in 0..<50 {
            let process = Process()
            process.executableURL = URL(filePath: program)
            process.arguments = arguments
            process.standardInput = FileHandle.nullDevice
            let log = folder.file("log")
            if !FileManager.default.fileExists(atPath: log.path) { try Data().write(to: log) }
            let output = try FileHandle(forWritingTo: log)
            try output.seekToEnd()
            process.standardOutput = output
            process.standardError = output
            try process.run()
            self.process.withLock { $0 = process }
            while process.isRunning {
                if try Self.run("pg_isready", ["-q", "-h", folder.path, "-U", "relay", "-d", "postgres"]).status == 0 {
                    return
                }
                Thread.sleep(forTimeInterval: 0.01)
            }
            Thread.sleep(forTimeInterval: 0.05)
        }
        throw Trouble(description: "PostgreSQL does not start: " + log.suffix(2_000))
    }

    /// What it has written to its log.
    package var log: String { (try? folder.bytes("log")).map { String(decoding: $0, as: UTF8.self) } ?? "" }

    /// Ends it, in the orderly way with `SIGINT`, and waits.
    package func stop() { kill(SIGINT) }

    /// As a power cut would, but for what the system has not written yet.
    package func crash() { kill(SIGKILL) }

    private func kill(_ signal: CInt) {
        guard let process = process.withLock({ $0.take() }) else { return }
        let children = signal == SIGKILL ? Self.children(of: process.processIdentifier) : []
        for one in [process.processIdentifier] + children { _ = Foundation.kill(one, signal) }
        process.waitUntilExit()
    }

    /// Kills one of the processes that serve clients; the server then starts all of them anew.
    package func crashOne() {
        let clients = processes.filter { process in
            let line = try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8)
            return line?.hasPrefix("postgres: relay ") == true
        }
        if let one = clients.randomElement() { _ = Foundation.kill(one, SIGKILL) }
    }

    /// Has every process stand still, or go on.
    package func freeze(_ isFrozen: Bool) {
        for one in processes { _ = Foundation.kill(one, isFrozen ? SIGSTOP : SIGCONT) }
    }

    private var processes: [pid_t] {
        process.withLock { process in
            process.map { [$0.processIdentifier] + Self.children(of: $0.processIdentifier) } ?? []
        }
    }

    /// Seconds that it and those who serve clients now have computed.
    package var processorTime: Double {
        let ticks = processes.compactMap { process in
            // Behind the name, which is in parentheses: state, ten numbers, and then the time of the user and the
            // system.
            let line = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
            return line?.split(separator: ")").last?.split(separator: " ")[11...12].compactMap { Int($0) }.reduce(0, +)
        }
        return Double(ticks.reduce(0, +)) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func children(of process: pid_t) -> [pid_t] {
        let list = try? String(contentsOfFile: "/proc/\(process)/task/\(process)/children", encoding: .utf8)
        return list?.split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) } ?? []
    }

    private static func command(_ program: String, _ arguments: [String]) -> (String, [String]) {
        let path = (programs ?? "") + program
        guard Run.isRoot else { return (path, arguments) }
        return (
            "/usr/bin/setpriv", ["--reuid", user, "--regid", user, "--clear-groups", "--", path] + arguments
        )
    }

    private static func run(_ program: String, _ arguments: [String]) throws -> Run {
        let (program, arguments) = command(program, arguments)
        // A folder that the server's user may enter.
        return try Run.program(program, arguments, in: "/")
    }

    private static func demand(_ run: Run) throws {
        if run.status != 0 { throw Trouble(description: run.errors) }
    }
}
