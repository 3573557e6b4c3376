internal import Glibc
public import SystemPackage

/// What the file system knows of a file; two equal values mean that nothing wrote to it in between.
public struct FileStatus: Equatable, Sendable {
    public enum Kind: Sendable { case regular, directory, symbolicLink, other }

    public struct Identity: Hashable, Sendable {
        fileprivate var device: UInt64
        fileprivate var inode: UInt64
    }

    public var identity: Identity
    /// Which file system it lies on.
    public var fileSystem: UInt64 { identity.device }
    /// Which file it is there.
    public var number: UInt64 { identity.inode }
    public var kind: Kind
    public var size: Int
    /// Permission bits, without the file type.
    public var mode: UInt32
    public var owner: UInt32
    public var group: UInt32
    /// How many names the file has.
    public var links: Int
    /// When the contents were last changed, in nanoseconds since 1970.
    public var modificationTime: Int64 { Int64(modified[0]) * 1_000_000_000 + Int64(modified[1]) }
    private var modified: [Int]
    private var changed: [Int]

    init(_ raw: stat) {
        identity = Identity(device: UInt64(raw.st_dev), inode: UInt64(raw.st_ino))
        switch raw.st_mode & S_IFMT {
        case S_IFREG: kind = .regular
        case S_IFDIR: kind = .directory
        case S_IFLNK: kind = .symbolicLink
        default: kind = .other
        }
        size = Int(raw.st_size)
        mode = raw.st_mode & 0o7777
        owner = raw.st_uid
        group = raw.st_gid
        links = Int(raw.st_nlink)
        modified = [raw.st_mtim.tv_sec, raw.st_mtim.tv_nsec]
        changed = [raw.st_ctim.tv_sec, raw.st_ctim.tv_nsec]
    }

    /// Whether nothing wrote to the file since it had another status; it may have lost names, such as one that was given to
    /// something else.
    public func isUnchanged(since earlier: FileStatus) -> Bool {
        var same = self
        if links < earlier.links { (same.links, same.changed) = (earlier.links, earlier.changed) }
        return same == earlier
    }

    /// Of a name; a symbolic link is described itself unless `followSymlinks`. `nil` where there is no such name.
    public static func of(_ path: FilePath, followSymlinks: Bool) throws(SystemError) -> FileStatus? {
        var raw = stat()
        let flags = followSymlinks ? 0 : AT_SYMLINK_NOFOLLOW
        let result = unsafe path.withPlatformString { unsafe fstatat(AT_FDCWD, $0, &raw, flags) }
        if result == 0 { return FileStatus(raw) }
        if lastErrno == ENOENT || lastErrno == ENOTDIR { return nil }
        throw .current("examine", path)
    }

    /// Whether there is anything of this name, which holds no NUL. Cheaper than a path for names that are only tried.
    public static func exists(_ name: some Collection<UInt8>) -> Bool {
        // Safe: the array ends with a NUL and outlives the call.
        unsafe (name.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer {
            unsafe faccessat(AT_FDCWD, $0.baseAddress!, F_OK, AT_SYMLINK_NOFOLLOW) == 0
        }
    }
}
