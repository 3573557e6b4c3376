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

    /// Whatever this process makes from now on is for its owner alone.
    public static func keepFromOthers() { _ = umask(0o077) }

    /// Makes one folder with the usual mode, or less; no error where it exists.
    public static func makeFolder(_ path: FilePath, mode: UInt32 = 0o777) throws(SystemError) {
        let result = unsafe path.withPlatformString { unsafe mkdir($0, mode) }
        if result != 0 && lastErrno != EEXIST { throw .current("create", path) }
    }

    /// Makes a folder and those above it.
    public static func makeFolders(_ path: FilePath, mode: UInt32 = 0o777) throws(SystemError) {
        if try FileStatus.of(path, followSymlinks: true) != nil { return }
        let parent = path.removingLastComponent()
        if !parent.isEmpty && parent != path { try makeFolders(parent, mode: mode) }
        try makeFolder(path, mode: mode)
    }

    /// Removes a folder, unless something is in it; no error where it does not exist.
    public static func removeFolder(_ path: FilePath) throws(SystemError) {
        if unsafe path.withPlatformString({ unsafe rmdir($0) }) == 0 { return }
        if ![ENOENT, ENOTEMPTY, EEXIST].contains(lastErrno) { throw .current("remove", path) }
    }
}
