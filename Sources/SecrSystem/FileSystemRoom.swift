internal import Glibc
public import SystemPackage

/// Whether a file system has more room left than a reserve, by which what is there can still be worked on.
public struct FileSystemRoom: Sendable {
    private let path: FilePath

    /// Bytes of the largest reserve; small file systems have a tenth of themselves.
    private static let reserve = 64 << 20

    /// - Parameter path: of a file or folder that exists.
    public init(_ path: FilePath) { self.path = path }

    /// Also where that can't be told.
    public var isLeft: Bool {
        var status = statvfs()
        // Safe: the structure outlives the call.
        guard unsafe path.withPlatformString({ unsafe statvfs($0, &status) }) == 0 else { return true }
        let block = Int(clamping: status.f_frsize)
        let (free, size) = (Int(clamping: status.f_bavail) * block, Int(clamping: status.f_blocks) * block)
        return free > min(Self.reserve, size / 10)
    }
}
