internal import CSecrShims
internal import Glibc
internal import SystemPackage

extension OwnedDescriptor {
    /// Copies `range` of `source` to `offset` of this file, inside the kernel where it can.
    ///
    /// Stops with `interrupted` when ``Interruption`` asks for it.
    public func copy(_ range: Range<Int>, of source: OwnedDescriptor, to offset: Int) throws(SystemError) {
        var from = off_t(range.lowerBound)
        var to = off_t(offset)
        while from < range.upperBound {
            if Interruption.isRequested { throw SystemError("write", nil, .interrupted) }
            let step = min(range.upperBound - Int(from), 16 << 20)
            let copied = retrying { unsafe secr_copy_file_range(source.raw, &from, raw, &to, step) }
            if copied > 0 { continue }
            if copied == 0 { throw SystemError("read", nil, .ioError) }
            switch lastErrno {
            case EXDEV, EINVAL, ENOSYS, EOPNOTSUPP, EPERM, EBADF:
                return try copyThroughMemory(Int(from)..<range.upperBound, of: source, to: Int(to))
            default: throw .current("write", nil)
            }
        }
    }

    /// For file systems between which the kernel does not copy.
    private func copyThroughMemory(_ range: Range<Int>, of source: OwnedDescriptor, to offset: Int) throws(SystemError)
    {
        var buffer = [UInt8](repeating: 0, count: min(range.count, 256 * 1024))
        var done = 0
        while done < range.count {
            if Interruption.isRequested { throw SystemError("write", nil, .interrupted) }
            let step = min(buffer.count, range.count - done)
            // Safe: `step` bytes fit the buffer.
            let got = retrying {
                unsafe buffer.withUnsafeMutableBytes {
                    unsafe pread(source.raw, $0.baseAddress!, step, range.lowerBound + done)
                }
            }
            guard got > 0 else { throw got == 0 ? SystemError("read", nil, .ioError) : .current("read", nil) }
            try write(buffer[..<got], at: offset + done)
            done += got
        }
    }

    /// Writes all of `bytes` at `offset`, leaving the position alone.
    public func write(_ bytes: some Sequence<UInt8>, at offset: Int) throws(SystemError) {
        let bytes = Array(bytes)
        var done = 0
        while done < bytes.count {
            // Safe: the pointer stays within the array, `done < bytes.count`.
            let written = retrying {
                unsafe bytes.withUnsafeBytes {
                    unsafe pwrite(raw, $0.baseAddress! + done, bytes.count - done, offset + done)
                }
            }
            guard written > 0 else { throw .current("write", nil) }
            done += written
        }
    }
}
