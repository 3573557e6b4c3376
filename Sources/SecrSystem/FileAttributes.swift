internal import CSecrShims
internal import Glibc
public import SystemPackage

/// Names' attributes: links, extended attributes, times.
public enum FileAttributes {
    /// Where a symbolic link points to.
    public static func linkTarget(_ path: FilePath) throws(SystemError) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe path.withPlatformString { name in
            unsafe buffer.withUnsafeMutableBytes {
                unsafe readlink(name, $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
            }
        }
        guard count >= 0 else { throw .current("read", path) }
        return Array(buffer[..<count])
    }

    /// Takes a name away that is no folder's.
    public static func remove(_ path: FilePath) throws(SystemError) {
        guard unsafe path.withPlatformString({ unsafe unlink($0) }) == 0 else { throw .current("remove", path) }
    }

    public static func makeLink(_ path: FilePath, to target: [UInt8]) throws(SystemError) {
        let made = unsafe path.withPlatformString { name in
            unsafe FilePath(rawBytes: target).withPlatformString { unsafe symlink($0, name) }
        }
        guard made == 0 else { throw .current("create", path) }
    }

    /// Extended attributes that programs and people set: those named `user.`.
    public static func extended(of path: FilePath) throws(SystemError) -> [(name: [UInt8], value: [UInt8])] {
        var list = [CChar](repeating: 0, count: 1 << 16)
        // Safe: the call writes at most as many bytes as the list holds.
        let size = unsafe path.withPlatformString { unsafe secr_list_attributes($0, &list, list.count) }
        if size < 0 {
            if lastErrno == EOPNOTSUPP { return [] }
            throw .current("examine", path)
        }
        var found: [(name: [UInt8], value: [UInt8])] = []
        for name in list[..<size].map(UInt8.init(bitPattern:)).split(separator: 0)
        where name.starts(with: Array("user.".utf8)) {
            var value = [UInt8](repeating: 0, count: 1 << 16)
            let count = unsafe path.withPlatformString { file in
                unsafe FilePath(rawBytes: Array(name)).withPlatformString {
                    unsafe secr_get_attribute(file, $0, &value, value.count)
                }
            }
            if count >= 0 { found.append((Array(name), Array(value[..<count]))) }
        }
        return found
    }

    public static func setExtended(_ name: [UInt8], _ value: [UInt8], of path: FilePath) throws(SystemError) {
        let result = unsafe path.withPlatformString { file in
            unsafe FilePath(rawBytes: name).withPlatformString {
                unsafe secr_set_attribute(file, $0, value, value.count)
            }
        }
        guard result == 0 else { throw .current("set an attribute of", path) }
    }

    /// Sets when something was last changed, of a link itself. Nanoseconds since 1970.
    public static func setModified(_ time: Int64, of path: FilePath) throws(SystemError) {
        let (seconds, rest) = time.quotientAndRemainder(dividingBy: 1_000_000_000)
        let modified = timespec(
            tv_sec: Int(seconds) - (rest < 0 ? 1 : 0), tv_nsec: Int(rest < 0 ? rest + 1_000_000_000 : rest))
        let times = [timespec(tv_sec: 0, tv_nsec: (1 << 30) - 2), modified]
        // Safe: two times, the first of which (UTIME_OMIT) is left alone.
        let result = unsafe path.withPlatformString { unsafe utimensat(AT_FDCWD, $0, times, AT_SYMLINK_NOFOLLOW) }
        guard result == 0 else { throw .current("set the date of", path) }
    }

    public static func setMode(_ mode: UInt32, of path: FilePath) throws(SystemError) {
        guard unsafe path.withPlatformString({ unsafe chmod($0, mode) }) == 0 else {
            throw .current("set the mode of", path)
        }
    }
}
