internal import CSecrShims
internal import Glibc
public import SystemPackage

/// A file without a name, anchored in a folder, that gets one when it is whole.
///
/// On file systems that can't do that it has a hidden name meanwhile, which is removed again.
public final class UnnamedFile: Sendable {
    public let descriptor: OwnedDescriptor
    private let folder: OwnedDescriptor
    private let hidden: FilePath?

    public init(in folder: OwnedDescriptor) throws(SystemError) {
        self.folder = folder
        let raw = retrying { unsafe openat(folder.raw, ".", secr_o_tmpfile() | O_RDWR | O_CLOEXEC, 0o600) }
        if raw >= 0 {
            descriptor = OwnedDescriptor(adopting: raw)
            hidden = nil
            return
        }
        guard [EOPNOTSUPP, EISDIR, EINVAL, ENOENT].contains(lastErrno) else { throw .current("create", nil) }
        let name = FilePath(".secr-" + String(UInt64.random(in: .min ... .max), radix: 36))
        let flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let named = unsafe name.withPlatformString { name in
            retrying { unsafe openat(folder.raw, name, flags, 0o600) }
        }
        guard named >= 0 else { throw .current("create", nil) }
        descriptor = OwnedDescriptor(adopting: named)
        hidden = name
    }

    deinit {
        if let hidden { _ = unsafe hidden.withPlatformString { unsafe unlinkat(folder.raw, $0, 0) } }
    }

    /// Fails with `fileExists` where `path`, seen from the folder, is taken.
    public func publish(_ path: FilePath) throws(SystemError) {
        let (anchor, own) =
            hidden.map { (folder.raw, $0) } ?? (AT_FDCWD, FilePath("/proc/self/fd/\(descriptor.raw)"))
        let flags = hidden == nil ? AT_SYMLINK_FOLLOW : 0
        let result = unsafe own.withPlatformString { old in
            unsafe path.withPlatformString { new in unsafe linkat(anchor, old, folder.raw, new, flags) }
        }
        guard result == 0 else { throw .current("create", path) }
    }
}
