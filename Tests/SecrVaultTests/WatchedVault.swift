import Foundation
import SecrCrypto
import SecrSystem
import SecrTestSupport
import SecrVault
import Synchronization
import SystemPackage

/// A small vault in a folder, a device that has seen it, and what it has to hold.
final class WatchedVault: Sendable {
    let folder: TemporaryFolder
    let keys: AreaKeys
    let contents: Mutex<[String: [UInt8]]> = Mutex([:])

    static let weak = Argon2id.Parameters(unchecked: 8, passes: 1)
    static let date: Int64 = 1_234_567_890_123_456_789

    var path: String { folder.file("vault").path }
    var stateFolder: FilePath { FilePath(folder.file("state").path) }

    init(passphrase: String = "open") throws {
        folder = try TemporaryFolder()
        let opened = try VaultFolder.create(
            FilePath(folder.file("vault").path), Self.credential(passphrase), parameters: Self.weak,
            stateFolder: FilePath(folder.file("state").path), now: Self.date)
        keys = try opened.unlock(Self.credential(passphrase))
    }

    static func credential(_ passphrase: String) throws -> Credential {
        try Credential(passphrase: SecretBytes(copying: Array(passphrase.utf8)))
    }

    func located() throws -> VaultFolder { try VaultFolder(FilePath(path), weakest: Self.weak) }

    /// As the device that has seen it, or as one that knows nothing.
    func open(isFresh: Bool = false) throws -> Vault {
        try located().open(keys, stateFolder: isFresh ? nil : stateFolder)
    }

    func put(_ name: String, _ bytes: [UInt8], in vault: Vault, overwrites: Bool = false) throws {
        try vault.put(name, bytes, overwrites: overwrites)
        contents.withLock { $0[name] = bytes }
    }

    func remove(_ name: String, in vault: Vault) throws {
        try vault.remove(VaultPath(Array(name.utf8)), recursively: false, now: Self.date)
        contents.withLock { _ = $0.removeValue(forKey: name) }
    }

    // MARK: Looking

    enum Outcome: Equatable, CustomStringConvertible {
        case unchanged
        /// Something else than what was put, and no error.
        case wrong(String)
        case refused(VaultError)
        case failed(String)

        var description: String {
            switch self {
            case .unchanged: "unchanged"
            case .wrong(let what): "WRONG: \(what)"
            case .refused(let error): "\(error)"
            case .failed(let what): "FAILED: \(what)"
            }
        }

        /// What tampering may lead to.
        var isAcceptable: Bool {
            switch self {
            case .unchanged: true
            case .refused(let error):
                switch error {
                case .wrongKey, .damaged, .rolledBack, .missing, .notAVault, .newer: true
                default: false
                }
            case .wrong, .failed: false
            }
        }
    }

    /// Opens it and reads everything.
    func outcome(isFresh: Bool = false, keys: AreaKeys? = nil) -> Outcome {
        outcome { try self.located().open(keys ?? self.keys, stateFolder: isFresh ? nil : self.stateFolder) }
    }

    func outcome(of open: () throws -> Vault) -> Outcome {
        do {
            let expected = contents.withLock { $0 }
            let found = try open().everything()
            return found == expected ? .unchanged : .wrong(Self.difference(found, expected))
        } catch let error as VaultError {
            return .refused(error)
        } catch {
            return .failed("\(error)")
        }
    }

    private static func difference(_ found: [String: [UInt8]], _ expected: [String: [UInt8]]) -> String {
        let names = Set(found.keys).union(expected.keys).filter { found[$0] != expected[$0] }.sorted()
        return names.map { "\($0): \(found[$0].map { "\($0.count) bytes" } ?? "missing")" }.joined(separator: ", ")
    }

    /// Everything in the vault's folder, as paths from it.
    var files: [String] {
        get throws {
            try FileManager.default.subpathsOfDirectory(atPath: path).filter {
                var isFolder: ObjCBool = false
                return FileManager.default.fileExists(atPath: path + "/" + $0, isDirectory: &isFolder)
                    && !isFolder.boolValue
            }.sorted()
        }
    }

    var objects: [String] { get throws { try files.filter { $0.hasPrefix("o/") } } }

    func bytes(_ file: String) throws -> [UInt8] { try folder.bytes("vault/" + file) }

    /// In place, as a file system would.
    func overwrite(_ file: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: folder.file("vault/" + file))
    }

    func delete(_ file: String) throws { try FileManager.default.removeItem(atPath: path + "/" + file) }

    /// A copy of every file.
    func snapshot() throws -> [String: [UInt8]] {
        try files.reduce(into: [:]) { $0[$1] = try bytes($1) }
    }

    func restore(_ snapshot: [String: [UInt8]]) throws {
        for file in try files where snapshot[file] == nil { try delete(file) }
        for (file, bytes) in snapshot { try overwrite(file, bytes) }
    }
}

extension Vault {
    /// All files, by path; folders with nothing, links with their targets.
    func everything() throws -> [String: [UInt8]] {
        var paths: [(VaultPath, Node)] = []
        try walk(.top) { path, node in
            paths.append((path, node))
            return true
        }
        var found: [String: [UInt8]] = [:]
        for (path, node) in paths where !path.isTop {
            let name = String(decoding: path.bytes.dropFirst(), as: UTF8.self)
            switch node.kind {
            case .file: found[name] = try bytes(path)
            case .folder: found[name + "/"] = []
            case .symbolicLink: found[name + "@"] = try linkTarget(path)
            case .pipe, .socket, .characterDevice, .blockDevice: found[name + "|"] = []
            }
        }
        return found
    }
}
