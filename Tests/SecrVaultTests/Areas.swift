import Foundation
import SecrCrypto
import SecrStream
import SecrSystem
import SecrTestSupport
import SecrVault
import Synchronization
import SystemPackage
import Testing

/// Bytes without a pattern, the same in every run.
func noise(_ count: Int, _ seed: UInt64 = 1) -> [UInt8] {
    var generator = Seeded(seed)
    var bytes = [UInt8](repeating: 0, count: count)
    bytes.withUnsafeMutableBytes { buffer in
        for start in stride(from: 0, to: count - 7, by: 8) {
            buffer.storeBytes(of: generator.next(), toByteOffset: start, as: UInt64.self)
        }
        for index in count / 8 * 8..<count { buffer[index] = UInt8(truncatingIfNeeded: generator.next()) }
    }
    return bytes
}

/// Whether the long runs are asked for, which take minutes.
let isLongRun = ProcessInfo.processInfo.environment["SECR_LONG_TESTS"] != nil

/// A seed that is new in every run and printed, unless one is given to repeat a run.
func freshSeed(_ what: String) -> UInt64 {
    let given = ProcessInfo.processInfo.environment["SECR_SEED"].flatMap { UInt64($0) }
    let seed = given ?? UInt64.random(in: .min ... .max)
    print("\(what): SECR_SEED=\(seed)")
    return seed
}

func makeKeys() -> AreaKeys {
    AreaKeys(
        root: SecretBytes(random: AreaKeys.rootSize), id: SecureRandom.bytes(AreaKeys.idSize),
        vault: SecureRandom.bytes(32))
}

let day: Int64 = 24 * 3_600 * 1_000_000_000

/// A time in nanoseconds that only goes on when it is told to.
let start: Int64 = 1_700_000_000_000_000_000

func path(_ text: String) -> VaultPath {
    do { return try VaultPath(Array(text.utf8)) } catch { fatalError("no path: \(text)") }
}

extension FilePath {
    init(_ folder: TemporaryFolder) { self.init(folder.path) }
}

/// An input that reads from bytes.
func input(_ bytes: [UInt8], expected: Int? = nil, before: @escaping @Sendable () throws -> Void = {}) -> ContentInput {
    let position = Mutex(0)
    return ContentInput(expectedSize: expected ?? bytes.count) { buffer in
        try before()
        return position.withLock { position in
            let count = min(buffer.count, bytes.count - position)
            if count > 0 { buffer.copyBytes(from: bytes[position..<position + count]) }
            position += count
            return count
        }
    }
}

let plain = NewAttributes(mode: 0o644, modified: start)
let folderAttributes = NewAttributes(mode: 0o755, modified: start)

extension Vault {
    static func inMemory(_ store: any ObjectStore = MemoryStore(), _ keys: AreaKeys = makeKeys()) throws -> Vault {
        try createArea(store, keys, device: nil, now: start)
    }

    /// The same area, opened anew.
    func reopened(on store: (any ObjectStore)? = nil) throws -> Vault {
        try Vault(store ?? self.store, keys, device: nil)
    }

    /// Puts files in one transaction; the first thing that goes wrong is thrown.
    func put(_ files: [(String, [UInt8])], overwrites: Bool = true, now: Int64 = start) throws {
        let items = files.map { NewItem(path($0.0), .file(input($0.1)), plain) }
        let next = Mutex(0)
        let result = try put(overwrites: overwrites, now: { now }) {
            next.withLock { next in
                next += 1
                return next <= items.count ? items[next - 1] : nil
            }
        }
        if let failure = result.failures.first { throw failure.error }
    }

    func put(_ name: String, _ bytes: [UInt8], overwrites: Bool = true, now: Int64 = start) throws {
        try put([(name, bytes)], overwrites: overwrites, now: now)
    }

    func bytes(_ name: String, _ range: Range<Int>? = nil) throws -> [UInt8] { try bytes(path(name), range) }

    func bytes(_ path: VaultPath, _ range: Range<Int>? = nil) throws -> [UInt8] {
        let collected = Mutex<[UInt8]>([])
        try read(path, range) { bytes in
            let copy = Array(bytes)
            collected.withLock { $0 += copy }
        }
        return collected.withLock { $0 }
    }

    func makeFolder(_ name: String) throws {
        try makeFolder(path(name), parents: true, folderAttributes, now: start)
    }

    /// Everything that is there: folders as `nil`, files as their bytes.
    func contents() throws -> Contents {
        var paths: [(VaultPath, Node.Kind)] = []
        try walk(.top) { path, node in
            if !path.isTop { paths.append((path, node.kind)) }
            return true
        }
        var contents: Contents = [:]
        for (path, kind) in paths {
            let name = String(decoding: path.bytes, as: UTF8.self)
            switch kind {
            case .file: contents[name] = .file(try bytes(path))
            case .folder: contents[name] = .folder
            case .symbolicLink: contents[name] = .link(try linkTarget(path))
            case .pipe, .socket, .characterDevice, .blockDevice: contents[name] = .special(kind)
            }
        }
        return contents
    }

    /// Everything is there and as it was written.
    func expectWhole(_ what: @autoclosure () -> String = "", at location: SourceLocation = #_sourceLocation) throws {
        let problems = try Verifier(self).run(.full).problems
        if !problems.isEmpty { Issue.record("\(what()): \(problems)", sourceLocation: location) }
    }

    /// The newest checkpoint's number.
    var checkpoint: UInt64 {
        get throws {
            var number = try Milestones(store: store, keys: keys).newest()
            while try store.exists(keys.name(.root, number + 1)) { number += 1 }
            return number
        }
    }
}

typealias Contents = [String: Thing]

enum Thing: Equatable, CustomStringConvertible {
    case folder
    case file([UInt8])
    case link([UInt8])
    case special(Node.Kind)

    var description: String {
        switch self {
        case .folder: "folder"
        case .special(let kind): "\(kind)"
        case .file(let bytes): "\(bytes.count) bytes"
        case .link(let target): "link to \(target)"
        }
    }
}

/// Runs a closure on several threads at once and waits for all.
@discardableResult
func concurrently<Result: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Result) throws -> [Result]
{
    let results = Mutex<[(Int, Swift.Result<Result, any Error>)]>([])
    let group = DispatchGroup()
    for index in 0..<count {
        group.enter()
        Thread.detachNewThread {
            let result = Swift.Result { try body(index) }
            results.withLock { $0.append((index, result)) }
            group.leave()
        }
    }
    group.wait()
    return try results.withLock { $0 }.sorted { $0.0 < $1.0 }.map { try $0.1.get() }
}
