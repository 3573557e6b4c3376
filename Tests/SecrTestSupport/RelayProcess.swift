import Foundation

/// A running `secr-relay serve` with a folder of its own, which can be ended in any way and started again.
package final class RelayProcess: @unchecked Sendable {
    package static let tool = Run.built("secr-relay")

    package let folder: TemporaryFolder
    /// Where everything is kept that has to be there after a restart.
    package let data: String
    private let options: [String]
    private let listen: String
    private let environment: [String: String]
    private let console: URL
    /// Guards what follows.
    private let lock = NSLock()
    private var process = Process()
    /// That it listens at; 0 for a socket. Stays the same when it is started again.
    package private(set) var port: UInt16 = 0

    /// Starts it, and returns when it listens.
    ///
    /// - Parameters:
    ///   - listen: with `FOLDER/socket` one that has `--quiet` can be waited for, too.
    ///   - data: where everything is kept, if not in the folder.
    ///   - environment: variables beyond those that are there.
    package init(
        _ options: [String] = [], listen: String = "127.0.0.1:0", data: String? = nil, isInMemory: Bool = true,
        environment: [String: String] = [:]
    ) throws {
        folder = try TemporaryFolder(isInMemory: isInMemory)
        self.options = options
        self.environment = environment
        self.listen = listen.replacingOccurrences(of: "FOLDER", with: folder.path)
        self.data = data ?? folder.file("data").path
        console = folder.file("console")
        try Data().write(to: console)
        try start()
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    /// Everything that it said, in all its lives.
    package var said: String { (try? String(contentsOf: console, encoding: .utf8)) ?? "" }

    package var identifier: pid_t { lock.withLock { process.processIdentifier } }
    package var isRunning: Bool { lock.withLock { process.isRunning } }

    package func start() throws {
        let process = Process()
        process.executableURL = URL(filePath: Self.tool)
        process.arguments =
            ["serve", "--data", data, "--listen", port > 0 ? "127.0.0.1:\(port)" : listen] + options
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let handle = try FileHandle(forWritingTo: console)
        let start = try handle.seekToEnd()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = handle
        process.standardError = handle
        try process.run()
        lock.withLock { self.process = process }
        let began = ContinuousClock.now
        while true {
            let text = String(
                decoding: (try? Data(contentsOf: console))?.dropFirst(Int(start)) ?? Data(), as: UTF8.self)
            if let line = text.split(separator: "\n").first(where: { $0.hasPrefix("listening on ") }),
                text.hasSuffix("\n")
            {
                port = line.split(separator: ":").last.flatMap { UInt16($0) } ?? 0
                return
            }
            if options.contains("--quiet"), (try? folder.names.contains("socket")) == true { return }
            guard process.isRunning, ContinuousClock.now - began < .seconds(30) else { throw Failure(text) }
            usleep(5_000)
        }
    }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        init(_ text: String) { description = "it does not listen: \(text)" }
    }

    /// Without a warning.
    package func crash() {
        let process = lock.withLock { self.process }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// In an orderly way.
    ///
    /// - Returns: the status, or `nil` where it did not end by itself in time.
    @discardableResult
    package func stop(within seconds: Int = 10, signal: Int32 = SIGTERM) async throws -> Int32? {
        let process = lock.withLock { self.process }
        kill(process.processIdentifier, signal)
        let end = ContinuousClock.now + .seconds(seconds)
        while process.isRunning {
            guard ContinuousClock.now < end else { return nil }
            try await Task.sleep(for: .milliseconds(5))
        }
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    }

    /// KiB that it had in memory at most, or has now.
    package func memory(_ field: String = "VmHWM") -> Int {
        let status = (try? String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix(field + ":") } ?? ""
        return Int(line.filter(\.isNumber)) ?? 0
    }

    /// Waits until it has said something.
    package func says(_ text: String, within seconds: Int = 10) async throws -> Bool {
        let end = ContinuousClock.now + .seconds(seconds)
        while !said.contains(text) {
            guard ContinuousClock.now < end else { return false }
            try await Task.sleep(for: .milliseconds(20))
        }
        return true
    }

    /// Runs the tool to its end.
    package static func run(_ arguments: [String]) throws -> Run { try Run.program(tool, arguments) }
}
