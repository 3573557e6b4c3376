import SecrCLI
import SecrSystem
import SecrVault
import SecrVaultCLI
import Synchronization
import SystemPackage

/// Files, folders and links of this machine as things to be put into a vault, one after the other.
final class LocalTree: Sendable {
    private struct State {
        /// What is still to come, the next one last.
        var waiting: [(local: FilePath, inner: VaultPath, isNamed: Bool)] = []
        var problems: [CommandFailure] = []
    }

    private let state: Mutex<State>
    private let recursive: Bool
    private let keepsAttributes: Bool
    private let meter: ProgressMeter
    private let scrub: (@Sendable (FilePath, Bool) throws -> FileSource)?

    /// - Parameters:
    ///   - roots: what is to be put, and where.
    ///   - keepsAttributes: whether extended attributes come along.
    ///   - scrub: makes of a file another one, which is put in its place; told whether somebody named it.
    init(
        _ roots: [(local: FilePath, inner: VaultPath)], recursive: Bool, keepsAttributes: Bool, meter: ProgressMeter,
        scrub: (@Sendable (FilePath, Bool) throws -> FileSource)?
    ) {
        state = Mutex(State(waiting: roots.reversed().map { ($0.local, $0.inner, true) }))
        self.recursive = recursive
        self.keepsAttributes = keepsAttributes
        self.meter = meter
        self.scrub = scrub
    }

    /// What could not be read. It was left out; everything else was put.
    var problems: [CommandFailure] { state.withLock { $0.problems } }

    func next() throws -> Vault.NewItem? {
        try state.withLock { state in
            while let (local, inner, isNamed) = state.waiting.popLast() {
                do {
                    if let item = try item(local, inner, isNamed, &state) { return item }
                } catch let failure as CommandFailure where failure.status != .interrupted {
                    state.problems.append(failure)
                } catch let error as SystemError where error.errno != .interrupted {
                    state.problems.append(CommandFailure(error))
                }
            }
            return nil
        }
    }

    private func item(
        _ local: FilePath, _ inner: VaultPath, _ isNamed: Bool, _ state: inout State
    ) throws -> Vault.NewItem? {
        if local == "-" {
            let now = WallClock.now
            return Vault.NewItem(
                inner, .file(input(try .duplicate(0), nil, size: nil)), NewAttributes(mode: 0o600, modified: now))
        }
        guard let status = try FileStatus.of(local, followSymlinks: false) else {
            throw SystemError("open", local, .noSuchFileOrDirectory)
        }
        var attributes = NewAttributes(
            mode: status.mode, owner: status.owner, group: status.group, modified: status.modificationTime)
        if keepsAttributes {
            attributes.extended = try FileAttributes.extended(of: local).map { .init(name: $0.name, value: $0.value) }
        }
        switch status.kind {
        case .regular:
            if let scrubbed = try scrub?(local, isNamed) {
                return Vault.NewItem(
                    inner, .file(input(scrubbed.descriptor, local, size: scrubbed.size)), attributes)
            }
            let file = try OwnedDescriptor.openForReading(local, followSymlinks: false)
            return Vault.NewItem(inner, .file(input(file, local, size: status.size)), attributes)
        case .directory:
            guard recursive else { throw CommandFailure(.failure, path: local, "is a folder", hint: "-r puts folders") }
            for name in try DirectoryWalk.names(in: local).reversed() {
                state.waiting.append((local.appending(name.components), try inner.appending(name.rawBytes), false))
            }
            return inner.isTop ? nil : Vault.NewItem(inner, .folder, attributes)
        case .symbolicLink:
            return Vault.NewItem(inner, .symbolicLink(try FileAttributes.linkTarget(local)), attributes)
        case .other:
            throw CommandFailure(.remains, path: local, "skipped: neither a file nor a folder nor a link")
        }
    }

    private func input(_ file: OwnedDescriptor, _ path: FilePath?, size: Int?) -> ContentInput {
        unsafe ContentInput(expectedSize: size) { [meter] buffer in
            let count = try unsafe file.fill(buffer, path: path)
            meter.add(count)
            return count
        }
    }
}
