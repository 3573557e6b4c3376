internal import CSecrShims
internal import Glibc
public import SystemPackage

/// An output file that nobody can see until it is complete.
///
/// It has no name at first, see ``UnnamedFile``. ``publishNew(mode:)`` gives it a name that must be free,
/// ``publishReplacing(mode:owner:group:)`` puts it atomically in the place of an existing file.
///
/// Durability, in one place: publishing never syncs by itself. A replacement must be preceded by ``sync()`` or, for many
/// files at once, by one ``syncFileSystem()``, and followed by ``syncDirectory()``; otherwise a power cut could leave an
/// empty file where the original was. A fresh output needs none of them: what a power cut takes can be made again.
public final class StagedFile: Sendable {
    public let target: FilePath
    public var descriptor: OwnedDescriptor { file.descriptor }
    private let file: UnnamedFile
    private let directory: OwnedDescriptor

    /// Prepares an output for `target`, in the same directory.
    public init(for target: FilePath) throws(SystemError) {
        guard target.lastComponent != nil else { throw SystemError("create", target, .isDirectory) }
        self.target = target
        let parent = target.removingLastComponent()
        do throws(SystemError) {
            directory = try OwnedDescriptor.openDirectory(parent.isEmpty ? "." : parent)
            file = try UnnamedFile(in: directory)
        } catch {
            throw SystemError("create", target, error.errno)
        }
    }

    /// Names the file `target`; fails with `fileExists` where that name is taken, whoever took it meanwhile.
    public func publishNew(mode: UInt32) throws(SystemError) {
        try setMode(mode)
        try publishNew(as: target)
    }

    /// The same under another name in the same folder, with the mode that it has already.
    public func publishNew(as path: FilePath) throws(SystemError) {
        do { try file.publish(Self.name(of: path)) } catch { throw SystemError("create", path, error.errno) }
    }

    /// Puts the file in the place of `target`, keeping `owner` and `group` where this process may.
    public func publishReplacing(mode: UInt32, owner: UInt32, group: UInt32) throws(SystemError) {
        try takeRights(of: target, mode: mode, owner: owner, group: group)
        try publishReplacing(target)
    }

    /// The same under another name in the same folder, with the rights that it has already.
    public func publishReplacing(_ path: FilePath) throws(SystemError) {
        do { try file.replace(Self.name(of: path)) } catch { throw SystemError(error.operation, path, error.errno) }
    }

    /// Gives the file the access list of another one, a mode, and an owner where this process may.
    public func takeRights(of path: FilePath, mode: UInt32, owner: UInt32, group: UInt32) throws(SystemError) {
        // Owner first: changing it clears set-id bits. Without the right to do so the new file belongs to the caller.
        _ = fchown(descriptor.raw, owner, group)
        let copied = unsafe path.withPlatformString { unsafe secr_copy_access_list($0, descriptor.raw) }
        guard copied == 0 else { throw .current("set the access list of", path) }
        try setMode(mode)
    }

    /// Returns when the content is on the disk.
    public func sync() throws(SystemError) { try descriptor.sync(path: target) }

    /// Returns when the content of every file of this file system is on the disk.
    public func syncFileSystem() throws(SystemError) { try descriptor.syncFileSystem(path: target) }

    /// Returns when the name is on the disk.
    public func syncDirectory() throws(SystemError) { try directory.sync(path: target) }

    public func setMode(_ mode: UInt32) throws(SystemError) {
        guard fchmod(descriptor.raw, mode) == 0 else { throw .current("set the mode of", target) }
    }

    private static func name(of path: FilePath) -> FilePath {
        FilePath(root: nil, path.lastComponent.map { [$0] } ?? [])
    }
}
