import Foundation
import SecrTestSupport
import Testing

/// A folder with an unlocked vault in it, `vault`, some files beside it, and the built `secr-vault`.
///
/// To turn a passphrase into a key takes most of a second, so one vault is made and unlocked for all tests of a run, and
/// each of them has a copy of it, together with what the device remembers. Copies of a vault share its keys. Tests that
/// lock or change keys make a vault of their own.
struct SampleVault {
    let folder: TemporaryFolder
    let environment: [String: String]
    static let passphrase = "open sesame, as they say"
    static let pass = ["--passphrase-file", "passphrase"]

    /// A copy of the vault that all tests share.
    init() throws { try self.init(copyOf: Self.original.get()) }

    /// A copy of another one, with the same keys, which has to be there as long.
    init(copyOf original: SampleVault) throws {
        folder = try TemporaryFolder()
        let copied = try Run.program(
            "cp", ["-a", "vault", "state", "passphrase", folder.path], in: original.folder.path)
        try #require(copied.status == 0, "\(copied.errors)")
        environment = Self.environment(state: folder, runtime: original.folder)
    }

    /// A vault with keys of its own, or none yet.
    ///
    /// - Parameter isMade: whether to make and unlock it; whoever unlocks one has to lock it.
    init(ofItsOwn isMade: Bool) throws {
        folder = try TemporaryFolder()
        environment = Self.environment(state: folder, runtime: folder)
        try folder.write(Array((Self.passphrase + "\n").utf8), to: "passphrase")
        try FileManager.default.createDirectory(
            at: folder.file("run"), withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        guard isMade else { return }
        let made = try vault(["init", "vault"] + Self.pass)
        try #require(made.status == 0, "\(made.errors)")
        let unlocked = try vault(["unlock", "vault", "--for", "10m"] + Self.pass)
        try #require(unlocked.status == 0, "\(unlocked.errors)")
    }

    private static let original = Result {
        let made = try SampleVault(ofItsOwn: true)
        locker.folder = made.folder.path
        atexit {
            // Nothing that needs a run loop works any more.
            let lock = "XDG_RUNTIME_DIR=$PWD/run XDG_STATE_HOME=$PWD/state '\(locker.tool)' lock vault"
            _ = system("cd '\(locker.folder)' && { \(lock); rm -rf '\(locker.folder)'; }")
        }
        return made
    }

    /// What is locked when the tests end.
    private nonisolated(unsafe) static var locker = (folder: "", tool: Run.vault)

    private static func environment(state: TemporaryFolder, runtime: TemporaryFolder) -> [String: String] {
        [
            "XDG_STATE_HOME": state.file("state").path, "XDG_RUNTIME_DIR": runtime.file("run").path,
            "TOOL": Run.vault,
        ]
    }

    /// No message ever holds the passphrase.
    @discardableResult
    func vault(
        _ arguments: [String], input: [UInt8] = [], at location: SourceLocation = #_sourceLocation
    ) throws -> Run {
        let run = try Run.vault(arguments, input: input, in: folder.path, environment: environment)
        #expect(!run.errors.contains("sesame") && !run.text.contains("sesame"), sourceLocation: location)
        return run
    }

    /// The same for something that has to succeed without a word on standard error.
    @discardableResult
    func quietly(
        _ arguments: String..., input: [UInt8] = [], at location: SourceLocation = #_sourceLocation
    ) throws -> String {
        let run = try vault(arguments, input: input, at: location)
        #expect(
            run.status == 0 && run.errors == "", "\(arguments): \(run.status), \(run.errors)", sourceLocation: location)
        return run.text
    }

    /// The same for something that has to fail: an error in so many words comes first, and nothing on standard output.
    func fails(
        _ status: Int32, _ message: String, _ arguments: String..., at location: SourceLocation = #_sourceLocation
    ) throws {
        let run = try vault(arguments, at: location)
        #expect(run.status == status && !run.wasSignaled, "\(arguments): \(run.errors)", sourceLocation: location)
        #expect(
            run.errors.hasPrefix("secr-vault: error: \(message)"), "\(arguments): \(run.errors)",
            sourceLocation: location)
        #expect(run.output.isEmpty, sourceLocation: location)
    }

    /// A script in which `sv` is the tool.
    func shell(_ script: String) throws -> Run {
        try Run.shell("sv() { \"$TOOL\" \"$@\"; }\n" + script, in: folder.path, environment)
    }

    func write(_ text: String, to name: String) throws { try folder.write(Array(text.utf8), to: name) }

    func text(_ name: String) throws -> String { String(decoding: try folder.bytes(name), as: UTF8.self) }

    func mode(_ name: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: folder.file(name).path)[.posixPermissions] as? Int
    }

    /// All objects, by name.
    func objects() throws -> [String] {
        let found = FileManager.default.enumerator(at: folder.file("vault/o"), includingPropertiesForKeys: nil)
        return try #require(found?.allObjects as? [URL]).map(\.path).filter { $0.split(separator: "/").last!.count > 2 }
            .sorted()
    }

    /// Runs the tool on a terminal; for the steps see `terminal.py`.
    func onTerminal(_ steps: [String], _ arguments: [String]) throws -> VaultFolder.Session {
        let player = Repository.file("Tests/CommandTests/terminal.py").path
        let run = try Run.program(
            "python3", [player] + steps + ["--", Run.vault] + arguments, in: folder.path, environment: environment)
        try #require(run.status == 0, "\(run.errors)")
        return try JSONDecoder().decode(VaultFolder.Session.self, from: Data(run.output))
    }
}
