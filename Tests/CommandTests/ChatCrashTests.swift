import Foundation
import SecrTestSupport
import Testing

/// Whatever dies and whenever: each message comes, once, and in its order.
@Suite(.serialized) struct ChatCrashTests {
    /// Messages of each side.
    private static let count = relayTestsAreLong ? 5_000 : 50

    /// One side: it says its numbers one by one while something prints what comes, and either can be killed.
    private final class Side: @unchecked Sendable {
        let home: ChatHome
        private let peer: String
        private let lock = NSLock()
        private var processes: [Process] = []
        private var isOver = false
        private(set) var kills = 0

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
            try home.history(peer).filter { $0.direction == "outgoing" }.map(\.text)
        }

        /// What was killed before it had an answer may have been said or not.
        func talk(_ count: Int) async throws {
            var number = 0
            while number < count {
                let status = try await end(of: start(["send", peer, "\(number)"]))
                if status == nil, try said().last != "\(number)" { continue }
                #expect([nil, 0, 3].contains(status), "send ended with \(status ?? -1)")
                number += 1
            }
        }
    }

    @Test(.timeLimit(.minutes(120))) func everythingComesOnceAndInOrder() async throws {
        let relay = try RelayProcess(isInMemory: false)
        let vault = try SampleVault(ofItsOwn: true)
        defer { _ = try? vault.vault(["lock", "vault"]) }
        try vault.quietly("unlock", "vault", "--for", "24h", "--passphrase-file", "passphrase")
        let anna = Side(try ChatHome(relay, in: SampleVault(copyOf: vault)), to: "Ben")
        let ben = Side(try ChatHome(relay, in: SampleVault(copyOf: vault)), to: "Anna")
        try anna.home.meet(ben.home)
        let followers = [anna, ben].map { side in Task { try await side.follow() } }
        let crashes = Task {
            var generator = SystemRandomNumberGenerator()
            var relayCrashes = 0
            while !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(Int.random(in: 50...1_000, using: &generator)))
                switch Int.random(in: 0..<8, using: &generator) {
                case 0:
                    relay.crash()
                    try relay.start()
                    relayCrashes += 1
                case 1...3: anna.kill(using: &generator)
                case 4...6: ben.kill(using: &generator)
                default: break
                }
            }
            return relayCrashes
        }
        async let first: Void = anna.talk(Self.count)
        async let second: Void = ben.talk(Self.count)
        _ = try await (first, second)
        crashes.cancel()
        #expect(try await crashes.value + anna.kills + ben.kills > 0)
        // What waits leaves, and what is at the relay comes.
        let all = (0..<Self.count).map(String.init)
        let end = ContinuousClock.now + .seconds(120)
        while try anna.home.heard("Ben").count < all.count || ben.home.heard("Anna").count < all.count {
            try #require(ContinuousClock.now < end, "something does not come")
            try await Task.sleep(for: .milliseconds(200))
        }
        for side in [anna, ben] { side.stop() }
        for follower in followers { try await follower.value }
        for (side, peer) in [(anna, "Ben"), (ben, "Anna")] {
            #expect(try side.said() == all)
            #expect(try side.home.heard(peer) == all)
            #expect(try side.home.contacts().first?["missing"] as? Int == 0)
            #expect(try side.home.vault.vault(["verify", "-q", "vault"]).status == 0)
        }
    }
}
