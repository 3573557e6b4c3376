import Foundation
import SecrTestSupport
import Testing

/// Somebody with a home folder, a vault for conversations in it whose keys are remembered, and the built `secr-chat`.
struct ChatHome {
    static let tool = Run.built("secr-chat")

    let vault: SampleVault
    let environment: [String: String]
    var folder: TemporaryFolder { vault.folder }

    init(_ relay: RelayProcess, _ options: [String] = []) throws {
        try self.init(at: relay.endpoint.origin, options)
    }

    /// - Parameters:
    ///   - origin: of a relay.
    ///   - vault: by default a copy of the one that tests share.
    init(at origin: String, _ options: [String] = [], in vault: SampleVault? = nil) throws {
        try self.init(in: vault)
        let run = try chat(["init", origin] + options)
        #expect(run.status == 0 && run.errors == "vault: ready to meet people\n", "\(run.errors)")
    }

    /// Without a messenger in the vault yet.
    init(in vault: SampleVault? = nil) throws {
        self.vault = try vault ?? SampleVault()
        environment = self.vault.environment.merging([
            "HOME": self.vault.folder.path, "SECR_CHAT_VAULT": "vault", "SECR_CHAT_TRUST": "", "TERM": "xterm-256color",
            "NO_COLOR": "1",
        ]) { $1 }
    }

    /// Two who can talk; to each of them the other one has a name.
    static func pair(_ relay: RelayProcess) throws -> (anna: ChatHome, ben: ChatHome) {
        let (anna, ben) = (try ChatHome(relay), try ChatHome(relay))
        try anna.meet(ben)
        return (anna, ben)
    }

    func meet(_ ben: ChatHome, _ options: [String] = []) throws {
        let link = try chat(["invite", "Ben"] + options).output
        #expect(try ben.chat(["accept", "Anna", "--link-file", "-"] + options, input: link).status == 0)
        #expect(try chat(["receive"]).errors == "Ben: the conversation has begun; 'verify' shows the code to compare\n")
        #expect(
            try ben.chat(["receive"]).errors == "Anna: the conversation has begun; 'verify' shows the code to compare\n"
        )
        try quietly("receive")
    }

    /// No message ever holds the passphrase or an invitation.
    @discardableResult
    func chat(
        _ arguments: [String], input: [UInt8] = [], at location: SourceLocation = #_sourceLocation
    ) throws -> Run {
        let run = try Run.program(
            Self.tool, arguments, input: input, in: folder.path, environment: environment)
        for secret in ["sesame", "secr:A"] { #expect(!run.errors.contains(secret), sourceLocation: location) }
        #expect(!run.wasSignaled, "\(arguments): \(run.status)", sourceLocation: location)
        return run
    }

    /// The same for something that has to succeed without a word on standard error.
    @discardableResult
    func quietly(
        _ arguments: String..., input: String = "", at location: SourceLocation = #_sourceLocation
    ) throws -> String {
        let run = try chat(arguments, input: Array(input.utf8), at: location)
        #expect(
            run.status == 0 && run.errors == "", "\(arguments): \(run.status), \(run.errors)", sourceLocation: location)
        return run.text
    }

    /// The same for something that has to fail: an error in so many words comes first, and nothing on standard output.
    func fails(
        _ status: Int32, _ message: String, _ arguments: String..., input: String = "",
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let run = try chat(arguments, input: Array(input.utf8), at: location)
        #expect(
            run.status == status && run.errors.hasPrefix("secr-chat: error: \(message)"),
            "\(arguments): \(run.status), \(run.errors)", sourceLocation: location)
        #expect(run.output.isEmpty, sourceLocation: location)
    }

    // MARK: What was said

    struct Said: Decodable, Equatable {
        struct File: Decodable, Equatable {
            var name: String
            /// In the vault; `nil` before it has come.
            var path: String?
        }

        var number: Int
        var direction: String
        var delivery: String?
        var text: String
        var contact: String
        /// What was sent in place of a text.
        var file: File?
    }

    static func said(_ output: [UInt8]) throws -> [Said] {
        try output.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Said.self, from: Data($0)) }
    }

    func history(_ contact: String, at location: SourceLocation = #_sourceLocation) throws -> [Said] {
        let run = try chat(["history", contact, "--json"], at: location)
        #expect(run.status == 0, "\(run.errors)", sourceLocation: location)
        return try Self.said(run.output)
    }

    /// What the other side said, in order, without its files.
    func heard(_ contact: String) throws -> [String] {
        try history(contact).filter { $0.direction == "incoming" && $0.file == nil }.map(\.text)
    }

    /// Of all contacts, one object a line.
    func contacts() throws -> [[String: Any]] {
        try chat(["contacts", "--json"]).output.split(separator: UInt8(ascii: "\n")).compactMap {
            try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any]
        }
    }

    // MARK: Commands that go on

    /// A command that runs while others do.
    final class Running {
        let process = Process()
        private let output: URL
        private let folder: TemporaryFolder

        init(_ home: ChatHome, _ arguments: [String], environment: [String: String] = [:]) throws {
            folder = try TemporaryFolder()
            output = folder.file("output")
            try Data().write(to: output)
            // Whoever runs the tests may ignore signals, and children inherit that.
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["--default-signal", ChatHome.tool] + arguments
            process.currentDirectoryURL = URL(filePath: home.folder.path)
            process.environment = ProcessInfo.processInfo.environment.merging(home.environment) { $1 }
                .merging(environment) { $1 }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.standardError = FileHandle.nullDevice
            try process.run()
        }

        deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

        var printed: [UInt8] { (try? Data(contentsOf: output)).map(Array.init) ?? [] }

        /// Waits until it has printed a text.
        func prints(_ text: String, within seconds: Double = 60) async throws -> Bool {
            let end = ContinuousClock.now + .seconds(seconds)
            while true {
                // In this order: it may print and end in between.
                let goesOn = process.isRunning
                if String(decoding: printed, as: UTF8.self).contains(text) { return true }
                guard ContinuousClock.now < end, goesOn else { return false }
                try await Task.sleep(for: .milliseconds(20))
            }
        }

        /// Sends it a signal, and after ten seconds one that it can't ignore.
        ///
        /// - Returns: what it ended with; less than zero for a signal.
        func end(_ signal: Int32) async throws -> Int32 {
            kill(process.processIdentifier, signal)
            for _ in 0..<500 where process.isRunning { try await Task.sleep(for: .milliseconds(20)) }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            return process.terminationReason == .uncaughtSignal ? -process.terminationStatus : process.terminationStatus
        }
    }
}
