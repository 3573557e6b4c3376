internal import Glibc
public import SystemPackage

/// Files that are changed where they lie.
extension OwnedDescriptor {
    /// Fills `buffer` from `offset` on, leaving the position alone.
    ///
    /// - Returns: how many bytes there were; fewer than the buffer has at the end of the file.
    public func read(
        into buffer: UnsafeMutableRawBufferPointer, at offset: Int, path: FilePath? = nil
    ) throws(SystemError) -> Int {
        var done = 0
        while done < buffer.count {
            // Safe: the pointer stays within the buffer, `done < buffer.count`.
            let count = retrying {
                unsafe pread(raw, buffer.baseAddress! + done, buffer.count - done, offset + done)
            }
            guard count >= 0 else { throw .current("read", path) }
            if count == 0 { break }
            done += count
        }
        return done
    }

    /// Writes all of `bytes` at `offset`, leaving the position alone.
    public func write(
        _ bytes: UnsafeRawBufferPointer, at offset: Int, path: FilePath? = nil
    ) throws(SystemError) {
        // Safe: the bytes outlive the call.
        guard unsafe writeAll(bytes, at: offset) else { throw .current("write", path) }
    }

    /// Keeps every other process that asks from locking the file, until this descriptor is closed.
    ///
    /// - Returns: `false` where somebody else has locked it.
    public func lockExclusively(path: FilePath? = nil) throws(SystemError) -> Bool {
        if retrying({ Int(flock(raw, LOCK_EX | LOCK_NB)) }) == 0 { return true }
        guard lastErrno == EWOULDBLOCK else { throw .current("lock", path) }
        return false
    }
}
