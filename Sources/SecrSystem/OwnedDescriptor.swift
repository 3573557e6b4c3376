internal import CSecrShims
internal import Glibc
public import SystemPackage

/// A file descriptor that is closed when its last owner lets go of it.
public final class OwnedDescriptor: Sendable {
    public let raw: CInt

    public init(adopting raw: CInt) {
        self.raw = raw
    }

    deinit {
        _ = Glibc.close(raw)
    }

    /// Lets this process have as many open as the system allows it at all.
    ///
    /// - Returns: how many that are.
    public static func raiseLimit() -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        // Safe: the structure outlives the calls.
        guard unsafe getrlimit(resource, &limit) == 0 else { return 256 }
        let old = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        return Int(clamping: unsafe setrlimit(resource, &limit) == 0 ? limit.rlim_cur : old)
    }

    /// Opens an existing file for reading. Never becomes the controlling terminal's owner.
    ///
    /// - Parameter waits: whether opening and reading a FIFO wait for whoever writes to it.
    public static func openForReading(
        _ path: FilePath, followSymlinks: Bool = true, waits: Bool = false
    ) throws(SystemError) -> OwnedDescriptor {
        let flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (waits ? 0 : O_NONBLOCK) | (followSymlinks ? 0 : O_NOFOLLOW)
        return try open(path, flags: flags)
    }

    /// Opens a directory as the anchor of later calls.
    public static func openDirectory(_ path: FilePath) throws(SystemError) -> OwnedDescriptor {
        try open(path, flags: O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }

    private static func open(_ path: FilePath, flags: CInt) throws(SystemError) -> OwnedDescriptor {
        let raw = unsafe path.withPlatformString { pointer in retrying { unsafe Glibc.open(pointer, flags) } }
        guard raw >= 0 else { throw .current("open", path) }
        return OwnedDescriptor(adopting: raw)
    }

    /// A second descriptor for a stream that somebody else owns, such as standard input.
    public static func duplicate(_ raw: CInt) throws(SystemError) -> OwnedDescriptor {
        let copy = fcntl(raw, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { throw .current("duplicate", nil) }
        return OwnedDescriptor(adopting: copy)
    }

    /// Asks the driver or file system of an open file for something of its own (ioctl(2)).
    ///
    /// - Parameter bytes: as many as the code says.
    public func control(_ code: UInt32, _ bytes: [UInt8], path: FilePath? = nil) throws(SystemError) {
        var bytes = bytes
        // Safe: as many bytes are there as the code says, for the length of the call.
        guard unsafe secr_control(raw, code, &bytes) >= 0 else { throw .current("control", path) }
    }

    public func status(of path: FilePath? = nil) throws(SystemError) -> FileStatus {
        var raw = stat()
        guard unsafe fstat(self.raw, &raw) == 0 else { throw .current("examine", path) }
        return FileStatus(raw)
    }

    /// Writes all of `bytes` at the current position.
    public func write(_ bytes: some Sequence<UInt8>, path: FilePath? = nil) throws(SystemError) {
        let bytes = Array(bytes)
        // Safe: the pointer does not leave the closure.
        try unsafe bytes.span.bytes.withUnsafeBytes { (bytes) throws(SystemError) in
            try unsafe write(bytes, path: path)
        }
    }
}
