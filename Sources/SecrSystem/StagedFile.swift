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
    /// The last component of the target.
    private let name: FilePath

    /// Prepares an output for `target`, in the same directory.
    public init(for target: FilePath) throws(SystemError) {
        guard let last = target.lastComponent else { throw SystemError("create", target, .isDirectory) }
        self.target = target
        name = FilePath(root: nil, [last])
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
        do { try file.publish(name) } catch { throw SystemError("create", target, error.errno) }
    }

    /// Puts the file in the place of `target`, keeping `owner` and `group` where this process may.
    public func publishReplacing(mode: UInt32, owner: UInt32, group: UInt32) throws(SystemError) {
        // Owner first: changing it clears set-id bits. Without the right to do so the new file belongs to the caller.
        _ = fchown(descriptor.raw, owner, group)
        let copied = unsafe target.withPlatformString { unsafe secr_copy_access_list($0, descriptor.raw) }
        guard copied == 0 else { throw .current("set the access list of", target) }
        try setMode(mode)
        do { try file.replace(name) } catch { throw SystemError(error.operation, target, error.errno) }
    }

    /// Returns when the content is on the disk.
    public func sync() throws(SystemError) { try descriptor.sync(path: target) }

    /// Returns when the content of every file of this file system is on the disk.
    public func syncFileSystem() throws(SystemError) { try descriptor.syncFileSystem(path: target) }

    /// Returns when the name is on the disk.
    public func syncDirectory() throws(SystemError) { try directory.sync(path: target) }

    private func setMode(_ mode: UInt32) throws(SystemError) {
        guard fchmod(descriptor.raw, mode) == 0 else { throw .current("set the mode of", target) }
    }
}
