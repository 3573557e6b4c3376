internal import Glibc
public import SystemPackage

/// Making files and folders of one's own.
public enum FileCreation {
    /// The permission bits that new files of this process lack. Reading it means setting it, so it is read once, early.
    public static let mask: UInt32 = {
        let mask = umask(0)
        _ = umask(mask)
        return mask
    }()

    /// Makes one folder with the usual mode; no error where it exists.
    public static func makeFolder(_ path: FilePath) throws(SystemError) {
        let result = unsafe path.withPlatformString { unsafe mkdir($0, 0o777) }
        if result != 0 && lastErrno != EEXIST { throw .current("create", path) }
    }
}
