internal import CSecrShims
internal import Glibc
internal import Synchronization
public import SystemPackage

/// An output file that nobody can see until it is complete.
///
/// It has no name at first (`O_TMPFILE`), so that a killed process leaves nothing behind; where a file system cannot do
/// that, it has a hidden one that is removed again. ``publishNew(mode:)`` gives it a name that must be free,
/// ``publishReplacing(mode:)`` puts it atomically in the place of an existing file.
///
/// Durability, in one place: publishing never syncs by itself. A replacement must be preceded by ``sync()`` or, for many
/// files at once, by one ``syncFileSystem()``, and followed by ``syncDirectory()``; otherwise a power cut could leave an
/// empty file where the original was. A fresh output needs none of them: what a power cut takes can be made again.
public final class StagedFile: Sendable {
    public let target: FilePath
    public let descriptor: OwnedDescriptor
    private let directory: OwnedDescriptor
    /// The last component of the target.
    private let name: FilePath
    /// The hidden name, while the file has one.
    private let hiddenName: Mutex<FilePath?>

    /// Prepares an output for `target`, in the same directory.
    public init(for target: FilePath) throws(SystemError) {
        guard let last = target.lastComponent else { throw SystemError("create", target, .isDirectory) }
        self.target = target
        name = FilePath(root: nil, [last])
        let parent = target.removingLastComponent()
        let directory: OwnedDescriptor
        do throws(SystemError) {
            directory = try OwnedDescriptor.openDirectory(parent.isEmpty ? "." : parent)
        } catch {
            throw SystemError("create", target, error.errno)
        }
        let unnamed = retrying { unsafe openat(directory.raw, ".", secr_o_tmpfile() | O_RDWR | O_CLOEXEC, 0o600) }
        if unnamed >= 0 {
            descriptor = OwnedDescriptor(adopting: unnamed)
            hiddenName = Mutex(nil)
        } else {
            guard [EOPNOTSUPP, EISDIR, EINVAL, ENOENT].contains(lastErrno) else { throw .current("create", target) }
            let hidden = Self.makeHiddenName()
            let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
            let raw = unsafe hidden.withPlatformString { pointer in
                retrying { unsafe openat(directory.raw, pointer, flags, 0o600) }
            }
            guard raw >= 0 else { throw .current("create", target) }
            descriptor = OwnedDescriptor(adopting: raw)
            hiddenName = Mutex(hidden)
        }
        self.directory = directory
    }

    deinit {
        hiddenName.withLock { name in
            if let name { unlink(name) }
        }
    }

    /// Names the file `target`; fails with `fileExists` where that name is taken, whoever took it meanwhile.
    public func publishNew(mode: UInt32) throws(SystemError) {
        try setMode(mode)
        try hiddenName.withLock { (hidden) throws(SystemError) in
            guard let old = hidden else { return try link(to: name) }
            try renameWithoutReplacing(old)
            hidden = nil
        }
    }

    /// Puts the file in the place of `target`, keeping `owner` and `group` where this process may.
    public func publishReplacing(mode: UInt32, owner: UInt32, group: UInt32) throws(SystemError) {
        // Owner first: changing it clears set-id bits. Without the right to do so the new file belongs to the caller.
        _ = fchown(descriptor.raw, owner, group)
        let copied = unsafe target.withPlatformString { unsafe secr_copy_access_list($0, descriptor.raw) }
        guard copied == 0 else { throw .current("set the access list of", target) }
        try setMode(mode)
        let hidden = try hiddenName.withLock { (hidden) throws(SystemError) -> FilePath in
            if let known = hidden { return known }
            let fresh = Self.makeHiddenName()
            try link(to: fresh)
            hidden = fresh
            return fresh
        }
        let renamed = unsafe hidden.withPlatformString { old in
            unsafe name.withPlatformString { new in unsafe renameat(directory.raw, old, directory.raw, new) }
        }
        guard renamed == 0 else { throw .current("rename", target) }
        hiddenName.withLock { $0 = nil }
    }

    /// Returns when the content is on the disk.
    public func sync() throws(SystemError) {
        guard fsync(descriptor.raw) == 0 else { throw .current("sync", target) }
    }

    /// Returns when the content of every file of this file system is on the disk.
    public func syncFileSystem() throws(SystemError) {
        guard secr_syncfs(descriptor.raw) == 0 else { throw .current("sync", target) }
    }

    /// Returns when the name is on the disk.
    public func syncDirectory() throws(SystemError) {
        guard fsync(directory.raw) == 0 else { throw .current("sync", target) }
    }

    private func setMode(_ mode: UInt32) throws(SystemError) {
        guard fchmod(descriptor.raw, mode) == 0 else { throw .current("set the mode of", target) }
    }

    private func link(to name: FilePath) throws(SystemError) {
        let own = FilePath("/proc/self/fd/\(descriptor.raw)")
        let linked = unsafe own.withPlatformString { old in
            unsafe name.withPlatformString { new in unsafe linkat(AT_FDCWD, old, directory.raw, new, AT_SYMLINK_FOLLOW)
            }
        }
        guard linked == 0 else { throw .current("create", target) }
    }

    /// File systems without unnamed files differ in what else they lack: flags of rename (NFS), or links (FAT).
    private func renameWithoutReplacing(_ old: FilePath) throws(SystemError) {
        let result = unsafe old.withPlatformString { from in
            unsafe name.withPlatformString { to -> CInt in
                if unsafe secr_rename_new(directory.raw, from, to) == 0 { return 0 }
                guard [EINVAL, ENOSYS].contains(lastErrno) else { return -1 }
                if unsafe linkat(directory.raw, from, directory.raw, to, 0) == 0 {
                    return unsafe unlinkat(directory.raw, from, 0)
                }
                guard [EPERM, EOPNOTSUPP].contains(lastErrno) else { return -1 }
                // An empty file holds the name until the real one takes its place.
                let holder = unsafe openat(directory.raw, to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
                guard holder >= 0 else { return -1 }
                _ = Glibc.close(holder)
                return unsafe renameat(directory.raw, from, directory.raw, to)
            }
        }
        guard result == 0 else { throw .current("create", target) }
    }

    private func unlink(_ name: FilePath) {
        _ = unsafe name.withPlatformString { unsafe unlinkat(directory.raw, $0, 0) }
    }

    private static func makeHiddenName() -> FilePath {
        FilePath(".secr-" + String(UInt64.random(in: .min ... .max), radix: 36))
    }
}
