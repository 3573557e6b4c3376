internal import CSecrShims
internal import Glibc
public import SystemPackage

/// Streams: files from where they stand, pipes, terminals.
extension OwnedDescriptor {
    /// Fills `buffer` with what comes next; fewer bytes than it holds mean the end.
    public func fill(
        _ buffer: UnsafeMutableRawBufferPointer, path: FilePath? = nil
    ) throws(SystemError) -> Int {
        var done = 0
        while done < buffer.count {
            // Safe: the pointer stays within the buffer, `done < buffer.count`.
            let got = retrying { unsafe Glibc.read(raw, buffer.baseAddress! + done, buffer.count - done) }
            if got == 0 { break }
            if got < 0 { throw .current("read", path) }
            done += got
        }
        return done
    }

    /// Fills `buffer` with what stands at `offset`; fewer bytes than it holds mean that the file ends there.
    public func fill(
        _ buffer: UnsafeMutableRawBufferPointer, at offset: Int, path: FilePath? = nil
    ) throws(SystemError) -> Int {
        var done = 0
        while done < buffer.count {
            // Safe: the pointer stays within the buffer, `done < buffer.count`.
            let got = retrying {
                unsafe pread(raw, buffer.baseAddress! + done, buffer.count - done, offset + done)
            }
            if got == 0 { break }
            if got < 0 { throw .current("read", path) }
            done += got
        }
        return done
    }

    /// What `cp` writes at once. File systems take memory of the size of a write for it, and large pieces in a row cost them
    /// far more than small ones that can be had everywhere: opening 1 GiB took twice as long in writes of 1 MiB.
    private static let piece = 1 << 17

    /// Writes all of `bytes` at the current position.
    public func write(_ bytes: UnsafeRawBufferPointer, path: FilePath? = nil) throws(SystemError) {
        var done = 0
        while done < bytes.count {
            // Safe: the pointer stays within the buffer, `done < bytes.count`.
            let written = retrying {
                unsafe Glibc.write(raw, bytes.baseAddress! + done, min(bytes.count - done, Self.piece))
            }
            guard written > 0 else { throw .current("write", path) }
            done += written
        }
    }

    /// The next byte, `nil` at the end.
    public func readByte() throws(SystemError) -> UInt8? {
        var byte: UInt8 = 0
        // Safe: one byte is read into one byte.
        let got = retrying { unsafe Glibc.read(raw, &byte, 1) }
        if got < 0 { throw .current("read", nil) }
        return got == 0 ? nil : byte
    }

    /// Begins to bring a part of the file from the disk into memory. Where the system can't, nothing happens.
    public func startReading(_ range: Range<Int>) {
        _ = posix_fadvise(raw, range.lowerBound, range.count, POSIX_FADV_WILLNEED)
    }

    /// Begins to bring a part of the file to the disk, so that a sync at the end has less to wait for. Where the system
    /// can't, nothing happens.
    public func startWriting(_ range: Range<Int>) {
        _ = secr_start_writing(raw, range.lowerBound, range.count)
    }

    /// Everything up to the end, for what is known to be short.
    public func readToEnd(limit: Int, path: FilePath? = nil) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            var span = buffer.mutableSpan
            // Safe: bytes are valid whatever is written.
            var room = unsafe span.mutableBytes
            let got = try unsafe room.withUnsafeMutableBytes { (room) throws(SystemError) in
                try unsafe fill(room, path: path)
            }
            bytes += buffer[..<got]
            if bytes.count > limit { throw SystemError("read", path, .fileTooLarge) }
            if got < buffer.count { return bytes }
        }
    }
}

extension FileSource {
    /// All of a short file, such as one that the kernel makes up.
    public static func contents(of path: FilePath, limit: Int = 1 << 20) throws(SystemError) -> [UInt8] {
        try OwnedDescriptor.openForReading(path).readToEnd(limit: limit, path: path)
    }
}
