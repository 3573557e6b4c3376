internal import CSecrShims
internal import Glibc
internal import SystemPackage

extension OwnedDescriptor {
    /// Copies `range` of `source` to `offset` of this file.
    ///
    /// Stops with `interrupted` when ``Interruption`` asks for it.
    public func copy(_ range: Range<Int>, of source: OwnedDescriptor, to offset: Int) throws(SystemError) {
        // Only whole blocks can be shared or moved as they are. Elsewhere the kernel copies page by page, each in two
        // parts, which takes longer than to pass the bytes through memory.
        let done =
            (range.lowerBound - offset).isMultiple(of: Self.blockSize)
            ? try copyInKernel(range, of: source, to: offset) : 0
        try copyThroughMemory(range.dropFirst(done), of: source, to: offset + done)
    }

    /// File systems that share blocks have them of this size, or of a part of it.
    private static let blockSize = 4_096

    /// Returns how many bytes were copied before the kernel could no more.
    private func copyInKernel(_ range: Range<Int>, of source: OwnedDescriptor, to offset: Int) throws(SystemError)
        -> Int
    {
        var from = off_t(range.lowerBound)
        var to = off_t(offset)
        while from < range.upperBound {
            if Interruption.isRequested { throw SystemError("write", nil, .interrupted) }
            let step = min(range.upperBound - Int(from), 16 << 20)
            let copied = retrying { unsafe secr_copy_file_range(source.raw, &from, raw, &to, step) }
            if copied > 0 { continue }
            if copied == 0 { throw SystemError("read", nil, .ioError) }
            guard [EXDEV, EINVAL, ENOSYS, EOPNOTSUPP, EPERM, EBADF].contains(lastErrno) else {
                throw .current("write", nil)
            }
            break
        }
        return Int(from) - range.lowerBound
    }

    private func copyThroughMemory(_ range: Range<Int>, of source: OwnedDescriptor, to offset: Int) throws(SystemError)
    {
        if range.isEmpty { return }
        let capacity = min(range.count, 512 * 1024)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: Self.blockSize)
        defer { unsafe buffer.deallocate() }
        var done = 0
        while done < range.count {
            if Interruption.isRequested { throw SystemError("write", nil, .interrupted) }
            // Safe: at most as many bytes as the buffer holds.
            let got = retrying {
                unsafe pread(
                    source.raw, buffer.baseAddress!, min(capacity, range.count - done), range.lowerBound + done)
            }
            guard got > 0 else { throw got == 0 ? SystemError("read", nil, .ioError) : .current("read", nil) }
            guard unsafe writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<got]), at: offset + done) else {
                throw .current("write", nil)
            }
            done += got
        }
    }

    /// Writes all of `bytes` at `offset`, leaving the position alone.
    public func write(_ bytes: [UInt8], at offset: Int) throws(SystemError) {
        // Safe: the pointer does not leave the closure.
        guard unsafe bytes.withUnsafeBytes({ unsafe writeAll($0, at: offset) }) else { throw .current("write", nil) }
    }

    /// Returns `false` where the system refuses, with `errno` saying why.
    private func writeAll(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        var done = 0
        while done < bytes.count {
            // Safe: the pointer stays within the buffer, `done < bytes.count`.
            let written = retrying { unsafe pwrite(raw, bytes.baseAddress! + done, bytes.count - done, offset + done) }
            if written <= 0 { return false }
            done += written
        }
        return true
    }
}
