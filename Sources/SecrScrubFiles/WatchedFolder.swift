internal import SecrSystem
internal import Synchronization
public import SystemPackage

/// Scrubs what is in a folder, and then whatever comes into it, as soon as it is finished.
public struct WatchedFolder: Sendable {
    private let files: FileScrubber
    private let root: FilePath
    private let recursive: Bool
    /// Where results go, unless they stay.
    private let outputs: FilePath?

    /// - Parameters:
    ///   - files: writes to a folder outside of this one, beside the originals, or in place.
    ///   - recursive: whether folders in it are watched too.
    public init(_ files: FileScrubber, _ root: FilePath, recursive: Bool) throws(FileFailure) {
        (self.root, self.recursive) = (root, recursive)
        var files = files
        // What was done before this began is not done again.
        files.resumes = files.destination != .inPlace
        self.files = files
        if case .folder(let folder) = files.destination { outputs = folder } else { outputs = nil }
        let status = try FileFailure.translating(about: root) { try FileStatus.of(root, followSymlinks: true) }
        guard status?.kind == .directory else { throw FileFailure(.usage, "not a folder that can be watched") }
        if let status, let outputs, Self.contains(status, outputs) {
            throw FileFailure(.usage, "the results would go where they are watched", hint: "take another --output-dir")
        }
    }

    /// Whether a folder that may not exist yet is another one, or in it.
    private static func contains(_ folder: FileStatus, _ other: FilePath) -> Bool {
        var path = other
        while true {
            guard let status = try? FileStatus.of(path.isEmpty ? "." : path, followSymlinks: true) else {
                if !path.removeLastComponent() { return false }
                continue
            }
            if status.identity == folder.identity { return true }
            let parent = path.appending("..")
            guard let above = try? FileStatus.of(parent, followSymlinks: true), above.identity != status.identity
            else { return false }
            path = parent
        }
    }

    /// Returns when a signal asks to stop.
    ///
    /// - Parameters:
    ///   - report: called for each file that something was done with.
    ///   - pause: called whenever everything that is known is done.
    /// - Throws: where the folder can't be watched, or not any more.
    public func run(
        report: (FileOutcome) -> Void, pause: () -> Void
    ) throws(FileFailure) {
        try FileFailure.translating(about: root) {
            let watch = try FolderWatch()
            let memory = WrittenFiles()
            try follow(root, watch)
            scrub(everything(memory), memory, report)
            while !Interruption.isRequested {
                pause()
                var inputs: [Input] = []
                for event in try watch.wait() {
                    switch event {
                    case .file(let path): inputs.append(input(path))
                    case .folder(let folder):
                        guard recursive else { continue }
                        try follow(folder, watch)
                        // What came into it before it was watched.
                        let found = Inputs(in: folder, below: root, skipping: outputs) { isWanted($0, memory) }
                        scrub(found, memory, report)
                    case .gone(let folder):
                        if folder == root { throw FileFailure(.changed, "the folder is gone") }
                    case .lost:
                        try follow(root, watch)
                        scrub(everything(memory), memory, report)
                    }
                }
                scrub(Inputs(inputs) { isWanted($0, memory) }, memory, report)
            }
        }
    }

    private func input(_ path: FilePath) -> Input {
        var relative = path
        _ = relative.removePrefix(root)
        return Input(path: path, relative: relative, isDiscovered: true)
    }

    /// Watches a folder, and those in it where that is wanted; not what is gone by now.
    private func follow(_ folder: FilePath, _ watch: FolderWatch) throws {
        do throws(SystemError) {
            try watch.add(folder)
        } catch {
            if folder != root && [.noSuchFileOrDirectory, .notDirectory].contains(error.errno) { return }
            throw error
        }
        if !recursive { return }
        for name in (try? DirectoryWalk.names(in: folder)) ?? [] {
            let path = folder.appending(name.components)
            let status = try? FileStatus.of(path, followSymlinks: false)
            if status?.kind == .directory { try follow(path, watch) }
        }
    }

    private func everything(_ memory: WrittenFiles) -> Inputs {
        if recursive { return Inputs(in: root, below: root, skipping: outputs) { isWanted($0, memory) } }
        let names = (try? DirectoryWalk.names(in: root)) ?? []
        return Inputs(names.map { input(root.appending($0.components)) }) { isWanted($0, memory) }
    }

    /// Whether a file is to be worked on now. One that is still written will be told of again, one that is gone will not.
    private func isWanted(_ input: Input, _ memory: WrittenFiles) -> Bool {
        guard let path = input.path, files.destination != .beside || !OutputName.isOutput(path) else { return false }
        do throws(SystemError) {
            guard let status = try FileStatus.of(path, followSymlinks: false), status.kind == .regular,
                !memory.contains(path, status)
            else { return false }
            return try !OwnedDescriptor.openForReading(path, followSymlinks: false).isBeingWritten
        } catch {
            // Whoever works on it says what is wrong with it.
            return error.errno != .noSuchFileOrDirectory
        }
    }

    private func scrub(_ inputs: Inputs, _ memory: WrittenFiles, _ report: (FileOutcome) -> Void) {
        files.run(inputs) { (_, outcome) in
            switch outcome.result {
            case .scrubbed(let path?) where files.destination == .inPlace: memory.add(path)
            // Somebody is at it, and will be done some time.
            case .failed(let failure) where failure.code == .changed: return
            case .failed where outcome.path.map(Self.isGone) == true: return
            case .alreadyDone: return
            default: break
            }
            report(outcome)
        }
    }

    private static func isGone(_ path: FilePath) -> Bool {
        (try? FileStatus.of(path, followSymlinks: false)) == .some(nil)
    }
}

/// Files that were written here, so that nobody is told of them as news.
private final class WrittenFiles: Sendable {
    /// Beyond this, a few files are looked at once more than needed.
    private static let most = 10_000

    private let files = Mutex<[FilePath: FileStatus]>([:])

    func add(_ path: FilePath) {
        guard let status = try? FileStatus.of(path, followSymlinks: false) else { return }
        files.withLock { files in
            if files.count == Self.most { files = [:] }
            files[path] = status
        }
    }

    func contains(_ path: FilePath, _ status: FileStatus) -> Bool { files.withLock { $0[path] == status } }
}
