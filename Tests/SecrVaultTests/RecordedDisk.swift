import Foundation
import SecrTestSupport

/// A folder on a disk, what a process did to it call by call, and what of that a power cut can take away again.
///
/// Nothing is believed but what the calls promise. Contents are there after `fsync` or `fdatasync` of the file, names
/// after `fsync` of their folder, and either after `syncfs`, once these came back; until then each write and each name
/// can be lost, whatever became of those before and after it. Only a renaming happens as a whole.
struct RecordedDisk {
    enum Change {
        case write(file: Int, offset: Int, bytes: [UInt8])
        case name(String, file: Int)
        case removeName(String)
        case rename(String, to: String, file: Int)
        case makeFolder(String)
    }

    struct Operation {
        var change: Change
        /// What has to be synced.
        var target: Target
        var start: Int
        var end: Int
        /// The line at which the first sync came back that brought it to the disk.
        var durable = Int.max
    }

    enum Target: Hashable { case file(Int), folder(String), everything }

    struct Sync {
        var target: Target
        var start: Int
        var end: Int
    }

    /// How an operation that is not durable can end, if not well. Of a write a number of bytes can be there.
    enum Fate { case missing, torn(Int, zeros: Bool) }

    /// What is on the disk before.
    private(set) var folders: Set<String> = [""]
    private var names: [String: Int] = [:]
    private var contents: [[UInt8]] = []
    /// What was written first to each file.
    private var originals: [[UInt8]] = []

    private(set) var operations: [Operation] = []
    private(set) var syncs: [Sync] = []
    /// The lines at which the steps of a workload had been promised.
    private(set) var promises: [Int] = []
    private static let promisePath = "/promise/"

    /// To be told by the process that does the work: from here on, one more step is promised. Nobody else takes notice.
    static func promise() { close(open(promisePath, O_RDONLY)) }

    /// Takes what is in a folder as the beginning.
    init(beginningWith folder: URL) throws {
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) {
            let file = folder.appending(path: path)
            if try file.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true {
                folders.insert(path)
            } else {
                names[path] = contents.count
                contents.append(Array(try Data(contentsOf: file)))
            }
        }
    }

    mutating func record(_ calls: [SystemCall], in folder: URL) throws {
        var recording = CallReader(root: folder.path, folders: folders, names: names, files: contents.count)
        try recording.read(calls)
        (operations, syncs) = (recording.operations, recording.syncs)
        contents += [[UInt8]](repeating: [], count: recording.files - contents.count)
        originals = contents
        for case .write(let file, 0, let bytes) in operations.map(\.change) where originals[file].isEmpty {
            originals[file] = bytes
        }
        promises = calls.filter { $0.name == "openat" && (try? $0.path(1)) == Self.promisePath }.map(\.end)
        settle()
    }

    /// The same where syncs were called at another time, or never.
    func changingSyncs(_ change: (Sync) -> Sync?) -> RecordedDisk {
        var disk = self
        disk.syncs = syncs.compactMap(change)
        disk.settle()
        return disk
    }

    /// The first name of a file that a process made, and the line at which it had it.
    func firstName(of target: Target) -> (path: String, end: Int)? {
        for operation in operations {
            if case .name(let path, let file) = operation.change, .file(file) == target { return (path, operation.end) }
        }
        return nil
    }

    private mutating func settle() {
        for index in operations.indices {
            let operation = operations[index]
            operations[index].durable =
                syncs.lazy.filter {
                    $0.start > operation.end && ($0.target == operation.target || $0.target == .everything)
                }.map(\.end).min() ?? .max
        }
    }

    // MARK: After a power cut

    /// The lines after which a power cut can leave something else than before.
    var cuts: [Int] { Set(operations.map(\.start) + syncs.map(\.end) + promises).union([-1]).sorted() }

    /// How many steps had been promised.
    func promised(at cut: Int) -> Int { promises.count { $0 <= cut } }

    /// Operations of which nobody knows what became, by their places.
    ///
    /// Not those that nobody would see: writes to a file without a name, and those that another one wrote over.
    func uncertain(at cut: Int) -> [Int] {
        var named = Set(names.values)
        for operation in operations where operation.start <= cut {
            if case .name(_, let file) = operation.change { named.insert(file) }
        }
        var (places, later): ([Int], [Int: [Range<Int>]]) = ([], [:])
        for place in operations.indices.reversed() where operations[place].start <= cut {
            if case .write(let file, let offset, let bytes) = operations[place].change {
                let range = offset..<offset + bytes.count
                let isHidden = later[file, default: []].contains { $0.clamped(to: range) == range }
                later[file, default: []].append(range)
                if isHidden || !named.contains(file) { continue }
            }
            if operations[place].durable > cut { places.append(place) }
        }
        return places.reversed()
    }

    /// One of the ways in which an operation can end badly.
    func randomFate(at place: Int, _ generator: inout Seeded) -> Fate {
        guard case .write(_, _, let bytes) = operations[place].change, Bool.random(using: &generator) else {
            return .missing
        }
        // Blocks of a file get there as a whole, but what overwrites a block can get as far as any sector of it.
        let unit = bytes.count <= 4_096 ? 512 : 4_096
        let kept = Int.random(in: 0...max(0, bytes.count - 1) / unit, using: &generator) * unit
        return .torn(kept, zeros: Bool.random(using: &generator))
    }

    /// What is found after a power cut.
    struct State: Hashable {
        var folders: Set<String> = []
        var files: [String: [UInt8]] = [:]
        /// A file whose name another one has now.
        var replaced: [Replaced] = []

        /// Much faster than what the compiler would write.
        func hash(into hasher: inout Hasher) {
            hasher.combine(folders)
            for name in files.keys.sorted() {
                hasher.combine(name)
                files[name]!.withUnsafeBytes { hasher.combine(bytes: $0) }
            }
            for file in replaced { file.bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
        }
    }

    struct Replaced: Equatable {
        var bytes: [UInt8]
        /// What was written to it first.
        var original: [UInt8]
    }

    func state(at cut: Int, _ fates: [Int: Fate] = [:]) -> State {
        var (folders, names, contents) = (folders, names, contents)
        var replaced: [Int] = []
        for (place, operation) in operations.enumerated() where operation.start <= cut {
            let fate = fates[place]
            switch operation.change {
            case .write(let file, let offset, let bytes):
                var kept = bytes.count
                var size = offset + kept
                if let fate {
                    guard case .torn(let count, let zeros) = fate else { continue }
                    kept = count
                    if !zeros { size = offset + kept }
                }
                let missing = size - contents[file].count
                if missing > 0 { contents[file] += repeatElement(0, count: missing) }
                contents[file].replaceSubrange(offset..<offset + kept, with: bytes[..<kept])
            case .name(let name, let file): if fate == nil { names[name] = file }
            case .removeName(let name): if fate == nil { names[name] = nil }
            case .rename(let old, let new, let file):
                if fate != nil { continue }
                if names[old] == file { names[old] = nil }
                if let other = names[new], other != file { replaced.append(other) }
                names[new] = file
            case .makeFolder(let path): if fate == nil { folders.insert(path) }
            }
        }
        var state = State()
        for folder in folders.sorted() where folder.isEmpty || state.folders.contains(Self.parent(folder)) {
            state.folders.insert(folder)
        }
        for (name, file) in names where state.folders.contains(Self.parent(name)) {
            state.files[name] = contents[file]
        }
        state.replaced = replaced.map { Replaced(bytes: contents[$0], original: originals[$0]) }
        return state
    }

    static func parent(_ path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
    }
}

/// Finds out what calls did to a folder.
private struct CallReader {
    let root: String
    var folders: Set<String>
    /// As a process sees them while it works.
    var names: [String: Int]
    var files: Int
    var operations: [RecordedDisk.Operation] = []
    var syncs: [RecordedDisk.Sync] = []

    private enum Open {
        case folder(String)
        case file(Int, position: Int)
    }

    private var descriptors: [Int: Open] = [:]

    init(root: String, folders: Set<String>, names: [String: Int], files: Int) {
        (self.root, self.folders, self.names, self.files) = (root, folders, names, files)
    }

    mutating func read(_ calls: [SystemCall]) throws {
        // A descriptor is free for others from the moment at which it begins to be closed.
        let events = calls.flatMap { call in [(call.start, true, call), (call.end, false, call)] }
        for (_, isStart, call) in events.sorted(by: { ($0.0, $0.1 ? 0 : 1) < ($1.0, $1.1 ? 0 : 1) }) {
            if call.name == "close" {
                if isStart, let number = call.number(0) { descriptors[number] = nil }
            } else if !isStart, call.result >= 0 {
                try read(call)
            }
        }
    }

    private mutating func read(_ call: SystemCall) throws {
        switch call.name {
        case "open": try open(call, path(nil, call, 0), flags: call.text(1))
        case "openat": try open(call, path(call.text(0), call, 1), flags: call.text(2))
        case "write":
            guard let number = call.number(0), case .file(let file, let position) = descriptors[number] else { return }
            descriptors[number] = .file(file, position: position + call.result)
            try write(call, to: file, at: position)
        case "pwrite64":
            guard let number = call.number(0), case .file(let file, _) = descriptors[number] else { return }
            try write(call, to: file, at: call.number(3) ?? 0)
        case "fsync", "fdatasync", "syncfs":
            guard let number = call.number(0), let open = descriptors[number] else { return }
            let target: RecordedDisk.Target =
                switch open {
                case _ where call.name == "syncfs": .everything
                case .folder(let path): .folder(path)
                case .file(let file, _): .file(file)
                }
            syncs.append(RecordedDisk.Sync(target: target, start: call.start, end: call.end))
        case "link", "linkat", "rename", "renameat", "renameat2": try rename(call)
        case "unlink", "unlinkat":
            let path = try call.name == "unlink" ? path(nil, call, 0) : path(call.text(0), call, 1)
            guard let path, names.removeValue(forKey: path) != nil else { return }
            add(.removeName(path), in: path, call)
        case "mkdir", "mkdirat":
            let path = try call.name == "mkdir" ? path(nil, call, 0) : path(call.text(0), call, 1)
            guard let path else { return }
            folders.insert(path)
            add(.makeFolder(path), in: path, call)
        case "sync_file_range": break
        case "fcntl": if call.text(1).hasPrefix("F_DUPFD") { try refuse(call, 0...0) }
        default: try refuse(call, 0...2)
        }
    }

    /// What is not understood must not touch the folder.
    private func refuse(_ call: SystemCall, _ places: ClosedRange<Int>) throws {
        for place in places {
            let isInside = (try? call.path(place))?.hasPrefix(root) ?? (descriptors[call.number(place) ?? -1] != nil)
            if isInside { throw SystemCall.Unreadable(description: "the recorder does not know \(call.name)") }
        }
    }

    /// A path as it is seen from the root; `nil` outside of it.
    private func path(_ folder: String?, _ call: SystemCall, _ place: Int) throws -> String? {
        let path = try call.path(place)
        if path.hasPrefix("/") {
            if path == root { return "" }
            return path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : nil
        }
        guard let folder, let number = Int(folder), case .folder(let parent) = descriptors[number] else { return nil }
        return path == "." ? parent : parent.isEmpty ? path : parent + "/" + path
    }

    private mutating func open(_ call: SystemCall, _ path: String?, flags: String) throws {
        guard let path else { return }
        if flags.contains("O_TMPFILE") {
            descriptors[call.result] = .file(files, position: 0)
            files += 1
        } else if folders.contains(path) {
            descriptors[call.result] = .folder(path)
        } else if let file = names[path], !flags.contains("O_TRUNC"), !flags.contains("O_APPEND") {
            descriptors[call.result] = .file(file, position: 0)
        } else if names[path] == nil, flags.contains("O_CREAT") {
            descriptors[call.result] = .file(files, position: 0)
            names[path] = files
            add(.name(path, file: files), in: path, call)
            files += 1
        } else {
            throw SystemCall.Unreadable(description: "opened and never seen before: \(path)")
        }
    }

    private mutating func write(_ call: SystemCall, to file: Int, at offset: Int) throws {
        let bytes = try Array(call.bytes(1).prefix(call.result))
        guard bytes.count == call.result else { throw SystemCall.Unreadable(description: "bytes are missing") }
        let change = RecordedDisk.Change.write(file: file, offset: offset, bytes: bytes)
        operations.append(.init(change: change, target: .file(file), start: call.start, end: call.end))
    }

    private mutating func rename(_ call: SystemCall) throws {
        let hasFolders = call.name.contains("at")
        let old = try call.path(hasFolders ? 1 : 0)
        let oldPath = try hasFolders ? path(call.text(0), call, 1) : path(nil, call, 0)
        guard let new = try hasFolders ? path(call.text(2), call, 3) : path(nil, call, 1) else { return }
        var file = oldPath.flatMap { names[$0] }
        let own = "/proc/self/fd/"
        if old.hasPrefix(own), case .file(let opened, _) = descriptors[Int(old.dropFirst(own.count)) ?? -1] {
            file = opened
        }
        guard let file else { throw SystemCall.Unreadable(description: "linked and never seen before: \(old)") }
        names[new] = file
        if call.name.hasPrefix("link") { return add(.name(new, file: file), in: new, call) }
        guard let oldPath, RecordedDisk.parent(oldPath) == RecordedDisk.parent(new) else {
            throw SystemCall.Unreadable(description: "renamed to another folder: \(old)")
        }
        names[oldPath] = nil
        add(.rename(oldPath, to: new, file: file), in: new, call)
    }

    private mutating func add(_ change: RecordedDisk.Change, in path: String, _ call: SystemCall) {
        let target = RecordedDisk.Target.folder(RecordedDisk.parent(path))
        operations.append(.init(change: change, target: target, start: call.start, end: call.end))
    }
}
