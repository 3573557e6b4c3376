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
    private let stores: FilePath
    private let state: FilePath

    init(_ relay: RelayProcess, clock: TestClock = TestClock()) throws {
        folder = try TemporaryFolder()
        self.clock = clock
        stores = FilePath(folder.file("vault").path)
        state = FilePath(folder.file("state").path)
        let root = SecretBytes(random: AreaKeys.rootSize)
        keys = AreaKeys(root: root, id: SecureRandom.bytes(AreaKeys.idSize), vault: SecureRandom.bytes(32))
        try FileCreation.makeFolders(stores, mode: 0o700)
        try FolderStore.create(in: stores)
        let device = try DeviceState(in: state, of: marker)
        let vault = try Vault.createArea(FolderStore(stores), keys, device: device, now: 0)
        try Messenger.setUp(vault, Settings(relays: ["http://127.0.0.1:\(relay.port)"]))
    }

    private let marker = Marker(parameters: .init(unchecked: 8_192, passes: 1))

    func vault(acceptsOlder: Bool = false) throws -> Vault {
        try Vault(
            FolderStore(stores), keys, device: DeviceState(in: state, of: marker), acceptsOlder: acceptsOlder)
    }

    /// As another process would have it.
    func messenger(acceptsOlder: Bool = false) throws -> Messenger {
        let clock = clock
        let relays = Relays(http: try HTTPClient(), retries: .never) { Int64(clock.now) }
        return try Messenger(vault(acceptsOlder: acceptsOlder), relays) { clock.now }
    }
}
