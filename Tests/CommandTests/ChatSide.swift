import Foundation
import SecrTestSupport
import Testing

/// One of two who talk while processes are killed: it says its numbers one by one while something prints what comes,
/// and either can be killed.
final class ChatSide: @unchecked Sendable {
    let home: ChatHome
    /// What the other one is called here.
    let peer: String
    /// A file goes before each number that can be divided by this.
    private static let numbersOfFile = relayTestsAreLong ? 100 : 16
    /// Bytes of it, which are in three blobs.
    private static let fileSize = 150_000
    /// Guards what follows.
    private let lock = NSLock()
    private var processes: [Process] = []
    private var isOver = false
    private(set) var kills = 0
    /// Files that were sent, by their names.
    private(set) var files: [String: [UInt8]] = [:]

    init(_ home: ChatHome, to peer: String) { (self.home, self.peer) = (home, peer) }

    private func start(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: ChatHome.tool)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: home.folder.path)
        process.environment = ProcessInfo.processInfo.environment.merging(home.environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        lock.withLock { processes.append(process) }
        return process
    }

    /// - Returns: the status; `nil` where it was killed.
    private func end(of process: Process) async throws -> Int32? {
        while process.isRunning { try await Task.sleep(for: .milliseconds(5)) }
        lock.withLock { processes.removeAll { $0 === process } }
        return process.terminationReason == .exit ? process.terminationStatus : nil
    }

    /// Without a warning.
    func kill(using generator: inout some RandomNumberGenerator) {
        lock.withLock {
            guard let process = processes.randomElement(using: &generator), process.isRunning else { return }
            Foundation.kill(process.processIdentifier, SIGKILL)
            kills += 1
        }
    }

    func stop() {
        lock.withLock {
            isOver = true
            for process in processes where process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
        }
    }

    func follow() async throws {
        while !lock.withLock({ isOver }) {
            let status = try await end(of: start(["receive", "--follow"]))
            #expect(status == nil, "it ended by itself")
        }
    }

    func said() throws -> [String] {
        try home.history(peer).filter { $0.direction == "outgoing" && $0.file == nil }.map(\.text)
    }

    /// Files of the other side, also those that have not come yet.
    func filesOfPeer() throws -> [ChatHome.Said] {
        try home.history(peer).filter { $0.direction == "incoming" && $0.file != nil }
    }

    /// What was killed before it had an answer may have been said or not.
    ///
    /// - Parameter said: told how many numbers were said.
    func talk(_ count: Int, said: (Int) throws -> Void) async throws {
        var number = 0
        while number < count {
            if number.isMultiple(of: Self.numbersOfFile) { try await sendFile("\(number).bin") }
            let status = try await end(of: start(["send", peer, "\(number)"]))
            if status == nil, try self.said().last != "\(number)" { continue }
            #expect([nil, 0, 3].contains(status), "send ended with \(status ?? -1)")
            number += 1
            try said(number)
        }
    }

    /// Once it is in the history, what follows sees to it that it leaves.
    private func sendFile(_ name: String) async throws {
        if files[name] != nil { return }
        let content = Bytes.random(Self.fileSize)
        try home.folder.write(content, to: name)
        var isSaid = false
        while !isSaid {
            let status = try await end(of: start(["attach", peer, name, "--unscrubbed"]))
            #expect([nil, 0, 3].contains(status), "attach ended with \(status ?? -1)")
            isSaid =
                try status != nil
                || home.history(peer).contains { $0.direction == "outgoing" && $0.file?.name == name }
        }
        files[name] = content
    }
}
