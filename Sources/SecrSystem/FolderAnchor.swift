internal import CSecrShims
internal import Glibc
public import SystemPackage

/// A folder's descriptor as the place from which names are seen: nobody can put another folder under it meanwhile.
extension OwnedDescriptor {
    /// Opens an existing file for reading. A symbolic link is an error.
    public func openFile(_ path: FilePath) throws(SystemError) -> OwnedDescriptor {
        try open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW)
    }

    /// Opens an existing file for reading and writing. A symbolic link is an error.
    public func openForWriting(_ path: FilePath) throws(SystemError) -> OwnedDescriptor {
        try open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW)
    }

    /// Opens a file of one's own for reading and writing; `nil` where there is none.
    public static func openForUpdate(_ path: FilePath) throws(SystemError) -> OwnedDescriptor? {
        let raw = unsafe path.withPlatformString { name in
            retrying { unsafe Glibc.open(name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY) }
        }
        if raw >= 0 { return OwnedDescriptor(adopting: raw) }
        if lastErrno == ENOENT { return nil }
        throw .current("open", path)
    }

    public func openSubfolder(_ path: FilePath) throws(SystemError) -> OwnedDescriptor {
        try open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
    }

    private func open(_ path: FilePath, _ flags: CInt) throws(SystemError) -> OwnedDescriptor {
        let opened = unsafe path.withPlatformString { name in retrying { unsafe openat(raw, name, flags) } }
        guard opened >= 0 else { throw .current("open", path) }
        return OwnedDescriptor(adopting: opened)
    }

    public func hasFile(_ path: FilePath) throws(SystemError) -> Bool {
        if unsafe path.withPlatformString({ unsafe faccessat(raw, $0, F_OK, AT_SYMLINK_NOFOLLOW) }) == 0 { return true }
        if lastErrno == ENOENT { return false }
        throw .current("examine", path)
    }

    /// No error where there is no such file.
    public func unlinkFile(_ path: FilePath) throws(SystemError) {
        if unsafe path.withPlatformString({ unsafe unlinkat(raw, $0, 0) }) == 0 || lastErrno == ENOENT { return }
        throw .current("delete", path)
    }

    public func rename(_ old: FilePath, to new: FilePath) throws(SystemError) {
        let result = unsafe old.withPlatformString { old in
            unsafe new.withPlatformString { new in unsafe renameat(raw, old, raw, new) }
        }
        guard result == 0 else { throw .current("rename", old) }
    }

    /// Returns when the contents, and what is needed to read them, are on the disk.
    public func syncContents(path: FilePath? = nil) throws(SystemError) {
        guard fdatasync(raw) == 0 else { throw .current("sync", path) }
    }

    /// The same with everything that belongs to the file; for a folder, its names.
    public func sync(path: FilePath? = nil) throws(SystemError) {
        guard fsync(raw) == 0 else { throw .current("sync", path) }
    }

    /// The same for all files of this file system.
    public func syncFileSystem(path: FilePath? = nil) throws(SystemError) {
        guard secr_syncfs(raw) == 0 else { throw .current("sync", path) }
    }

    /// Gives the file a date that says nothing: the first second of the year 2000.
    public func setFixedTimes() throws(SystemError) {
        let time = timespec(tv_sec: 946_684_800, tv_nsec: 0)
        let times = [time, time]
        // Safe: two times, as the call wants them.
        guard unsafe futimens(raw, times) == 0 else { throw .current("set the date", nil) }
    }

    /// Locks one byte of this file, which need not exist, against others who do the same; waits for them.
    ///
    /// Let go when the descriptor is closed.
    public func lockByte(at offset: Int) throws(SystemError) {
        guard retrying({ secr_lock_byte(raw, off_t(offset)) }) == 0 else { throw .current("lock", nil) }
    }
}
