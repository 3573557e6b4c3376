internal import CSecrShims
internal import Glibc
public import SystemPackage

/// What kind of file system something lies on, and how full that is.
public enum FileSystemKind {
    /// The name of a file system that lies on another machine; `nil` for others. Of the next folder above that exists.
    public static func networkName(of path: FilePath) -> String? {
        let names: [UInt32: String] = [
            0x6969: "NFS", 0xFF53_4D42: "SMB", 0xFE53_4D42: "SMB", 0x517B: "SMB", 0x6573_5546: "FUSE",
            0x0102_1997: "9P", 0x5346_414F: "AFS", 0x00C3_6400: "Ceph",
        ]
        return kind(of: path).flatMap { names[$0] }
    }

    private static func kind(of path: FilePath) -> UInt32? {
        var folder = path
        while true {
            let kind = unsafe folder.withPlatformString { unsafe secr_file_system_kind($0) }
            if kind >= 0 { return UInt32(truncatingIfNeeded: kind) }
            guard lastErrno == ENOENT, folder.lastComponent != nil else { return nil }
            folder = folder.removingLastComponent()
        }
    }

    /// Bytes of the whole file system, and those that this user may still fill.
    public static func space(at path: FilePath) throws(SystemError) -> (total: Int, free: Int) {
        var space = statvfs()
        guard unsafe path.withPlatformString({ unsafe statvfs($0, &space) }) == 0 else {
            throw .current("examine", path)
        }
        return (Int(space.f_blocks) * Int(space.f_frsize), Int(space.f_bavail) * Int(space.f_frsize))
    }
}

/// Names from the root on.
public enum AbsolutePath {
    public static func of(_ path: FilePath) -> FilePath {
        if path.isAbsolute { return path.lexicallyNormalized() }
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        // Safe: the call writes a NUL-terminated string into the buffer.
        guard unsafe getcwd(&buffer, buffer.count) != nil else { return path }
        return FilePath(platformString: buffer).pushing(path).lexicallyNormalized()
    }
}
