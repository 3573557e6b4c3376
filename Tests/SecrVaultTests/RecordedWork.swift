import Foundation
import SecrSystem
import SecrTestSupport
import SecrVault
import Synchronization
import SystemPackage
import Testing

/// Work on a vault in a folder, each step of which is one promise, done by a process whose calls are written down.
struct RecordedWork: Sendable, CustomTestStringConvertible {
    enum Step: Sendable {
        case makeVault
        case change(@Sendable (Vault) throws -> Void)
        case passphrase(String)
    }

    enum Beginning { case nothing, vault, stoppedChangeOfPassphrase }

    var testDescription: String
    var steps: [Step]
    var beginning: Beginning

    /// What has to be there after each step.
    struct Promise: Equatable {
        /// `nil` before there is a vault.
        var contents: Contents?
        var passphrase: String
    }

    static let first = "first"

    private init(_ name: String, _ steps: [Step], beginning: Beginning = .vault) {
        (testDescription, self.steps, self.beginning) = (name, steps, beginning)
    }

    private init(_ workload: CrashTests.Workload) {
        self.init(workload.testDescription, workload.steps.map { .change($0) })
    }

    // MARK: What there is to do

    static let making = RecordedWork(
        "making a vault", [.makeVault, .change { try $0.put("/a", noise(5_000)) }], beginning: .nothing)

    static let passphrases = RecordedWork(
        "passphrases",
        [
            .passphrase("second"), .change { try $0.put("/a", noise(3_000)) }, .passphrase("third"),
            .change { try $0.remove(path("/a"), recursively: false, now: start) }, .passphrase(first),
        ])

    /// A power cut has stopped a change of the passphrase; whoever opens the vault then finishes it.
    static let stopped = RecordedWork(
        "a stopped change of the passphrase",
        [.change { try $0.put("/a", noise(3_000)) }, .passphrase("third")], beginning: .stoppedChangeOfPassphrase)

    /// So many objects at once that they are synced with the whole file system.
    static let wholesale = RecordedWork(
        "many objects",
        [
            .change { vault in
                let items = (0..<40).map { number in
                    let bytes = noise(2_100 + number, UInt64(number))
                    return Vault.NewItem(path("/n\(number)"), .file(input(bytes, expected: 1 << 20)), plain)
                }
                let next = Mutex(0)
                _ = try vault.put(overwrites: false, now: { start }) {
                    next.withLock { next in
                        next += 1
                        return next <= items.count ? items[next - 1] : nil
                    }
                }
            }
        ])

    static let files = RecordedWork(CrashTests.files)
    static let all =
        [making, passphrases, stopped, wholesale, files]
        + [CrashTests.checkpoints, CrashTests.merge, CrashTests.maintenance].map { RecordedWork($0) }

    // MARK: Doing it

    static func vault(in folder: URL) -> FilePath { FilePath(folder.appending(path: "vault").path) }
    static func stateFolder(in folder: URL) -> FilePath { FilePath(folder.appending(path: "state").path) }

    static func make(in folder: URL) throws -> VaultFolder {
        try VaultFolder.create(
            vault(in: folder), WatchedVault.credential(first), parameters: WatchedVault.weak,
            stateFolder: stateFolder(in: folder), now: start)
    }

    static func open(in folder: URL, _ passphrase: String) throws -> Vault {
        let vault = try VaultFolder(vault(in: folder), weakest: WatchedVault.weak)
        return try vault.open(
            vault.unlock(WatchedVault.credential(passphrase)), stateFolder: stateFolder(in: folder))
    }

    static func change(in folder: URL, _ old: String, to new: String) throws {
        try VaultFolder(vault(in: folder), weakest: WatchedVault.weak).change(
            WatchedVault.credential(old), to: WatchedVault.credential(new), stateFolder: stateFolder(in: folder),
            now: start)
    }

    /// Before anything is written down.
    private func prepare(_ folder: URL) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        if beginning == .nothing { return }
        _ = try Self.make(in: folder)
        try Self.open(in: folder, Self.first).put("/before", noise(4_000, 99))
        if beginning == .vault { return }
        let slots = folder.appending(path: "vault/slots")
        let old = try Data(contentsOf: slots)
        try Self.change(in: folder, Self.first, to: "second")
        try FileManager.default.moveItem(at: slots, to: folder.appending(path: "vault/slots.new"))
        try old.write(to: slots)
    }

    private var beginsWith: String { beginning == .stoppedChangeOfPassphrase ? "second" : Self.first }

    private func work(in folder: URL) throws {
        var (vault, passphrase): (Vault?, String) = (nil, beginsWith)
        for step in steps {
            switch step {
            case .makeVault: _ = try Self.make(in: folder)
            case .change(let body):
                let opened = try vault ?? Self.open(in: folder, passphrase)
                try body(opened)
                #expect(opened.checkpointFailure == nil)
                vault = opened
            case .passphrase(let new):
                try Self.change(in: folder, passphrase, to: new)
                passphrase = new
            }
            RecordedDisk.promise()
        }
    }

    /// The same without a disk.
    var promises: [Promise] {
        get throws {
            let vault = try Vault.inMemory()
            if beginning != .nothing { try vault.put("/before", noise(4_000, 99)) }
            var promise = Promise(
                contents: beginning == .nothing ? nil : try vault.contents(),
                passphrase: beginsWith)
            var promises = [promise]
            for step in steps {
                switch step {
                case .makeVault: break
                case .change(let body): try body(vault)
                case .passphrase(let new): promise.passphrase = new
                }
                promise.contents = try vault.contents()
                promises.append(promise)
            }
            return promises
        }
    }

    // MARK: Recording it

    private static let folderKey = "SECR_RECORDED_FOLDER"
    private static let nameKey = "SECR_RECORDED_WORK"
    private static let environment = ProcessInfo.processInfo.environment
    private static let recorded = Mutex<[String: RecordedDisk]>([:])

    /// What the work does to a disk. It is done once for all who ask.
    func disk() throws -> RecordedDisk {
        try Self.recorded.withLock { recorded in
            if let disk = recorded[testDescription] { return disk }
            let temporary = try TemporaryFolder(isInMemory: true)
            let folder = temporary.file("disk")
            try prepare(folder)
            var disk = try RecordedDisk(beginningWith: folder)
            // These tests themselves, of which only the one below does anything then.
            let calls = try SystemCall.trace(
                URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path,
                ["--testing-library", "swift-testing", "--filter", "RecordedProcess/"],
                environment: [Self.folderKey: folder.path, Self.nameKey: testDescription])
            try disk.record(calls, in: folder)
            try #require(disk.promises.count == steps.count)
            recorded[testDescription] = disk
            return disk
        }
    }

    @Suite struct RecordedProcess {
        @Test(.enabled(if: environment[folderKey] != nil, "only in a process that is recorded")) func works() throws {
            let work = try #require(all.first { $0.testDescription == environment[nameKey] })
            try work.work(in: URL(filePath: environment[folderKey]!))
        }
    }
}
