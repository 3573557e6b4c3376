internal import CSecrShims
internal import Glibc
internal import SystemPackage

extension OwnedDescriptor {
    /// Writes `head`, and behind it a copy of `range` of `source`, to `offset` of this file.
    ///
    /// Stops with `interrupted` when ``Interruption`` asks for it.
    public func copy(
        _ range: Range<Int>, of source: OwnedDescriptor, to offset: Int, after head: [UInt8] = []
    ) throws(SystemError) {
        // Only whole blocks can be shared or moved as they are. Elsewhere the kernel copies page by page, each in two
        // parts, which takes longer than to pass the bytes through memory.
        let start = offset + head.count
        guard (range.lowerBound - start).isMultiple(of: Self.blockSize) else {
            return try copyThroughMemory(range, of: source, to: offset, after: head)
        }
        try write(head, at: offset)
        let done = try copyInKernel(range, of: source, to: start)
        try copyThroughMemory(range.dropFirst(done), of: source, to: start + done)
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

    /// Bytes that pass through memory at once: few enough that they are still in the processor's cache when they are written.
    private static let step = 256 * 1024

    /// Writes `head` and what follows it in one piece: a file that is written from the start of a block, many blocks at a
    /// time, gets its memory from the kernel in larger parts.
    private func copyThroughMemory(
        _ range: Range<Int>, of source: OwnedDescriptor, to offset: Int, after head: [UInt8] = []
    ) throws(SystemError) {
        let mapped = try copyMapped(range, of: source, to: offset, after: head)
        // Where something was, it stands behind the head.
        let head = mapped == 0 ? head : []
        let rest = range.dropFirst(mapped)
        var (held, done, position) = (head.count, 0, mapped == 0 ? offset : offset + head.count + mapped)
        let capacity = max(held, min(held + rest.count, Self.step))
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: Self.blockSize)
        defer { unsafe buffer.deallocate() }
        // Safe: the buffer holds as many bytes as the head, at least.
        unsafe buffer.copyBytes(from: head)
        while held > 0 || done < rest.count {
            if Interruption.isRequested { throw SystemError("write", nil, .interrupted) }
            let room = min(capacity - held, rest.count - done)
            if room > 0 {
                // Safe: at most as many bytes as the buffer has room for.
                let got = retrying {
                    unsafe pread(source.raw, buffer.baseAddress! + held, room, rest.lowerBound + done)
                }
                guard got > 0 else { throw got == 0 ? SystemError("read", nil, .ioError) : .current("read", nil) }
                held += got
                done += got
            }
            guard unsafe writeAll(UnsafeRawBufferPointer(rebasing: buffer[..<held]), at: position) else {
                throw .current("write", nil)
            }
            position += held
            held = 0
        }
    }

    /// Bytes of the source that are mapped at once, and how few of them are not: a mapping costs more than it saves then.
    private static let (window, fewest) = (4 << 20, 512 * 1024)

    /// Writes what the kernel holds of the source without a copy in between, and the head in front of it.
    ///
    /// Nothing here touches the mapped bytes but the kernel, which reports those that are no longer there.
    ///
    /// - Returns: how many bytes were copied; fewer where little is left, or the source can't be mapped. The head was written
    ///   where it is not 0.
    private func copyMapped(
        _ range: Range<Int>, of source: OwnedDescriptor, to offset: Int, after head: [UInt8]
    ) throws(SystemError) -> Int {
        var (head, rest, position) = (head, range, offset)
        while rest.count >= Self.fewest {
            if Interruption.isRequested { throw SystemError("write", nil, .interrupted) }
            // What follows starts with a block of this file.
            let end = (position + Self.window) / Self.blockSize * Self.blockSize
            let part = rest.prefix(max(end - position - head.count, Self.blockSize))
            let skipped = part.lowerBound % Self.blockSize
            let size = skipped + part.count
            let flags = MAP_SHARED | MAP_POPULATE
            let mapped = unsafe mmap(nil, size, PROT_READ, flags, source.raw, part.lowerBound - skipped)
            guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else { break }
            defer { unsafe munmap(mapped, size) }
            let isWritten = unsafe head.withUnsafeBytes { bytes in
                // Safe: within what is mapped; pages behind the end of a file that became shorter are the kernel's to miss. It
                // only reads the head.
                let start = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                let front = unsafe iovec(iov_base: start, iov_len: bytes.count)
                let back = unsafe iovec(iov_base: mapped + skipped, iov_len: part.count)
                return unsafe writeAll(bytes.isEmpty ? [back] : [front, back], at: position)
            }
            guard isWritten else {
                throw lastErrno == EFAULT ? SystemError("read", nil, .ioError) : .current("write", nil)
            }
            position += head.count + part.count
            rest = rest.dropFirst(part.count)
            head = []
        }
        return range.count - rest.count
    }

    /// Writes all of `bytes` at `offset`, leaving the position alone.
    public func write(_ bytes: [UInt8], at offset: Int) throws(SystemError) {
        // Safe: the pointer does not leave the closure.
        guard unsafe bytes.withUnsafeBytes({ unsafe writeAll($0, at: offset) }) else { throw .current("write", nil) }
    }

    /// Returns `false` where the system refuses, with `errno` saying why.
    func writeAll(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Bool {
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
