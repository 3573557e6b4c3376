import Foundation
import SecrTestSupport
import Testing

/// A folder with something to seal and keys to do it with, and the built `secr-vault` in it.
struct VaultFolder {
    let folder: TemporaryFolder
    static let passphrase = "hunter2 is no passphrase"
    /// Of two chunks.
    static let plaintext = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
    static let key = ["--key-file", "key"]

    init() throws {
        folder = try TemporaryFolder()
        try folder.write(Self.plaintext, to: "file")
        try folder.write((0..<64).map { UInt8(truncatingIfNeeded: $0 &* 5) }, to: "key")
        try folder.write((0..<64).map { UInt8(truncatingIfNeeded: $0 &* 7) }, to: "other-key")
        try folder.write(Array((Self.passphrase + "\n").utf8), to: "passphrase")
    }

    /// No message ever holds the secret.
    @discardableResult
    func vault(
        _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:],
        at location: SourceLocation = #_sourceLocation
    ) throws -> Run {
        let run = try Run.vault(arguments, input: input, in: folder.path, environment: environment)
        #expect(!run.errors.contains("hunter2") && !run.text.contains("hunter2"), sourceLocation: location)
        return run
    }

    func shell(_ script: String) throws -> Run {
        try Run.shell(script, in: folder.path, ["TOOL": Run.vault])
    }

    var names: [String] { get throws { try folder.names } }

    func mode(_ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: folder.file(name).path)[.posixPermissions] as? Int
    }

    /// What `terminal.py` tells.
    struct Session: Decodable {
        var status: Int32
        var shown: String
        var echo: [Bool]
    }

    /// Runs the tool on a terminal; for the steps see `terminal.py`.
    func onTerminal(
        _ steps: [String], _ arguments: [String], at location: SourceLocation = #_sourceLocation
    ) throws -> Session {
        let player = Repository.file("Tests/CommandTests/terminal.py").path
        let run = try Run.program(
            "python3", [player] + steps + ["--", Run.vault] + arguments, in: folder.path)
        try #require(run.status == 0, "\(run.errors)", sourceLocation: location)
        return try JSONDecoder().decode(Session.self, from: Data(run.output))
    }
}
