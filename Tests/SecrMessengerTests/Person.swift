import Foundation
import SecrCrypto
import SecrHTTP
import SecrMessenger
import SecrRelayClient
import SecrSystem
import SecrTestSupport
import SecrVault
import Synchronization
import SystemPackage

/// Seconds since 1970, which tests move on.
final class TestClock: Sendable {
    private let seconds = Mutex(UInt64(WallClock.now / 1_000_000_000))

    var now: UInt64 { seconds.withLock(\.self) }
    func advance(_ more: UInt64) { seconds.withLock { $0 += more } }
}

/// Somebody with a vault in a folder, and what this device remembers of it beside that.
final class Person: Sendable {
    let folder: TemporaryFolder
    let keys: AreaKeys
    let clock: TestClock
    private let trust: HTTPRequest.Trust

    private static let weak = Argon2id.Parameters(unchecked: 8, passes: 1)

    private var vaultURL: URL { folder.file("vault") }
    private var stateURL: URL { folder.file("state") }
    private var stateFolder: FilePath { FilePath(stateURL.path) }

    convenience init(_ relay: RelayProcess, clock: TestClock = TestClock()) throws {
        try self.init(at: relay.origin, clock: clock)
    }

    /// - Parameters:
    ///   - origin: of the relay.
    ///   - trust: whose word counts for who that is.
    init(at origin: String, clock: TestClock = TestClock(), trust: HTTPRequest.Trust = .system) throws {
        folder = try TemporaryFolder()
        self.clock = clock
        self.trust = trust
        let credential = try Credential(passphrase: SecretBytes(copying: Array("open".utf8)))
        let made = try VaultFolder.create(
            FilePath(folder.file("vault").path), credential, parameters: Self.weak,
            stateFolder: FilePath(folder.file("state").path), now: 1)
        keys = try made.unlock(credential)
        try Messenger.setUp(vault(), Settings(relays: [origin]))
    }

    private init(_ folder: TemporaryFolder, copyOf person: Person, clock: TestClock?) {
        self.folder = folder
        (keys, trust) = (person.keys, person.trust)
        self.clock = clock ?? person.clock
    }

    func located() throws -> VaultFolder {
        try VaultFolder(FilePath(folder.file("vault").path), weakest: Self.weak)
    }

    func vault(acceptsOlder: Bool = false) throws -> Vault {
        try located().open(keys, stateFolder: stateFolder, acceptsOlder: acceptsOlder)
    }

    func vault(on store: any ObjectStore) throws -> Vault {
        try Vault(store, keys, device: located().deviceState(in: stateFolder))
    }

    /// As another process would have it.
    func messenger(acceptsOlder: Bool = false) throws -> Messenger {
        try messenger(vault(acceptsOlder: acceptsOlder))
    }

    /// On a store that may end at some step.
    ///
    /// - Parameter isDone: whether that step is carried out all the same.
    func messenger(endingAfter steps: Int?, isDone: Bool = false) throws -> (Messenger, FailingStore) {
        let store = FailingStore(try FolderStore(located().path), isDone: isDone)
        let messenger = try messenger(vault(on: store))
        store.end(after: steps)
        return (messenger, store)
    }

    private func messenger(_ vault: Vault) throws -> Messenger {
        let clock = clock
        let relays = Relays(http: try HTTPClient(), trust: trust, retries: .never) { Int64(clock.now) }
        return try Messenger(vault, relays) { clock.now }
    }

    // MARK: Copies

    /// A copy of the vault's folder as it is now.
    func backup() throws -> TemporaryFolder {
        let copy = try TemporaryFolder()
        try FileManager.default.copyItem(at: vaultURL, to: copy.file("vault"))
        return copy
    }

    /// Puts a backup in the place of the vault.
    func restore(_ backup: TemporaryFolder) throws {
        try FileManager.default.removeItem(at: vaultURL)
        try FileManager.default.copyItem(at: backup.file("vault"), to: vaultURL)
    }

    /// The same person with a copy of the vault elsewhere, and with a copy of what this device remembers, or nothing.
    ///
    /// - Parameter clock: by default the same one.
    func copied(withState: Bool, from backup: TemporaryFolder? = nil, clock: TestClock? = nil) throws -> Person {
        let copy = try TemporaryFolder()
        try FileManager.default.copyItem(at: backup?.file("vault") ?? vaultURL, to: copy.file("vault"))
        if withState { try FileManager.default.copyItem(at: stateURL, to: copy.file("state")) }
        return Person(copy, copyOf: self, clock: clock)
    }

    /// Damages what was written last, and repairs the vault.
    func damageAndRepair() throws -> Repairer.Report {
        let located = try located()
        let change = try Vault(FolderStore(located.path), keys, device: nil).change
        let name = keys.name(.record, change).hexadecimal
        let file = vaultURL.appending(path: "o/\(name.prefix(2))/\(name.dropFirst(2))")
        let size = try Data(contentsOf: file).count
        try Data(repeating: 0x5A, count: size).write(to: file)
        return try Repairer.run(
            located, keys, device: located.deviceState(in: stateFolder), dropsLost: false, now: 1, progress: { _ in })
    }
}

extension RelayProcess {
    var origin: String { "http://127.0.0.1:\(port)" }
}
