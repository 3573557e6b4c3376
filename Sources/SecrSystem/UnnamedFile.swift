internal import CSecrShims
internal import Glibc
internal import Synchronization
public import SystemPackage

/// A file without a name, anchored in a folder, that gets one when it is whole.
///
/// It is made with `O_TMPFILE`, so that a killed process leaves nothing behind; where a file system cannot do that, it has
/// a hidden name, which is removed again.
public final class UnnamedFile: Sendable {
    public let descriptor: OwnedDescriptor
    private let folder: OwnedDescriptor
    /// While the file has one.
    private let hiddenName: Mutex<FilePath?>

    public init(in folder: OwnedDescriptor) throws(SystemError) {
        self.folder = folder
        let raw = retrying { unsafe openat(folder.raw, ".", secr_o_tmpfile() | O_RDWR | O_CLOEXEC, 0o600) }
        if raw >= 0 {
            descriptor = OwnedDescriptor(adopting: raw)
            hiddenName = Mutex(nil)
            return
        }
        guard [EOPNOTSUPP, EISDIR, EINVAL, ENOENT].contains(lastErrno) else { throw .current("create", nil) }
        let hidden = Self.makeHiddenName()
        let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let named = unsafe hidden.withPlatformString { name in
            retrying { unsafe openat(folder.raw, name, flags, 0o600) }
        }
        guard named >= 0 else { throw .current("create", nil) }
        descriptor = OwnedDescriptor(adopting: named)
        hiddenName = Mutex(hidden)
    }

    deinit {
        hiddenName.withLock { name in
            if let name { _ = unsafe name.withPlatformString { unsafe unlinkat(folder.raw, $0, 0) } }
        }
    }

    /// Gives it a name, seen from the folder, that must be free: of several who want the same, one gets it. Fails with
    /// `fileExists` for the others.
    public func publish(_ path: FilePath) throws(SystemError) {
        try hiddenName.withLock { (hidden) throws(SystemError) in
            guard let old = hidden else { return try link(to: path) }
            try renameWithoutReplacing(old, path)
            hidden = nil
        }
    }

    /// Puts it atomically in the place of what has that name now.
    public func replace(_ path: FilePath) throws(SystemError) {
        try hiddenName.withLock { (hidden) throws(SystemError) in
            let old = hidden ?? Self.makeHiddenName()
            if hidden == nil {
                try link(to: old)
                hidden = old
            }
            let renamed = unsafe old.withPlatformString { old in
                unsafe path.withPlatformString { new in unsafe renameat(folder.raw, old, folder.raw, new) }
            }
            guard renamed == 0 else { throw .current("rename", path) }
            hidden = nil
        }
    }

    private func link(to path: FilePath) throws(SystemError) {
        let own = FilePath("/proc/self/fd/\(descriptor.raw)")
        let linked = unsafe own.withPlatformString { old in
            unsafe path.withPlatformString { new in unsafe linkat(AT_FDCWD, old, folder.raw, new, AT_SYMLINK_FOLLOW) }
        }
        guard linked == 0 else { throw .current("create", path) }
    }

    /// File systems without unnamed files differ in what else they lack: flags of rename (NFS), or links (FAT).
    private func renameWithoutReplacing(_ old: FilePath, _ new: FilePath) throws(SystemError) {
        let result = unsafe old.withPlatformString { from in
            unsafe new.withPlatformString { to -> CInt in
                if unsafe secr_rename_new(folder.raw, from, to) == 0 { return 0 }
                guard [EINVAL, ENOSYS].contains(lastErrno) else { return -1 }
                if unsafe linkat(folder.raw, from, folder.raw, to, 0) == 0 {
                    return unsafe unlinkat(folder.raw, from, 0)
                }
                guard [EPERM, EOPNOTSUPP].contains(lastErrno) else { return -1 }
                // An empty file holds the name until the real one takes its place.
                let holder = unsafe openat(folder.raw, to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
                guard holder >= 0 else { return -1 }
                _ = Glibc.close(holder)
                return unsafe renameat(folder.raw, from, folder.raw, to)
            }
        }
        guard result == 0 else { throw .current("create", new) }
    }

    private static func makeHiddenName() -> FilePath {
        FilePath(".secr-" + String(UInt64.random(in: .min ... .max), radix: 36))
    }
}
